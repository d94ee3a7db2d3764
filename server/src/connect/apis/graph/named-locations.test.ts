import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'

import { changeRanges, createIpLocation, deleteIpLocation, findIpLocation } from './named-locations.ts'

const ROLES = ['Policy.Read.All', 'Policy.ReadWrite.ConditionalAccess']
const ROOT = '/v1.0/identity/conditionalAccess/namedLocations'
const Location = z.object({ isTrusted: z.boolean(), ipRanges: z.array(z.object({ cidrAddress: z.string() })) })

let stage: ApiStage
let responder: Microsoft
let id: string
let made = 0
beforeAll(async () => {
  // Replicas of the directory show a write after seconds of the company's clock, which stands still.
  stage = await openApiStage('graph', ROLES)
  responder = await stage.as(ROLES)
})
afterAll(() => stage?.close())
beforeEach(async () => {
  ;({ id } = await createIpLocation(responder, { displayName: `It's ours ${made++}`, cidrs: ['203.0.113.1/32'] }))
  await settle()
})

const settle = () => stage.pass(60_000)
const change = (more: object, by = responder) => changeRanges(by, { id, ...more, wait: (ms) => stage.pass(ms) })
/** What another program finds. */
const seen = async () => {
  await settle()
  const { ipRanges } = Location.parse((await stage.onlooker(`${ROOT}/${id}`)).json)
  return ipRanges.map(({ cidrAddress }) => cidrAddress)
}

describe('a named location', () => {
  test('is found by its name, is not trusted, and is deleted; twice is once', async () => {
    const displayName = `It's ours ${made - 1}`
    expect(await findIpLocation(responder, displayName)).toMatchObject({ id, displayName, isTrusted: false })
    expect(await findIpLocation(responder, 'Somebody else’s')).toBeUndefined()
    await deleteIpLocation(responder, id)
    await deleteIpLocation(responder, id)
    await settle()
    expect((await stage.onlooker(`${ROOT}/${id}`)).status).toBe(404)
  })

  test('takes ranges and lets them go, once each, however they are written', async () => {
    await change({ add: ['198.51.100.0/24', '2001:db8::/32'] })
    await change({ add: ['198.51.100.0/24', '2001:DB8:0::/32'] })
    expect(await seen()).toEqual(['203.0.113.1/32', '198.51.100.0/24', '2001:db8::/32'])
    await change({ remove: ['2001:db8::/32', '192.0.2.1/32'], add: ['192.0.2.9/32'] })
    expect(await seen()).toEqual(['203.0.113.1/32', '198.51.100.0/24', '192.0.2.9/32'])
  })

  test('keeps what several add at once, whoever of them wrote last', async () => {
    const mine = Array.from({ length: 4 }, (_, i) => `198.51.100.${i}/32`)
    await Promise.all(mine.map((cidr) => change({ add: [cidr] })))
    expect((await seen()).toSorted()).toEqual(['203.0.113.1/32', ...mine].toSorted())
  })

  test('is full at two thousand ranges, and the error says where to make room', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `10.0.${i >> 8}.${i & 255}/32`)
    await expect(change({ add: many })).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      microsoft: { status: 400, code: 'BadRequest' },
      fix: expect.stringContaining('2,000 ranges'),
    })
    expect(await seen()).toEqual(['203.0.113.1/32'])
  })

  test('is never empty: Microsoft refuses to let the last range go', async () => {
    await expect(change({ remove: ['203.0.113.1/32'] })).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
    })
    expect(await seen()).toEqual(['203.0.113.1/32'])
  })

  test('is changed with a permission that the error names', async () => {
    const reader = await stage.as(['Policy.Read.All'])
    await expect(change({ add: ['192.0.2.9/32'] }, reader)).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Policy.ReadWrite.ConditionalAccess'),
    })
    expect(await seen()).toEqual(['203.0.113.1/32'])
  })
})
