import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

import { afterEach, beforeEach, expect, test } from 'vitest'

import type { MicrosoftRequest } from './microsoft.ts'
import { startFakeCloud, type FakeCloud } from './testing/fake-cloud.ts'

const MB = 1024 * 1024
const LONG: MicrosoftRequest = { api: 'graph', path: '/long', what: 'Could not read a long reply.' }

let fake: FakeCloud
beforeEach(async () => {
  fake = await startFakeCloud()
})
afterEach(() => fake.stop())

/** Writes megabytes as fast as they are taken; the connection breaks at `breakAt`, counted from 1. */
async function write(response: ServerResponse, megabytes: number, sent: { mb: number }, breakAt = Infinity) {
  response.writeHead(200)
  for (let index = 0; index < megabytes; index++) {
    if (index === breakAt) return void response.destroy()
    const isTaken = response.write(Buffer.alloc(MB, index))
    sent.mb += 1
    if (!isTaken) await once(response, 'drain')
  }
  response.end()
}

test('a long reply is given byte for byte as it arrives, and waits for its reader', async () => {
  const sent = { mb: 0 }
  fake.answer('/long', (_, response) => void write(response, 100, sent))
  const bytes = await fake.client().stream(LONG)
  // A reader that does nothing: what is on the way fits into the buffers between the two.
  for (let before = -1; before < sent.mb; await pause(100)) before = sent.mb
  expect(sent.mb).toBeLessThan(50)
  let length = 0
  for await (const piece of bytes) {
    expect(piece[0]).toBe(Math.floor(length / MB))
    length += piece.length
  }
  expect(length).toBe(100 * MB)
})

test('one that breaks off early is asked for again; later, its reader is told', async () => {
  const sent = { mb: 0 }
  fake.answer(
    '/long',
    (_, response) => {
      response.writeHead(200, { 'content-length': 2 * MB })
      response.write(Buffer.alloc(1000), () => response.destroy())
    },
    (_, response) => void write(response, 40, sent, 30),
  )
  const bytes = await fake.client().stream(LONG)
  expect(fake.requests).toHaveLength(2)
  let length = 0
  const reading = async () => {
    for await (const piece of bytes) length += piece.length
  }
  await expect(reading()).rejects.toMatchObject({ code: 'CONNECT_UNREACHABLE', what: LONG.what })
  expect(length).toBeGreaterThan(MB)
})

test('what is left of a reply ends with its signal, and with the connection', async () => {
  const sent = { mb: 0 }
  fake.answer('/long', (_, response) => void write(response, 100, sent).catch(() => undefined))
  const stop = new AbortController()
  const client = fake.client()
  const stopped = await client.stream({ ...LONG, signal: stop.signal })
  const closed = await client.stream({ ...LONG, signal: new AbortController().signal })
  await stopped.next()
  await closed.next()
  stop.abort(new Error('stopped'))
  await expect(stopped.next()).rejects.toThrow('stopped')
  const closing = client.close()
  await expect(closed.next()).rejects.toBeInstanceOf(Error)
  await closing
})
