import { DeviceEntity, UserEntity } from '@cordon/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { until } from '#app/testing/cordon-process.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { connectCompany } from '#http/testing/connect-company.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

/** Users and devices as Microsoft holds them, with what Cordon knows, over HTTP and against the emulated company. */

const Truth = z.object({ recipients: z.array(z.object({ userId: z.string(), userPrincipalName: z.string() })) })
const Machines = z.object({ value: z.array(z.object({ id: z.string(), computerDnsName: z.string() })) })

let emulator: Emulator
let cordon: Cordon
let tenant: string
beforeAll(async () => {
  emulator = await startEmulator(['--no-live', '--throttle', 'off', '--consistency', 'strong'])
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
