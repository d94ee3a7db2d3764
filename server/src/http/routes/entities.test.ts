import { DeviceEntity, ServicePrincipalEntity, UserEntity } from '@cordon/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { until } from '#app/testing/cordon-process.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { connectCompany } from '#http/testing/connect-company.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

/** Users, devices and applications as Microsoft holds them, with what Cordon knows, over HTTP and against the emulated company. */

const Truth = z.object({ recipients: z.array(z.object({ userId: z.string(), userPrincipalName: z.string() })) })
const Machines = z.object({ value: z.array(z.object({ id: z.string(), computerDnsName: z.string() })) })

const CLOUD = '--no-live --throttle off --consistency strong --scenario phish-campaign oauth-consent'.split(' ')

let emulator: Emulator
let cordon: Cordon
let tenant: string
beforeAll(async () => {
  emulator = await startEmulator(CLOUD)
  cordon = await startCordon({ cloudFile: emulator.cloudFile })
  ;({ tenant } = await connectCompany(cordon, emulator))
})
afterAll(async () => {
  await cordon?.stop()
  await emulator?.stop()
})

const get = (path: string) => cordon.call('GET', `${tenant}/${path}`)
const post = (path: string, body: object) => cordon.call('POST', `${tenant}/${path}`, { body })

describe('a user', () => {
  const victim = async () => Truth.parse(await emulator.request('/ground-truth/phish')).recipients[0]!
  const read = async (name: string) => UserEntity.parse((await get(`users/${encodeURIComponent(name)}`)).body)

  it('is shown as the directory holds it, by name and by object id', async () => {
    const { userId, userPrincipalName } = await victim()
    const entity = await read(userPrincipalName)
    expect(entity).toMatchObject({
      state: { id: userId, address: userPrincipalName, accountEnabled: true, isGuest: false, roles: [] },
      unknown: [],
      alerts: [],
      actionRuns: [],
    })
    expect(entity.query).toContain(`"${userPrincipalName}"`)
    expect(await read(userId)).toEqual(entity)
  })

  it('is shown with what was done on it, and as it then is', async () => {
    const { userId, userPrincipalName } = await victim()
    const { body } = await post('action-runs', { action: 'disable-user', targets: [userId] })
    const { id } = z.object({ actionRun: z.object({ id: z.string() }) }).parse(body).actionRun
    await post(`action-runs/${id}/execute`, { confirmTargets: 1 })
    const entity = await until(
      () => read(userPrincipalName),
      ({ state, actionRuns }) => actionRuns[0]?.state === 'done' && !state.accountEnabled,
    )
    expect(entity).toMatchObject({ state: { accountEnabled: false }, actionRuns: [{ id, action: 'disable-user' }] })
  })

  it('is shown also where Microsoft does not tell everything, which is said', async () => {
    await emulator.request('/entra-plan', { plan: 'P1' })
    const { state, unknown } = await read((await victim()).userPrincipalName)
    await emulator.request('/entra-plan', { plan: 'P2' })
    expect(state).not.toHaveProperty('risk')
    expect(unknown).toMatchObject([{ what: 'Risk' }])
  })

  it('that the directory does not have is not found', async () => {
    expect(await get('users/nobody@nowhere.example')).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND' } })
  })
})

it('a device is shown as Defender holds it, and one that Defender does not have is not found', async () => {
  const client = emulator.client({ application: emulator.tenants[0]!.applications[0]! })
  const request = { api: 'defender-endpoint', path: '/api/machines?$top=1', what: 'Could not list devices.' } as const
  const [{ id, computerDnsName }] = (await client.json(request, Machines)).value as [
    z.infer<typeof Machines>['value'][0],
  ]
  const { body } = await get(`devices/${encodeURIComponent(computerDnsName)}`)
  expect(DeviceEntity.parse(body)).toMatchObject({
    state: { id, address: computerDnsName, isIsolated: false },
    unknown: [],
    actionRuns: [],
  })
  expect(await get('devices/no-such-device')).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND' } })
})

describe('an application', () => {
  const Principals = z.object({
    value: z.array(
      z.object({
        id: z.string(),
        appId: z.string(),
        displayName: z.string(),
        appOwnerOrganizationId: z.string().nullable(),
      }),
    ),
  })
  const Scenarios = z.object({ scenarios: z.array(z.object({ id: z.string(), truth: z.unknown() })) })
  const Consent = z.object({
    application: z.object({ appId: z.string(), servicePrincipalId: z.string(), name: z.string() }),
    scope: z.string(),
  })
  const all = async () => {
    const client = emulator.client({ application: emulator.tenants[0]!.applications[0]! })
    const path = '/v1.0/servicePrincipals?$top=999'
    return (await client.json({ api: 'graph', path, what: 'Could not list applications.' }, Principals)).value
  }
  const read = async (name: string) =>
    ServicePrincipalEntity.parse((await get(`service-principals/${encodeURIComponent(name)}`)).body)

  it('is shown with what people allowed it, by object id, application ID and name', async () => {
    const { scenarios } = Scenarios.parse(await emulator.request('/ground-truth/scenarios'))
    const { application, scope } = Consent.parse(scenarios.find(({ id }) => id === 'oauth-consent')?.truth)
    const { servicePrincipalId: id, appId, name } = application
    const entity = await read(id)
    expect(entity).toMatchObject({
      state: { id, address: appId, name, accountEnabled: true, registeredBy: 'another tenant' },
      unknown: [],
      actionRuns: [],
    })
    expect(entity.state.consents).toEqual({ scopes: scope.split(' ').toSorted(), forEverybody: false, users: 1 })
    expect([await read(appId), await read(name)]).toEqual([entity, entity])
  })

  it('of Microsoft’s own is told for what it is', async () => {
    const { id } = (await all()).find(({ displayName }) => displayName === 'Office 365 Exchange Online')!
    expect((await read(id)).state.registeredBy).toBe('Microsoft')
  })

  it('that the tenant does not have is not found', async () => {
    const reply = await get('service-principals/Nobody%20knows%20it')
    expect(reply).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND' } })
  })
})
