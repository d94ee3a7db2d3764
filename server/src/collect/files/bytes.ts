import { createReadStream, statSync } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AppError } from '#domain/errors.ts'
import { truncated, unreadable } from './faults.ts'
import type { Bytes } from './file-record.ts'

/** A file or stream, with how far it has been read. */
export interface ByteSource {
  readonly name: string
  /** As it lies on disk, packed or not; undefined for a stream. */
  readonly sizeBytes: number | undefined
  /** When the file was last written, ISO 8601; undefined for a stream. */
  readonly modifiedAt: string | undefined
  bytesRead: number
  readonly stream: Readable
}

/** @throws AppError IMPORT_FILE_UNREADABLE where a path names no readable file. */
export function openSource(source: string | Readable, name = 'the input'): ByteSource {
  if (typeof source !== 'string')
    return { name, sizeBytes: undefined, modifiedAt: undefined, bytesRead: 0, stream: source }
  try {
    const stat = statSync(source)
    if (stat.isDirectory()) throw unreadable(source, 'It is a folder, not a file.', undefined)
    return {
      name: source,
      sizeBytes: stat.size,
      modifiedAt: stat.mtime.toISOString(),
      bytesRead: 0,
      stream: createReadStream(source, { highWaterMark: CHUNK_BYTES }),
    }
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(source, (error as Error).message, error)
  }
}

const CHUNK_BYTES = 256 * 1024

/**
 * The content of a source as UTF-8: unpacked where it is gzip, decoded where a byte order mark says UTF-16, told by the
 * bytes and not by the name.
 *
 * @throws AppError IMPORT_FILE_UNREADABLE, IMPORT_FILE_TRUNCATED while iterating.
 */
export async function* contentOf(source: ByteSource): Bytes {
  try {
    yield* decode(await unpack(countedChunks(source)))
  } catch (error) {
    throw faultOf(source.name, error)
  }
}

async function* countedChunks(source: ByteSource): Bytes {
  for await (const chunk of source.stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer)
    source.bytesRead += bytes.length
    yield bytes
  }
}

async function unpack(chunks: Bytes): Promise<Bytes> {
  const [head, all] = await peek(chunks, 2)
  if (head[0] !== 0x1f || head[1] !== 0x8b) return all
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  // The error reaches the reader through `gunzip` itself.
  pipeline(Readable.from(all), gunzip, () => {})
  return gunzip as AsyncIterable<Buffer>
}

async function* decode(chunks: Bytes): Bytes {
  const [head, all] = await peek(chunks, 3)
  const encoding =
    head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined
  if (encoding !== undefined) {
    // Swallows the byte order mark itself.
    const decoder = new TextDecoder(encoding)
    for await (const chunk of all) yield Buffer.from(decoder.decode(chunk, { stream: true }))
    yield Buffer.from(decoder.decode())
    return
  }
  let skip = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
  for await (const chunk of all) {
    yield skip === 0 ? chunk : chunk.subarray(skip)
    skip = 0
  }
}

/**
 * The first bytes, at least `length` where there are as many, and all chunks from the beginning. An error among them is
 * thrown in its place, behind what was read before it.
 */
export async function peek(chunks: Bytes, length: number): Promise<[Buffer, Bytes]> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  let fault: { error: unknown } | undefined
  while (head.length < length && fault === undefined) {
    try {
      const next = await iterator.next()
      if (next.done === true) break
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
    } catch (error) {
      fault = { error }
    }
  }
  return [head, resumed(head, fault, iterator)]
}

async function* resumed(head: Buffer, fault: { error: unknown } | undefined, iterator: AsyncIterator<Buffer>): Bytes {
  try {
    if (head.length > 0) yield head
    if (fault !== undefined) throw fault.error
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

function faultOf(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return truncated(name, {}, error)
  return unreadable(name, code?.startsWith('Z_') ? `The gzip data is damaged: ${message}.` : message, error)
}
