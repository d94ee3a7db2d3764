import { findMachines, isMachineId, readMachine, type Machine } from '#connect/apis/defender/machines.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import type { Target } from '#respond/action.ts'
import { devicesOf } from '#respond/count.ts'
import type { Kind } from '#respond/kind.ts'
import { invalid } from '#respond/not-planned.ts'

/** A device that Defender for Endpoint watches, by what was read when the action was planned. */
export interface DeviceTarget extends Target {
  device: { id: string; name: string }
}

/** Devices, named by their id in Defender or by DNS name; each is a lane of its own. */
export const devices: Kind<DeviceTarget> = {
  id: 'device',
  isGrantedByToken: true,

  async resolve({ connectionId: wish, targets: names = [], connect }) {
    if (names.length === 0) throw invalid('No device is named.', 'Name at least one, by id or DNS name.')
    const { connectionId, open } = await connect(wish)
    const microsoft = await open()
    const found = await Promise.all(names.map(async (name) => ({ name, machines: await findDevices(microsoft, name) })))
    const unknown = found.filter(({ machines }) => machines.length === 0).map(({ name }) => name)
    if (unknown.length > 0) {
      throw invalid(
        `Defender for Endpoint knows no device ${unknown.join(', ')}.`,
        'Name devices by their id in Defender or by their whole DNS name, as https://security.microsoft.com > Assets > Devices shows them.',
      )
    }
    const several = found.find(({ machines }) => machines.length > 1)
    if (several) {
      const ids = several.machines.map(({ id, lastSeen }) => `${id} (last seen ${lastSeen ?? 'never'})`)
      throw invalid(
        `Several devices are called ${several.name}: ${ids.join(', ')}.`,
        'Name the one that is meant by its id.',
      )
    }
    const once = new Map(found.map(({ machines: [machine] }) => [machine!.id, machine!]))
    return { connectionId, targets: [...once.values()].map(targetOf) }
  },

  open: async () => deviceOf,

  whyRefused: () => undefined,

  restored: (count) => `put back ${devicesOf(count)}`,
}

/** Devices of that id or name. A computer that was set up anew is there twice: then the one that reports is meant. @throws AppError CONNECT_* */
export async function findDevices(microsoft: Microsoft, name: string): Promise<Machine[]> {
  if (isMachineId(name)) return readMachine(microsoft, name).then((machine) => [machine], none)
  const all = await findMachines(microsoft, name)
  const active = all.filter(({ healthStatus }) => healthStatus === 'Active')
  return active.length > 0 ? active : all
}

function none(error: unknown): Machine[] {
  if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return []
  throw error
}

function targetOf({ id, computerDnsName, osPlatform }: Machine) {
  return { ref: id, objectId: id, name: osPlatform ?? 'unknown', address: computerDnsName ?? id, lane: id }
}

function deviceOf({ objectId, address }: { objectId: string; address: string }): Pick<DeviceTarget, 'device'> {
  return { device: { id: objectId, name: address } }
}
