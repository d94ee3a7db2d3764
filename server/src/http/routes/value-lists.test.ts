import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { parseTenantId, type TenantId } from '#domain/ids.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

let folder: string
let cordon: Cordon

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-lists-'))
  cordon = await startCordon({ folder })
})
afterAll(async () => {
  await cordon?.stop()
  await rm(folder, { recursive: true, force: true })
})

const RULE = '00000000-0000-4000-8000-00000000e001'
const FROM_WATCHED = `title: Sign-in from a watched address
id: ${RULE}
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: UserLoggedIn, 'ClientIP|expand': '%WATCHED%'}
  condition: selection
level: high
`
const HOUR = 3_600_000
const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString()

describe('lists that rules look up', () => {
  async function ruled(): Promise<TenantId> {
    const tenantId = parseTenantId(crypto.randomUUID())!
    await cordon.app.tenants.ensure(tenantId, 'Listed')
    await call(tenantId, 'POST', 'rule-imports', { files: [{ path: 'watched.yml', text: FROM_WATCHED }] })
    await call(tenantId, 'PATCH', 'rules', { ids: [RULE], isEnabled: true })
    return tenantId
  }
  const call = (tenantId: TenantId, method: string, path: string, body?: object) =>
    cordon.call(method, `/tenants/${tenantId}/${path}`, body && { body })
  const change = (tenantId: TenantId, body: object) => call(tenantId, 'PATCH', 'value-lists/WATCHED', body)
  const make = (tenantId: TenantId) =>
    call(tenantId, 'POST', 'value-lists', { name: 'WATCHED', description: 'Of attackers.' })

  async function signIn(tenantId: TenantId, ...addresses: string[]): Promise<void> {
    const records = addresses.map((ClientIP) =>
      JSON.stringify({
        Id: crypto.randomUUID(),
        RecordType: 15,
        CreationTime: fromNow(-HOUR).slice(0, 19),
        Operation: 'UserLoggedIn',
        Workload: 'AzureActiveDirectory',
        UserId: `${ClientIP}@harborfinch.example`,
        ClientIP,
      }),
    )
    const { pipeline } = cordon.app
    await pipeline.commit([pipeline.prepare({ tenantId, dataset: 'o365.audit', origin: 'test' }, records)])
  }
  async function raised(tenantId: TenantId): Promise<string[]> {
    const { alerts } = (await call(tenantId, 'GET', `alerts?ruleId=${RULE}`)).body as { alerts: { groupKey: string }[] }
    return alerts.map(({ groupKey }) => groupKey.split('@')[0]!).toSorted()
  }
  async function problems(tenantId: TenantId): Promise<{ found: string }[]> {
    return (await call(tenantId, 'GET', 'rules')).body['problems'] as { found: string }[]
  }

  it('have a rule that names one which is not there say so, and fire once it is', async () => {
    const tenantId = await ruled()
    expect(await problems(tenantId)).toMatchObject([{ found: '%WATCHED%, a list that is not given' }])
    expect(await make(tenantId)).toMatchObject({ status: 201, body: { usedBy: [{ id: RULE }], values: [] } })
    expect(await problems(tenantId)).toEqual([])
    await signIn(tenantId, '192.0.2.7')
    const added = await change(tenantId, { add: [{ value: '192.0.2.*', note: 'seen in a report' }] })
    expect(added).toMatchObject({ status: 200, body: { values: [{ value: '192.0.2.*', note: 'seen in a report' }] } })
    await signIn(tenantId, '192.0.2.8', '198.51.100.1')
    expect(await raised(tenantId)).toEqual(['192.0.2.8'])
    await change(tenantId, { remove: ['192.0.2.*'] })
    await signIn(tenantId, '192.0.2.9')
    expect(await raised(tenantId)).toEqual(['192.0.2.8'])
  })

  it('do not count values whose time is over, and show them', async () => {
    const tenantId = await ruled()
    await make(tenantId)
    const add = [
      { value: '192.0.2.1', expiresAt: fromNow(-1) },
      { value: '192.0.2.2', expiresAt: fromNow(HOUR) },
    ]
    const { values } = (await change(tenantId, { add })).body as { values: { value: string; isExpired: boolean }[] }
    expect(Object.fromEntries(values.map(({ value, isExpired }) => [value, isExpired]))).toEqual({
      '192.0.2.1': true,
      '192.0.2.2': false,
    })
    await signIn(tenantId, '192.0.2.1', '192.0.2.2')
    expect(await raised(tenantId)).toEqual(['192.0.2.2'])
  })

  it('are one tenant’s, with each change in the audit log', async () => {
    const [tenantId, other] = [await ruled(), await ruled()]
    await make(tenantId)
    expect((await call(other, 'GET', 'value-lists')).body).toEqual({ lists: [] })
    expect(await change(other, { add: [{ value: 'x' }] })).toMatchObject({
      status: 404,
      body: { code: 'LIST_NOT_FOUND' },
    })
    await change(tenantId, { add: [{ value: 'x' }], remove: ['y'] })
    expect(await call(tenantId, 'DELETE', 'value-lists/WATCHED')).toMatchObject({ status: 204 })
    expect(await call(tenantId, 'GET', 'value-lists/WATCHED')).toMatchObject({ status: 404 })
    const { entries } = (await cordon.call('GET', `/audit?tenantId=${tenantId}`)).body as {
      entries: { action: string; detail: object }[]
    }
    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['value-list.create', 'value-list.change', 'value-list.remove']),
    )
  })

  it('are refused twice under one name, under names that no rule can say, and beyond what they hold', async () => {
    const tenantId = await ruled()
    await make(tenantId)
    expect(await make(tenantId)).toMatchObject({ status: 409, body: { code: 'LIST_NAME_TAKEN' } })
    for (const name of ['', '%X%', 'a b', '1st']) {
      expect(await call(tenantId, 'POST', 'value-lists', { name })).toMatchObject({ status: 400 })
    }
    const add = Array.from({ length: 10_000 }, (_, n) => ({ value: `10.0.${n >> 8}.${n & 255}` }))
    expect(await change(tenantId, { add })).toMatchObject({ status: 200 })
    const full = await change(tenantId, { add: [{ value: 'one more' }] })
    expect(full).toMatchObject({ status: 422, body: { code: 'LIST_FULL' } })
    await change(tenantId, { remove: ['10.0.0.0'] })
    const urls = Array.from({ length: 501 }, (_, n) => `https://paper.example/?id=${n}`)
    const wild = await change(tenantId, { add: urls.map((value) => ({ value })), remove: ['10.0.39.15'] })
    expect(wild).toMatchObject({ status: 422, body: { code: 'LIST_FULL', why: expect.stringContaining('501') } })
    await signIn(tenantId, '10.0.39.15', '10.0.39.16')
    expect(await raised(tenantId)).toEqual(['10.0.39.15'])
  })
})
