import { z } from 'zod'

import {
  createBlockPolicy,
  deletePolicy,
  excludeFromPolicy,
  listPolicies,
  READ_APPLICATIONS,
  type AccessPolicy,
} from '#connect/apis/graph/conditional-access.ts'
import {
  CHANGE_POLICIES,
  changeRanges,
  createIpLocation,
  deleteIpLocation,
  listIpLocations,
  READ_POLICIES,
  type IpNamedLocation,
} from '#connect/apis/graph/named-locations.ts'
import { findUsers } from '#connect/apis/graph/users.ts'
import { readCidr } from '#domain/cidr.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import type { IpRangeTarget } from './kinds/ip-range.ts'
import { READ_USERS } from './user-state.ts'

/**
 * Where ranges stand that sign-ins are blocked from, or only reported: each mode has a named location of its own and a policy on
 * it, both of the same name. So a range goes from being reported to being blocked by itself, and takes no other with it.
 */
export const MODES = {
  'report-only': { name: 'Cordon reported addresses', state: 'enabledForReportingButNotEnforced' },
  enforce: { name: 'Cordon blocked addresses', state: 'enabled' },
} as const
export const Mode = z.enum(['report-only', 'enforce'])
export type Mode = z.infer<typeof Mode>

const Place = z.object({
  /** Whether the location holds the range. */
  holds: z.boolean(),
  /** State of the policy on the location; absent without one. */
  policy: z.string().optional(),
  /** Whether the policy lets every break-glass account in. */
  excludes: z.boolean(),
})
type Place = z.infer<typeof Place>

export const IpRangeState = z.object({ reported: Place, blocked: Place, wasAction: z.string() })
export type IpRangeState = z.infer<typeof IpRangeState>

export const placeOf = (state: IpRangeState, mode: Mode): Place => (mode === 'enforce' ? state.blocked : state.reported)

/** Whether sign-ins from the range are treated as the mode says. */
export function isInForce({ holds, policy, excludes }: Place, mode: Mode): boolean {
  return holds && excludes && policy === MODES[mode].state
}

interface Found {
  location?: IpNamedLocation
  policy?: AccessPolicy
}

/** @throws AppError CONNECT_*; CONNECT_NOT_FOUND where a break-glass account is not there any more. */
export async function readIpRangeState(target: IpRangeTarget): Promise<IpRangeState> {
  const found = await findAll(target)
  const ids = await breakGlassIds(target)
  const place = (mode: Mode): Place => {
    const { location, policy } = found(mode)
    const excluded = new Set(policy?.conditions.users?.excludeUsers)
    return {
      holds: location !== undefined && isHeld(location, target.range),
      ...(policy && { policy: policy.state }),
      excludes: ids.every((id) => excluded.has(id)),
    }
  }
  const [reported, blocked] = [place('report-only'), place('enforce')]
  const wasAction = blocked.holds ? 'Blocked' : reported.holds ? 'Reported' : 'Not blocked'
  return { reported, blocked, wasAction }
}

/** What stands of both modes. Of several locations of the name the oldest is meant. */
async function findAll({ microsoft, signal }: IpRangeTarget): Promise<(mode: Mode) => Found> {
  const locations = await listIpLocations(microsoft, signal)
  const policies = await listPolicies(microsoft, signal)
  return (mode) => {
    const { name } = MODES[mode]
    const [location] = locations
      .filter(({ displayName }) => displayName === name)
      .toSorted((a, b) => (a.createdDateTime ?? '').localeCompare(b.createdDateTime ?? ''))
    if (!location) return {}
    const policy = policies.find(
      ({ displayName, conditions }) =>
        displayName === name && conditions.locations?.includeLocations?.includes(location.id),
    )
    return { location, ...(policy && { policy }) }
  }
}

const isHeld = ({ ipRanges }: IpNamedLocation, range: string): boolean =>
  ipRanges.some(({ cidrAddress }) => readCidr(cidrAddress) === range)

async function breakGlassIds({ microsoft, breakGlass, signal }: IpRangeTarget): Promise<string[]> {
  const found = breakGlass.length > 0 ? await findUsers(microsoft, breakGlass, signal) : []
  return found.flatMap((user) => (user ? [user.id] : []))
}

/**
 * Puts the range where the mode has it, and makes what is missing for that. Whoever is to be let in is let in before the range
 * is blocked. Idempotent.
 *
 * @throws AppError CONNECT_*
 */
export async function putInPlace(target: IpRangeTarget, mode: Mode): Promise<void> {
  const { microsoft, range, wait, signal } = target
  const { name: displayName, state } = MODES[mode]
  const { location, policy } = (await findAll(target))(mode)
  const excludeUsers = await breakGlassIds(target)
  const excluded = new Set(policy?.conditions.users?.excludeUsers)
  if (policy && !excludeUsers.every((id) => excluded.has(id)))
    await excludeFromPolicy(microsoft, policy, excludeUsers, signal)
  if (location && !isHeld(location, range))
    await changeRanges(microsoft, { id: location.id, add: [range], ...(wait && { wait }), ...(signal && { signal }) })
  const made =
    location ??
    (await madeOnce(target, mode, 'location', () =>
      createIpLocation(microsoft, { displayName, cidrs: [range] }, signal),
    ))
  if (policy) return
  const asked = { displayName, state, locationId: made.id, excludeUsers }
  await madeOnce(target, mode, 'policy', () => createBlockPolicy(microsoft, asked, signal))
}

/** A reply that was lost may be one to a request that was carried out: what is there then is not made twice. */
async function madeOnce<What extends keyof Found>(
  target: IpRangeTarget,
  mode: Mode,
  what: What,
  make: () => Promise<NonNullable<Found[What]>>,
): Promise<NonNullable<Found[What]>> {
  try {
    return await make()
  } catch (error) {
    const there = (await findAll(target))(mode)[what]
    if (there) return there
    throw error
  }
}

/**
 * Takes the range out of where the mode has it. With the last one the policy and the location go, as Microsoft keeps no location
 * without a range. Idempotent.
 *
 * @throws AppError CONNECT_*
 */
export async function takeOutOfPlace(target: IpRangeTarget, mode: Mode): Promise<void> {
  const { microsoft, range, wait, signal } = target
  const { location, policy } = (await findAll(target))(mode)
  if (!location || !isHeld(location, range)) return
  const isLast = location.ipRanges.every(({ cidrAddress }) => readCidr(cidrAddress) === range)
  if (!isLast) {
    const change = { id: location.id, remove: [range], ...(wait && { wait }), ...(signal && { signal }) }
    return changeRanges(microsoft, change)
  }
  if (policy) await deletePolicy(microsoft, policy.id, signal)
  await deleteIpLocation(microsoft, location.id, signal)
}

/** What stands, in a sentence for each step. */
export function placeProof(state: IpRangeState, mode: Mode): string {
  const { name } = MODES[mode]
  const { holds, policy, excludes } = placeOf(state, mode)
  if (!holds) return `The named location “${name}” does not hold it.`
  const held = `The named location “${name}” holds it.`
  if (policy === undefined) return `${held} No policy of that name is on it, so nothing comes of it.`
  const does = POLICY_WORDS[policy] ?? `is ${policy}`
  return `${held} Its policy ${does}.${excludes ? '' : ' The policy does not leave out every break-glass account.'}`
}

const POLICY_WORDS: Readonly<Record<string, string>> = {
  enabled: 'blocks sign-ins from there, except of break-glass accounts',
  disabled: 'is switched off: somebody did that in https://entra.microsoft.com > Protection > Conditional Access',
  enabledForReportingButNotEnforced: 'reports sign-ins from there, and blocks none',
}

const GRAPH = 'Microsoft Graph'
export const IP_PERMISSIONS: readonly PermissionNeed[] = [
  {
    resource: GRAPH,
    permission: CHANGE_POLICIES,
    why: 'To keep the named locations and policies that block addresses.',
  },
  { resource: GRAPH, permission: READ_POLICIES, why: 'To read named locations and policies, and which are trusted.' },
  {
    resource: GRAPH,
    permission: READ_APPLICATIONS,
    why: 'Microsoft asks for it with every write of a policy, as policies name applications.',
  },
  READ_USERS,
]
