import { inspect } from 'node:util'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { CLOUDS } from './clouds.ts'
import { linkPlace } from './request-path.ts'
import { startFakeCloud, type FakeCloud } from './testing/fake-cloud.ts'

/** Links that Microsoft gives to what it has stored. */

const PATH = '/investigation-actions-data/a/0'
const WHAT = 'Could not fetch what live response has brought.'
const API = { api: 'graph', what: WHAT } as const

let fake: FakeCloud
beforeEach(async () => {
  fake = await startFakeCloud()
})
afterEach(() => fake.stop())

const linkTo = (path: string) => `${fake.cloud.login}${path}?sv=2024-11-04&sig=a%2Bsecret`

async function read(url: string): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of await fake.client().download({ ...API, url })) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

async function faultOf(url: string): Promise<Error> {
  const error: unknown = await read(url).catch((reason: unknown) => reason)
  if (!(error instanceof Error)) throw new Error('Nothing was thrown.')
  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/sig=|secret/)
  return error
}

test('what lies behind a link is fetched as it is, without a token', async () => {
  fake.answer(PATH, { text: 'x'.repeat(3_000_000) })
  expect(await read(linkTo(PATH))).toHaveLength(3_000_000)
  expect(fake.requests[0]).toMatchObject({ url: `${PATH}?sv=2024-11-04&sig=a%2Bsecret` })
  expect(fake.requests[0]?.headers.authorization).toBeUndefined()
  expect(fake.tokenRequests).toEqual([])
})

test('a link that storage refuses is an error with its code, and without the link', async () => {
  fake.answer(PATH, {
    status: 403,
    text: '<Error><Code>AuthenticationFailed</Code><Detail>sig=a+secret</Detail></Error>',
  })
  expect(await faultOf(linkTo(PATH))).toMatchObject({
    code: 'CONNECT_REQUEST_REFUSED',
    why: expect.stringMatching(/AuthenticationFailed, status 403/),
  })
})

test('a link that leads elsewhere is not followed', async () => {
  const elsewhere = 'https://evil.example/investigation-actions-data/a/0?sig=a%2Bsecret'
  expect(await faultOf(elsewhere)).toMatchObject({
    code: 'CONNECT_REPLY_UNREADABLE',
    why: expect.stringContaining('evil.example'),
  })
  expect(fake.requests).toEqual([])
})

const placeOf = (cloud: string, url: string) => {
  const { apis, storage } = CLOUDS.find(({ name }) => name === cloud)!
  return linkPlace({ ...API, url }, { origin: apis['defender-endpoint']!.origin, storage }).origin
}

test.each([
  ['worldwide', 'https://automatedirstrprdneu.blob.core.windows.net/c/x?sig=a'],
  ['gcc', 'https://store.blob.core.windows.net/c/x?sig=a'],
  ['gcc', 'https://store.blob.core.usgovcloudapi.net/c/x?sig=a'],
  ['gcc-high', 'https://store.blob.core.usgovcloudapi.net/c/x?sig=a'],
  ['dod', 'https://store.blob.core.usgovcloudapi.net/c/x?sig=a'],
])('%s has storage at %s', (cloud, url) => {
  expect(placeOf(cloud, url)).toBe(new URL(url).origin)
})

test.each([
  ['worldwide', 'http://store.blob.core.windows.net/c/x'],
  ['worldwide', 'https://store.blob.core.windows.net:8443/c/x'],
  ['worldwide', 'https://ana:pw@store.blob.core.windows.net/c/x'],
  ['worldwide', 'https://evil.example/.blob.core.windows.net'],
  ['worldwide', 'https://evilblob.core.windows.net.evil.example/x'],
  ['worldwide', 'https://store.blob.core.usgovcloudapi.net/c/x'],
  ['worldwide', 'https://169.254.169.254/metadata'],
  ['dod', 'https://store.blob.core.windows.net/c/x'],
  ['worldwide', 'no link'],
])('%s has none at %s', (cloud, url) => {
  expect(() => placeOf(cloud, url)).toThrow(expect.objectContaining({ code: 'CONNECT_REPLY_UNREADABLE' }))
})
