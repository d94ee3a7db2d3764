import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import { openApiStage } from '#connect/testing/api-stage.ts'
import type { EmulatedApplication } from '#connect/testing/start-emulator.ts'
import { isoTime, systemClock } from '#domain/clock.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { recording } from './recording.ts'
import type { Trial } from './test-contract.ts'

/** A device of the emulated company. */
export interface TriedDevice {
  id: string
  computerDnsName: string
}

/** What an action on devices is tried on: devices that report. */
export interface DeviceStage extends Trial<TriedDevice> {
  connectionId: string
  /** One that does not report any more. */
  silent: TriedDevice
  /** Orders of a type to the device, newest first, read by a client of its own with credentials of its own. */
  ordersTo(device: TriedDevice, ...types: string[]): Promise<{ type: string; status: string; scope: string | null }[]>
  /** What an administrator asks of the device meanwhile; it is done when this ends. */
  order(device: TriedDevice, verb: string, body: object): Promise<void>
}

/** `connected`, or `isolated` with how much: by the newest order that was carried out. */
export async function isolationSeen(stage: DeviceStage, device: TriedDevice): Promise<string> {
  const orders = await stage.ordersTo(device, 'Isolate', 'Unisolate')
  const done = orders.find(({ status }) => status === 'Succeeded')
  return done?.type === 'Isolate' ? `isolated ${done.scope}` : 'connected'
}

const READ = ['Machine.Read.All']
const WRITE = ['Machine.Isolate', 'Machine.Scan']
const HOUR = 3_600_000

const Machines = z.object({
  value: z.array(z.object({ id: z.string(), computerDnsName: z.string(), healthStatus: z.string() })),
})
const Orders = z.object({
  value: z.array(z.object({ type: z.string(), status: z.string(), scope: z.string().nullable() })),
})
const Faults = z.object({ rules: z.array(z.object({ struck: z.number() })) })

/** Starts the emulator and an embedded store; a second or two. */
export async function openDeviceStage(): Promise<DeviceStage> {
  const [stage, records] = await Promise.all([
    openApiStage('defender-endpoint', [...READ, ...WRITE]),
    openTemporaryRecords(),
  ])
  const { emulator, onlooker } = stage
  const tenant = emulator.tenants[0]!
  const [application, auditor] = tenant.applications as [EmulatedApplication, EmulatedApplication]
  const grant = ({ clientId }: EmulatedApplication, roles: string[]) =>
    emulator.request(`/applications/${clientId}`, { roles }, 'PATCH' as 'PUT')
  const arrange = async () => {
    await grant(application, [...READ, ...WRITE])
    await grant(auditor, READ)
  }
  await arrange()
  const { microsoft, carriedOut } = recording(emulator.client({ application }))
  const { value: machines } = Machines.parse((await onlooker('/api/machines')).json)
  const connectionId = randomUUID()
  await records.tenants.ensure(tenant.id, 'Emulated')
  await records.connections.create(
    {
      id: connectionId,
      tenantId: tenant.id,
      name: 'Emulated',
      cloud: 'emulated',
      clientId: application.clientId,
      credentialKind: 'secret',
      feeds: [],
      createdAt: isoTime(systemClock.now()),
      settings: {},
    },
    { kind: 'secret', secret: 'x' },
  )
  return {
    records,
    microsoft,
    readOnly: emulator.client({ application: auditor }),
    tenantId: tenant.id,
    clock: systemClock,
    connectionId,
    subjects: machines.filter(({ healthStatus }) => healthStatus === 'Active'),
    silent: machines.find(({ healthStatus }) => healthStatus === 'Inactive')!,
    stranger: { id: 'f'.repeat(40), computerDnsName: 'nobody.corp.example' },
    request: (chosen) => ({ connectionId, targets: chosen.map(({ id }) => id) }),
    wait: stage.pass,
    async reset() {
      await stage.reset()
      await arrange()
      carriedOut.length = 0
    },
    async strike(fault) {
      await emulator.request('/faults', fault)
    },
    async struck() {
      return Faults.parse(await emulator.request('/faults')).rules.reduce((sum, rule) => sum + rule.struck, 0)
    },
    requestsTo: (method, path) => carriedOut.filter((each) => each.method === method && each.url.match(path)).length,
    async ordersTo({ id }, ...types) {
      const { json } = await onlooker(`/api/machineactions?$filter=machineId%20eq%20%27${id}%27`)
      return Orders.parse(json).value.filter(({ type }) => types.includes(type))
    },
    async order({ id }, verb, body) {
      await onlooker(`/api/machines/${id}/${verb}`, { method: 'POST', body: { Comment: 'By hand', ...body } })
      await stage.pass(HOUR)
    },
    async hide({ id }) {
      await emulator.request('/faults', { match: { path: `machine(s/|actions.*)${id}` }, do: { status: 500 } })
    },
    async close() {
      await Promise.all([stage.close(), records.close()])
    },
  }
}
