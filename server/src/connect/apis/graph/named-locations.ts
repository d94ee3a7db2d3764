import { isIP } from 'node:net'
import { setTimeout } from 'node:timers/promises'

import { z } from 'zod'

import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'
import type { Wait } from '#connect/throttle.ts'
import { readCidr } from '#domain/cidr.ts'
import { AppError } from '#domain/errors.ts'

import { odataQuery, odataString, percentEncode } from './odata.ts'

/**
 * A named location of Conditional Access that holds ranges of addresses. A write replaces the whole list and no version guards
 * it: of two at once one is lost. So ranges are put in and taken out by reading back until they are as wanted.
 *
 * @see https://learn.microsoft.com/graph/api/resources/ipnamedlocation
 */
const Range = z.looseObject({ cidrAddress: z.string() })

export const IpNamedLocation = z.object({
  id: z.string(),
  displayName: z.string(),
  isTrusted: z.boolean().nullish(),
  createdDateTime: z.string().nullish(),
  ipRanges: z.array(Range),
})
export type IpNamedLocation = z.infer<typeof IpNamedLocation>

export const READ_POLICIES = 'Policy.Read.All'
export const CHANGE_POLICIES = 'Policy.ReadWrite.ConditionalAccess'

const ROOT = '/v1.0/identity/conditionalAccess/namedLocations'
/** How long to wait for a write to show before looking again and, where it is not there, writing again, in ms. */
const WAITS = [2_000, 5_000, 10_000, 20_000, 40_000]

const ADVICE =
  'Look at https://entra.microsoft.com > Protection > Conditional Access > Named locations: a location holds 2,000 ranges, from /8 to /32 of IPv4, and a tenant has 195 locations.'

/** A location of ranges by its name; undefined without one. @throws AppError CONNECT_*. */
export async function findIpLocation(
  microsoft: Microsoft,
  displayName: string,
  signal?: AbortSignal,
): Promise<IpNamedLocation | undefined> {
  const { value } = await microsoft.json(
    {
      ...request(`Could not look for the named location ${displayName}.`, signal),
      path: `${ROOT}${odataQuery({ $filter: `displayName eq ${odataString(displayName)}` })}`,
      permission: READ_POLICIES,
    },
    // One of countries may have the name as well.
    z.object({ value: z.array(z.union([IpNamedLocation, z.unknown().transform(() => undefined)])) }),
  )
  return value.find((location) => location !== undefined)
}

/** All locations that hold ranges. @throws AppError CONNECT_*. */
export async function listIpLocations(microsoft: Microsoft, signal?: AbortSignal): Promise<IpNamedLocation[]> {
  const found: IpNamedLocation[] = []
  const first = { ...request('Could not list the named locations.', signal), permission: READ_POLICIES }
  // Those of countries have no ranges.
  const Location = z.union([IpNamedLocation, z.object({ id: z.string() })])
  for await (const page of microsoft.pages(first, Location))
    found.push(...page.filter((location) => 'ipRanges' in location))
  return found
}

/** A location by its id. @throws AppError CONNECT_*: CONNECT_NOT_FOUND where there is none. */
export function readIpLocation(microsoft: Microsoft, id: string, signal?: AbortSignal): Promise<IpNamedLocation> {
  const what = 'Could not read a named location.'
  return microsoft.json(
    { ...request(what, signal), path: `${ROOT}/${percentEncode(id)}`, permission: READ_POLICIES },
    IpNamedLocation,
  )
}

/** Makes a location that is not trusted; Microsoft wants at least one range in it. @throws AppError CONNECT_*. */
export function createIpLocation(
  microsoft: Microsoft,
  { displayName, cidrs }: { displayName: string; cidrs: readonly string[] },
  signal?: AbortSignal,
): Promise<IpNamedLocation> {
  return microsoft.json(
    {
      ...request(`Could not make the named location ${displayName}.`, signal),
      method: 'POST',
      body: {
        '@odata.type': '#microsoft.graph.ipNamedLocation',
        displayName,
        isTrusted: false,
        ipRanges: cidrs.map(rangeOf),
      },
    },
    IpNamedLocation,
  )
}

/** Deletes a location; one that is not there any more is deleted. Refused while a policy speaks of it. @throws AppError CONNECT_*. */
export async function deleteIpLocation(microsoft: Microsoft, id: string, signal?: AbortSignal): Promise<void> {
  try {
    await microsoft.send({
      ...request('Could not delete a named location.', signal),
      method: 'DELETE',
      path: `${ROOT}/${percentEncode(id)}`,
      repeatable: true,
    })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONNECT_NOT_FOUND') throw error
  }
}

/** What is to be in a location afterwards, and what not. */
export interface RangeChange {
  id: string
  add?: readonly string[]
  remove?: readonly string[]
  signal?: AbortSignal
  /** How to wait; timers when absent. */
  wait?: Wait
}

/**
 * Puts ranges into a location and takes others out, one change at a time of all that are asked of `microsoft`. What other
 * programs wrote is read and kept, and what of ours they overwrote before it showed is written again; later it is not noticed
 * here. Idempotent. Ranges are compared as {@link readCidr} gives them.
 *
 * The last range cannot be taken out, since Microsoft wants one: delete the location instead.
 *
 * @throws AppError CONNECT_*: CONNECT_REQUEST_REFUSED where it is full, or others keep overwriting it.
 */
export function changeRanges(microsoft: Microsoft, change: RangeChange): Promise<void> {
  const turn = (turns.get(microsoft) ?? Promise.resolve()).then(() => settle(microsoft, change))
  turns.set(
    microsoft,
    turn.catch(() => undefined),
  )
  return turn
}

/** The last change of each client, for the next to wait for. */
const turns = new WeakMap<Microsoft, Promise<void>>()

async function settle(
  microsoft: Microsoft,
  { id, add = [], remove = [], signal, wait = timers }: RangeChange,
): Promise<void> {
  const what = 'Could not change the ranges of a named location.'
  const [added, removed] = [add.map(same), remove.map(same)]
  for (const ms of [...WAITS, 0]) {
    const { ipRanges, displayName } = await readIpLocation(microsoft, id, signal)
    const there = new Set(ipRanges.map(({ cidrAddress }) => same(cidrAddress)))
    const missing = added.filter((cidr) => !there.has(cidr))
    if (missing.length === 0 && !removed.some((cidr) => there.has(cidr))) return
    if (ms === 0) break
    const kept = ipRanges.filter(({ cidrAddress }) => !removed.includes(same(cidrAddress)))
    await microsoft.send({
      ...request(`Could not change the ranges of the named location ${displayName}.`, signal),
      method: 'PATCH',
      path: `${ROOT}/${percentEncode(id)}`,
      body: { '@odata.type': '#microsoft.graph.ipNamedLocation', ipRanges: [...kept, ...missing.map(rangeOf)] },
      repeatable: true,
    })
    await wait(ms, signal)
  }
  throw new AppError({
    code: 'CONNECT_REQUEST_REFUSED',
    what,
    why: `Microsoft reported success ${WAITS.length} times, and the ranges are still others: somebody keeps overwriting them, or Entra is slow to show a change.`,
    fix: 'Look in https://entra.microsoft.com > Entra ID > Audit logs for who changes this named location, and try again.',
    retry: 'backoff',
  })
}

const timers: Wait = (ms, signal) => setTimeout(ms, undefined, { signal })

/** What Microsoft refuses is left to it, with its words. */
const same = (cidr: string): string => readCidr(cidr) ?? cidr.toLowerCase()

const rangeOf = (cidrAddress: string) => ({
  '@odata.type': `#microsoft.graph.iPv${isIP(cidrAddress.split('/')[0]!) === 6 ? 6 : 4}CidrRange`,
  cidrAddress,
})

function request(what: string, signal?: AbortSignal): MicrosoftRequest {
  const license = 'Microsoft Entra ID P1'
  return {
    api: 'graph',
    path: ROOT,
    what,
    permission: CHANGE_POLICIES,
    license,
    advice: ADVICE,
    ...(signal && { signal }),
  }
}
