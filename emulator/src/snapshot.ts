import { isOrganization } from '#world/world.ts'
import type { Cloud } from '#cloud.ts'
import type { Organization } from '#world/world.ts'

/**
 * What a cloud was made with and everything that has happened to it since: enough to bring another emulator to the same
 * state. Credentials of the applications that a data folder was made with are not part of it; those of added and of changed ones are.
 */
export interface Snapshot extends Birth {
  format: 1
  /** Recorded changes, oldest first. */
  changes: readonly object[]
}

/** What a cloud was made with. */
export interface Birth {
  seed: number
  organization: Organization
  /** Milliseconds, whole seconds. */
  epoch: number
  tenants: number
  /** True where the tenants' clock moves only when told to. */
  frozen: boolean
  /** Ids of the attacks in its history. */
  scenarios: readonly string[]
  /** How many times as many records as usual a piece of audit content holds; what was made before there was a choice has none: 1. */
  activity?: number
}

const NAMES = ['seed', 'organization', 'epoch', 'tenants', 'frozen', 'scenarios'] as const
const BIRTH = [...NAMES, 'activity'] as const

export const takeSnapshot = ({ birth, history }: Cloud): Snapshot => ({
  format: 1,
  ...birth,
  changes: history().map((text) => JSON.parse(text) as object),
})

/** A snapshot out of JSON, or what is wrong with it. */
export function readSnapshot(value: unknown): Snapshot | { problem: string } {
  const {
    format,
    seed,
    organization,
    epoch,
    tenants,
    frozen,
    scenarios,
    activity = 1,
    changes,
  } = (value ?? {}) as Partial<Record<keyof Snapshot, unknown>>
  if (format !== 1) return { problem: 'It is no snapshot of this version: `format` is not 1.' }
  const whole = [seed, epoch, tenants, activity].every((number) => Number.isSafeInteger(number))
  if (!isOrganization(organization) || !whole || typeof frozen !== 'boolean' || !Array.isArray(scenarios))
    return { problem: `It does not say what the cloud was made with: ${NAMES.join(', ')}.` }
  if (!Array.isArray(changes) || !changes.every(isChange)) return { problem: '`changes` is no list of changes.' }
  return value as Snapshot
}

const isChange = (value: unknown) => {
  const change = value as { type?: unknown; tenant?: unknown; at?: unknown; number?: unknown } | null
  return (
    typeof change === 'object' &&
    typeof change?.type === 'string' &&
    typeof change.tenant === 'string' &&
    typeof change.at === 'number' &&
    typeof change.number === 'number'
  )
}

/** Brings the cloud to the state of the snapshot; or says why it cannot be, and leaves everything as it is. */
export function loadSnapshot(cloud: Cloud, snapshot: Snapshot): { problem: string } | undefined {
  const different = BIRTH.filter((name) => String(snapshot[name] ?? 1) !== String(cloud.birth[name] ?? 1))
  if (different.length > 0) {
    const pairs = different.map((name) => `${name} ${String(snapshot[name])} instead of ${String(cloud.birth[name])}`)
    return { problem: `It is of another cloud: ${pairs.join(', ')}.` }
  }
  cloud.restore(snapshot.changes.map((change) => JSON.stringify(change)))
  return undefined
}
