import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { AppError } from '#domain/errors.ts'

/**
 * What live response has packed, with gzip, as it was on the device; bytes that are not gzip are given as they came. No more is
 * held than arrives at a time.
 *
 * @throws AppError CONNECT_FILE_TOO_LARGE as soon as there is more than `maxBytes` of it, packed or not; CONNECT_REPLY_UNREADABLE
 * where the gzip is broken; what `bytes` throws.
 */
export async function* unpack(
  bytes: AsyncIterable<Buffer>,
  { what, maxBytes }: { what: string; maxBytes: number },
): AsyncGenerator<Buffer, void, undefined> {
  let length = 0
  for await (const piece of gunzipped(bytes, what)) {
    length += piece.length
    if (length > maxBytes) throw tooLarge(what, maxBytes)
    yield piece
  }
}

const GZIP = Buffer.of(0x1f, 0x8b)

async function* gunzipped(bytes: AsyncIterable<Buffer>, what: string): AsyncGenerator<Buffer, void, undefined> {
  const iterator = bytes[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < GZIP.length) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  async function* all(): AsyncGenerator<Buffer, void, undefined> {
    yield head
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  if (!head.subarray(0, GZIP.length).equals(GZIP)) return yield* all()

  const gunzip = createGunzip()
  // What breaks the one breaks the other: it is thrown where the other is read.
  pipeline(Readable.from(all()), gunzip).catch(() => undefined)
  try {
    yield* gunzip as AsyncIterable<Buffer>
  } catch (error) {
    throw isBroken(error) ? unreadable(what, error) : error
  }
}

function isBroken(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
}

function unreadable(what: string, { code }: { code: string }): AppError {
  return new AppError({
    code: 'CONNECT_REPLY_UNREADABLE',
    what,
    why: `What Microsoft has of it is packed with gzip, and cannot be unpacked (${code}).`,
    fix: 'Plan it again. Whether a proxy between this machine and Microsoft cuts off long answers shows there, too.',
  })
}

function tooLarge(what: string, maxBytes: number): AppError {
  return new AppError({
    code: 'CONNECT_FILE_TOO_LARGE',
    what,
    why: `It is longer than ${maxBytes / 1024 / 1024} MB, which is as much as Cordon keeps of one file. Nothing of it was kept.`,
    fix: 'Raise CORDON_FILE_MB and plan it again, or fetch it in https://security.microsoft.com > Assets > Devices > the device > Initiate live response session.',
  })
}
