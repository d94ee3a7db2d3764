import { expect } from 'vitest'
import { z } from 'zod'

import { openDefenderStage, type DefenderStage } from './defender-stage.ts'
import type { Trial } from './test-contract.ts'

/** A device of the emulated company. */
export interface TriedDevice {
  id: string
  computerDnsName: string
}

/** What an action on devices is tried on: devices that report and run Windows. */
export interface DeviceStage
  extends DefenderStage, Pick<Trial<TriedDevice>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  /** One that does not report any more. */
  silent: TriedDevice
  /** Orders of a type to the device, newest first, read by a client of its own with credentials of its own. */
  ordersTo(device: TriedDevice, ...types: string[]): Promise<{ type: string; status: string; scope: string | null }[]>
  /** What an administrator asks of the device meanwhile; nothing is done yet when this ends. */
  begin(device: TriedDevice, verb: string, body: object): Promise<void>
  /** A file that the antivirus has put into quarantine: on which device, where it lay, and the SHA-256 of it. */
  quarantined(): Promise<{ device: TriedDevice; path: string; sha256: string }>
  /** What an administrator puts into the tenant's live response library. */
  addScript(name: string, text: string): Promise<void>
  /** The same, done when this ends. */
  order(device: TriedDevice, verb: string, body: object): Promise<void>
}

/** `connected`, or `isolated` with how much: by the newest order that was carried out. */
export async function isolationSeen(stage: DeviceStage, device: TriedDevice): Promise<string> {
  const orders = await stage.ordersTo(device, 'Isolate', 'Unisolate')
  const done = orders.find(({ status }) => status === 'Succeeded')
  return done?.type === 'Isolate' ? `isolated ${done.scope}` : 'connected'
}

const HOUR = 3_600_000

const Machines = z.object({
  value: z.array(
    z.object({ id: z.string(), computerDnsName: z.string(), healthStatus: z.string(), osPlatform: z.string() }),
  ),
})
const QuarantinedFiles = z.object({
  files: z.array(z.object({ machineId: z.string(), path: z.string(), sha256: z.string() })),
})
const Orders = z.object({
  value: z.array(z.object({ type: z.string(), status: z.string(), scope: z.string().nullable() })),
})

/** Starts the emulator and an embedded store; a second or two. */
export async function openDeviceStage(): Promise<DeviceStage> {
  const stage = await openDefenderStage(
    ['Machine.Read.All'],
    ['Machine.Isolate', 'Machine.Scan', 'Machine.LiveResponse', 'Library.Manage'],
  )
  const { onlooker, connectionId } = stage
  const { value: machines } = Machines.parse((await onlooker('/api/machines')).json)
  const begin: DeviceStage['begin'] = async ({ id }, verb, body) => {
    const order = { method: 'POST' as const, body: { Comment: 'By hand', ...body } }
    expect((await onlooker(`/api/machines/${id}/${verb}`, order)).status).toBe(201)
  }
  return {
    ...stage,
    begin,
    subjects: machines.filter(
      ({ healthStatus, osPlatform }) => healthStatus === 'Active' && osPlatform.startsWith('Windows'),
    ),
    silent: machines.find(({ healthStatus }) => healthStatus === 'Inactive')!,
    stranger: { id: 'f'.repeat(40), computerDnsName: 'nobody.corp.example' },
    request: (chosen) => ({ connectionId, targets: chosen.map(({ id }) => id) }),
    async ordersTo({ id }, ...types) {
      const { json } = await onlooker(`/api/machineactions?$filter=machineId%20eq%20%27${id}%27`)
      return Orders.parse(json).value.filter(({ type }) => types.includes(type))
    },
    async quarantined() {
      const truth = await stage.company.emulator.request('/ground-truth/machine-files')
      const reporting = machines.filter(({ healthStatus }) => healthStatus === 'Active')
      const file = QuarantinedFiles.parse(truth).files.find(({ machineId }) =>
        reporting.some(({ id }) => id === machineId),
      )!
      return { ...file, device: reporting.find(({ id }) => id === file.machineId)! }
    },
    async addScript(name, text) {
      const body = new FormData()
      body.set('File', new File([text], name, { type: 'text/plain' }))
      body.set('Description', 'By hand')
      expect((await onlooker('/api/libraryfiles', { method: 'POST', body })).status).toBe(200)
    },
    async order(device, verb, body) {
      await begin(device, verb, body)
      await stage.wait(HOUR)
    },
    hide: ({ id }) => stage.strike({ match: { path: `machine(s/|actions.*)${id}` }, do: { status: 500 } }),
  }
}
