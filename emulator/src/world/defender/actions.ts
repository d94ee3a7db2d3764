import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { World } from '#world/world.ts'

import { none } from '#world/objects.ts'
import { findMachine } from './machines.ts'
import type { Outcome } from './live-response.ts'

/**
 * What was asked of a machine. An action goes its way on the tenant's clock: it waits until the machine asks for work,
 * runs, and ends. Nothing but the request and its cancellation is stored; where it stands is computed.
 */
export interface MachineAction {
  id: string
  type: ActionType
  machineId: string
  requestor: string
  comment: string
  /** `Full`, `Selective`, `Quick`, …; null where the type has none. */
  scope: string | null
  /** Milliseconds. */
  createdAt: number
  cancelledAt?: number
  cancelledBy?: string
  file?: { fileIdentifier: string; fileIdentifierType: 'Sha1' }
  commands?: LiveCommand[]
  /** Of the commands, as they come out when the machine runs them. */
  outcomes?: Outcome[]
}

export type ActionType =
  | 'Isolate'
  | 'Unisolate'
  | 'RunAntiVirusScan'
  | 'StopAndQuarantineFile'
  | 'RestrictCodeExecution'
  | 'UnrestrictCodeExecution'
  | 'CollectInvestigationPackage'
  | 'Offboard'
  | 'LiveResponse'

export interface LiveCommand {
  type: 'PutFile' | 'RunScript' | 'GetFile'
  params: { key: string; value: string }[]
}

export type ActionStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'TimeOut' | 'Cancelled'

export const machineActions: Kind<MachineAction> = { name: 'defender.machineAction', born: none }

const [MINUTE, DAY] = [60_000, 86_400_000]

/** Shortest and longest time a type runs once the machine has taken it up, milliseconds. Not published. */
const RUNS: Record<ActionType, readonly [number, number]> = {
  Isolate: [10_000, 90_000],
  Unisolate: [10_000, 90_000],
  RunAntiVirusScan: [4 * MINUTE, 20 * MINUTE],
  StopAndQuarantineFile: [20_000, 2 * MINUTE],
  RestrictCodeExecution: [10_000, 90_000],
  UnrestrictCodeExecution: [10_000, 90_000],
  CollectInvestigationPackage: [3 * MINUTE, 10 * MINUTE],
  Offboard: [MINUTE, 5 * MINUTE],
  LiveResponse: [20_000, 3 * MINUTE],
}

/** An offline machine's action is given up after three days. */
const PATIENCE = 3 * DAY

export interface Progress {
  status: ActionStatus
  /** When it last changed, milliseconds. */
  changedAt: number
  /** When the machine took it up; undefined while it waits. */
  startedAt?: number
  /** When it ended by itself. */
  endedAt?: number
}

/** Where an action stands at `now`. */
export function progressOf(world: World, action: MachineAction, now: number): Progress {
  const until = Math.min(now, action.cancelledAt ?? Infinity)
  const r = random(world.seed, 'machine action', action.id)
  const offline = findMachine(world, action.machineId)?.healthStatus === 'Inactive'
  if (action.cancelledAt !== undefined && action.cancelledAt <= now)
    return { status: 'Cancelled', changedAt: action.cancelledAt }
  if (offline)
    return until >= action.createdAt + PATIENCE
      ? { status: 'TimeOut', changedAt: action.createdAt + PATIENCE, endedAt: action.createdAt + PATIENCE }
      : { status: 'Pending', changedAt: action.createdAt }
  const startedAt = action.createdAt + r.between(3_000, 20_000)
  if (until < startedAt) return { status: 'Pending', changedAt: action.createdAt }
  const endedAt = startedAt + r.between(...RUNS[action.type])
  if (until < endedAt) return { status: 'InProgress', changedAt: startedAt, startedAt }
  const failed = action.outcomes?.some(({ error }) => error !== undefined) ?? false
  return { status: failed ? 'Failed' : 'Succeeded', changedAt: endedAt, startedAt, endedAt }
}

export const isOpen = ({ status }: Progress): boolean => status === 'Pending' || status === 'InProgress'
