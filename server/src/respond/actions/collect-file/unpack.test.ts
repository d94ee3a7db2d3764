import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { expect, it } from 'vitest'

import { everyByte } from '#store/testing/every.ts'

import { unpack } from './unpack.ts'

const LIMIT = { what: 'Could not collect it.', maxBytes: 1000 }
const read = (parts: AsyncIterable<Buffer>) => everyByte(unpack(parts, LIMIT))
async function* bytewise(bytes: Buffer) {
  for (const byte of bytes) yield Buffer.of(byte)
}

it.each([0, 1, 2, 1000])('unpacks %i bytes that came one by one', async (length) => {
  const bytes = randomBytes(length)
  expect((await read(bytewise(gzipSync(bytes)))).equals(bytes)).toBe(true)
})

it.each(['', 'M', 'MZ not packed'])('gives %j as it came, for it is not packed', async (text) => {
  expect((await read(bytewise(Buffer.from(text)))).toString()).toBe(text)
})

it('refuses what is longer than it may be, and reads no more of it than that', async () => {
  const packed = gzipSync(Buffer.alloc(200_000_000))
  const refused = expect.objectContaining({
    code: 'CONNECT_FILE_TOO_LARGE',
    fix: expect.stringContaining('CORDON_FILE_MB'),
  })
  await expect(read(bytewise(packed))).rejects.toThrow(refused)
  await expect(read(bytewise(randomBytes(1001)))).rejects.toThrow(refused)
})

it('says that what Microsoft has of it is broken', async () => {
  const packed = gzipSync(randomBytes(500))
  for (const broken of [packed.subarray(0, 300), Buffer.concat([packed.subarray(0, 20), randomBytes(400)])]) {
    await expect(read(bytewise(broken))).rejects.toThrow(expect.objectContaining({ code: 'CONNECT_REPLY_UNREADABLE' }))
  }
})

it('throws what the line throws', async () => {
  async function* breaking() {
    yield gzipSync(randomBytes(500)).subarray(0, 100)
    throw new Error('The line broke.')
  }
  await expect(read(breaking())).rejects.toThrow('The line broke.')
})
