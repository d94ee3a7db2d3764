import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'

import { deleteIndicator, findIndicator, putIndicator, type IndicatorSettings } from './indicators.ts'

const DAY = 24 * 60 * 60_000

let stage: ApiStage
let responder: Microsoft
beforeAll(async () => {
  stage = await openApiStage('defender-endpoint', ['Ti.ReadWrite.All'])
  responder = await stage.as(['Ti.ReadWrite.All'])
})
afterAll(() => stage?.close())

const blocked = (indicatorValue: string, more: Partial<IndicatorSettings> = {}): IndicatorSettings => ({
  indicatorValue,
  indicatorType: 'DomainName',
  action: 'Block',
  title: 'Case 7',
  description: 'Sent the phish of case 7.',
  application: 'Cordon',
  severity: 'High',
  recommendedActions: null,
  rbacGroupNames: [],
  generateAlert: true,
  educateUrl: null,
  expirationTime: null,
  ...more,
})
const { indicatorType } = blocked('')
/** What another program finds of a value. */
const seen = async (value: string) => {
  const literal = encodeURIComponent(`'${value.replaceAll("'", "''")}'`).replaceAll("'", '%27')
  const { json } = await stage.onlooker(`/api/indicators?$filter=indicatorValue%20eq%20${literal}`)
  return json['value'] as Record<string, unknown>[]
}

describe('an indicator', () => {
  test('is set, found by its value, and deleted; a second time changes nothing', async () => {
    const settings = blocked('one.bad.example')
    expect(await findIndicator(responder, settings)).toBeUndefined()
    const set = await putIndicator(responder, settings)
    expect(await putIndicator(responder, settings)).toEqual(set)
    expect(await findIndicator(responder, settings)).toEqual(set)
    expect(await seen('one.bad.example')).toMatchObject([settings])
    await deleteIndicator(responder, set.id)
    await deleteIndicator(responder, set.id)
    expect(await seen('one.bad.example')).toEqual([])
  })

  test.each([
    ['FileSha256', 'a'.repeat(64), 'BlockAndRemediate'],
    ['Url', "https://bad.example/it's?a=1&b=2", 'Warn'],
    ['IpAddress', '2001:db8::7', 'Audit'],
  ])('may be about a %s', async (type, value, action) => {
    const settings = blocked(value, { indicatorType: type, action })
    const set = await putIndicator(responder, settings)
    expect(await findIndicator(responder, settings)).toEqual(set)
    expect(await seen(value)).toMatchObject([settings])
  })

  test('that somebody else had set is put back as it was, to the letter', async () => {
    const before = blocked('two.bad.example', {
      action: 'Audit',
      title: 'Watched',
      educateUrl: 'https://contoso.example/',
    })
    await stage.onlooker('/api/indicators', { method: 'POST', body: before })
    const [was] = await seen('two.bad.example')
    const { id, ...found } = (await findIndicator(responder, before))!
    await putIndicator(responder, blocked('two.bad.example', { severity: 'Low' }))
    expect(await seen('two.bad.example')).toMatchObject([{ id, action: 'Block', severity: 'Low', educateUrl: null }])
    await putIndicator(responder, found)
    const { lastUpdateTime: _, lastUpdatedBy: __, ...now } = (await seen('two.bad.example'))[0]!
    expect(was).toMatchObject(now)
  })

  test('is gone when it has expired', async () => {
    const { now } = (await stage.emulator.request('/health')) as { now: string }
    const settings = blocked('three.bad.example', { expirationTime: new Date(Date.parse(now) + DAY).toISOString() })
    expect(await putIndicator(responder, settings)).toMatchObject(settings)
    await stage.pass(2 * DAY)
    expect(await findIndicator(responder, settings)).toBeUndefined()
  })

  test('is no range of addresses: refused in Microsoft’s words', async () => {
    const range = blocked('203.0.113.0/24', { indicatorType: 'IpAddress' })
    await expect(putIndicator(responder, range)).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      microsoft: { status: 400, code: 'InvalidIpAddress' },
    })
  })

  test('without the permission is neither read nor set, and the error names it', async () => {
    const stranger = await stage.as(['Machine.Read.All'])
    const missing = {
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Ti.ReadWrite.All of WindowsDefenderATP'),
    }
    await expect(findIndicator(stranger, { indicatorType, indicatorValue: 'x.example' })).rejects.toMatchObject(missing)
    await expect(putIndicator(stranger, blocked('x.example'))).rejects.toMatchObject(missing)
    expect(await seen('x.example')).toEqual([])
  })

  test('of somebody else stands in the way of an application that sees its own only', async () => {
    await putIndicator(responder, blocked('four.bad.example'))
    const own = await stage.as(['Ti.ReadWrite'])
    expect(await findIndicator(own, blocked('four.bad.example'))).toBeUndefined()
    await expect(putIndicator(own, blocked('four.bad.example', { action: 'Warn' }))).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      microsoft: { status: 409 },
      fix: expect.stringContaining('Settings > Endpoints > Indicators'),
    })
  })

  test('beyond fifteen thousand is refused, and the error says where to make room', async () => {
    const message = 'The tenant has 15000 active indicators, the most it may have.'
    const body = { error: { code: 'MaximumIndicatorsExceeded', message } }
    await stage.emulator.request('/faults', { match: { method: 'POST', times: 1 }, do: { status: 400, body } })
    await expect(putIndicator(responder, blocked('full.bad.example'))).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      microsoft: { status: 400, message },
      fix: expect.stringContaining('15,000'),
    })
    expect(await seen('full.bad.example')).toEqual([])
  })
})
