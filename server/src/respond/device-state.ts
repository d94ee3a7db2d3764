import { z } from 'zod'

import { isolationOf, listMachineActions, stateOf, type MachineAction } from '#connect/apis/defender/machine-actions.ts'
import { READ_MACHINES } from '#connect/apis/defender/machines.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import type { PermissionNeed, RequirementNeed } from '#domain/tenant.ts'

import type { Verdict } from './action.ts'
import type { DeviceTarget } from './kinds/device.ts'

/** How a device stands, as the orders to it say. */
export const DeviceState = z.object({
  isIsolated: z.boolean(),
  /** `Full` or `Selective`; absent where it is not isolated. */
  isolationType: z.string().optional(),
  /** The newest order to isolate or release it, and what came of it. */
  order: z.string().optional(),
  orderType: z.string().optional(),
  orderStatus: z.string().optional(),
})
export type DeviceState = z.infer<typeof DeviceState>

/** @throws AppError CONNECT_* */
export async function readDeviceState({ microsoft, device, signal }: DeviceTarget): Promise<DeviceState> {
  const orders = await listMachineActions(microsoft, device.id, signal)
  const { isIsolated, by } = isolationOf(orders)
  const newest = orders.find(({ type }) => type === 'Isolate' || type === 'Unisolate')
  return {
    isIsolated,
    ...(isIsolated && by?.scope && { isolationType: by.scope }),
    ...(newest && { order: newest.id, orderType: newest.type, orderStatus: newest.status }),
  }
}

/** Whether an order is on its way to the device that may yet make something else of it. */
function isChanging({ orderStatus }: DeviceState): boolean {
  return orderStatus !== undefined && stateOf({ status: orderStatus } as MachineAction) === 'pending'
}

/** Whether the device is isolated, or is not, and stays so. */
export function isForGood(state: DeviceState, isIsolated: boolean): boolean {
  return state.isIsolated === isIsolated && !isChanging(state)
}

/** What it means that the device is as `now` says where it is to be isolated, or not to be. */
export function verifyIsolation(now: DeviceState, isIsolated: boolean): Verdict {
  return { is: isForGood(now, isIsolated) ? 'wanted' : 'unchanged', proof: deviceProof(now) }
}

/** Evidence of whether the device is isolated, and of an order that has not come to that. */
export function deviceProof(state: DeviceState): string {
  const { isIsolated, isolationType, order, orderType, orderStatus } = state
  const now = isIsolated ? `The device is isolated (${isolationType ?? 'Full'}).` : 'The device is not isolated.'
  if (order === undefined || orderStatus === 'Succeeded') return now
  const later = isChanging(state) ? ' It is carried out when the device reports, within three days or not at all.' : ''
  return `${now} The newest order (${orderType} ${order}) is ${orderStatus}.${later}`
}

/** An active device asks for work every few minutes; isolating takes up to some minutes more. */
export const DEVICE_PATIENCE: readonly number[] = [5, 10, 15, 30, 60, 60, 120, 120, 180].map(
  (seconds) => seconds * 1000,
)

const RESOURCE = RESOURCE_TITLES['defender-endpoint']

/** What every action on devices needs to read. */
export const READ_DEVICES: PermissionNeed = {
  resource: RESOURCE,
  permission: READ_MACHINES,
  why: 'To find devices, and to read what became of an order to them.',
}

export const ISOLATE_DEVICES: PermissionNeed = {
  resource: RESOURCE,
  permission: 'Machine.Isolate',
  why: 'To isolate devices, and to release them again.',
}

export const SCAN_DEVICES: PermissionNeed = {
  resource: RESOURCE,
  permission: 'Machine.Scan',
  why: 'To start a scan for malware on devices.',
}

export const COLLECT_FILES: PermissionNeed = {
  resource: RESOURCE,
  permission: 'Machine.LiveResponse',
  why: 'To collect a file from a device by live response.',
}

export const LIVE_RESPONSE_LICENSE: RequirementNeed = {
  kind: 'license',
  name: 'Microsoft Defender for Endpoint Plan 2',
  why: 'Live response is part of it, and must be on in https://security.microsoft.com > Settings > Endpoints > Advanced features.',
}

/** National clouds without Defender for Endpoint's API. */
export const WHERE_DEFENDER_IS = {
  clouds: ['china'],
  why: 'Microsoft 365 operated by 21Vianet has no API of Defender for Endpoint.',
} as const

/** Why something is asked, as the action center of Defender shows it. */
export const Comment = z.string().trim().min(1).max(1000).describe('Why, as the action center of Defender shows it.')
