import { listIpLocations } from '#connect/apis/graph/named-locations.ts'
import { findUsers } from '#connect/apis/graph/users.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { overlap, partsOf, readCidr } from '#domain/cidr.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'
import type { Target } from '#respond/action.ts'
import { ipRangesOf } from '#respond/count.ts'
import type { Kind } from '#respond/kind.ts'
import { invalid } from '#respond/not-planned.ts'

/** A range of addresses that people sign in from. */
export interface IpRangeTarget extends Target {
  range: string
  /** Those that are let in from anywhere, by object id or user principal name. */
  breakGlass: readonly string[]
}

/** All ranges stand in one place, whose writes replace each other. */
const LANE = 'named locations'

/** Ranges of addresses, named as `203.0.113.0/24`; one after the other, as all are in the same named location. */
export const ipRanges: Kind<IpRangeTarget> = {
  id: 'ip-range',
  isGrantedByToken: true,

  async resolve({ connectionId: wish, targets: names = [], action, connect }) {
    if (names.length === 0) throw invalid('No range of addresses is named.', 'Name at least one: 203.0.113.0/24.')
    const bad = names.filter((name) => readCidr(name) === undefined)
    if (bad.length > 0) {
      throw invalid(
        `${bad.join(', ')} is no address and no range that Conditional Access takes.`,
        'Name IPv4 addresses or ranges up to /8, 203.0.113.0/24, or IPv6 ones, 2001:db8::/48.',
      )
    }
    const { connectionId, settings, open } = await connect(wish)
    const trusted = action.blocks ? await readGuards(await open(), settings) : []
    const once = new Set(names.map((name) => readCidr(name)!))
    return {
      connectionId,
      targets: [...once].map((range) => {
        const target = targetOf(range)
        const on = { range, breakGlass: settings?.breakGlassUsers ?? [] }
        const protectedBy =
          ipRanges.whyRefused(target, on, { action, settings }) ?? (action.blocks && whyTrusted(range, trusted))
        return { ...target, ...(protectedBy && { protectedBy }) }
      }),
    }
  },

  async open({ tenantId, connectionId }, records) {
    const { settings } = (await records.connections.read(tenantId, connectionId)) ?? {}
    return ({ objectId }) => ({ range: objectId, breakGlass: settings?.breakGlassUsers ?? [] })
  },

  whyRefused: (_target, { range }, { action, settings }) =>
    action.blocks ? (whyNobodyGetsIn(settings) ?? whyTooWide(range) ?? whyNotPublic(range)) : undefined,

  restored: (count) => `put back ${ipRangesOf(count)}`,
}

function targetOf(range: string) {
  return { ref: range, objectId: range, name: `IPv${partsOf(range).version}`, address: range, lane: LANE }
}

const NAME_BREAK_GLASS =
  'Name them on the page of the connection, or with `npx cordon connections change <id> --break-glass <users...>`.'

interface Trusted {
  displayName: string
  ranges: string[]
}

/**
 * The trusted locations of the tenant, once it is sure that somebody gets in whatever is blocked.
 *
 * @throws AppError REQUEST_INVALID without break-glass accounts, or with one that is not there.
 */
async function readGuards(microsoft: Microsoft, settings: ConnectionSettings | undefined): Promise<Trusted[]> {
  const why = whyNobodyGetsIn(settings)
  if (why !== undefined) throw invalid(why, NAME_BREAK_GLASS)
  const names = settings!.breakGlassUsers!
  const found = await findUsers(microsoft, names)
  const lost = names.filter((_, i) => found[i] === undefined)
  if (lost.length > 0)
    throw invalid(
      `The directory has no break-glass account ${lost.join(', ')}, so it cannot be let in.`,
      NAME_BREAK_GLASS,
    )
  const locations = await listIpLocations(microsoft)
  return locations
    .filter(({ isTrusted }) => isTrusted)
    .map(({ displayName, ipRanges: ranges }) => ({
      displayName,
      ranges: ranges.flatMap(({ cidrAddress }) => readCidr(cidrAddress) ?? []),
    }))
}

function whyNobodyGetsIn(settings: ConnectionSettings | undefined): string | undefined {
  return settings?.breakGlassUsers?.length
    ? undefined
    : 'The connection names no break-glass account. A block by address is for everybody, and a mistake would lock the whole company out.'
}

/** Shortest prefixes that are blocked at once: a provider has more customers than an attacker has addresses. */
const WIDEST: Readonly<Record<number, number>> = { 4: 16, 6: 32 }

function whyTooWide(range: string): string | undefined {
  const { version, prefix } = partsOf(range)
  const widest = WIDEST[version]!
  return prefix < widest
    ? `${range} is wider than /${widest}, and whole providers would be blocked. Name narrower ranges.`
    : undefined
}

/** Source: the special-purpose address registries of IANA, those that no sign-in over the internet comes from. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::ffff:0:0/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]

function whyNotPublic(range: string): string | undefined {
  const within = NOT_PUBLIC.find((each) => overlap(each, range))
  return within === undefined
    ? undefined
    : `${range} is within ${within}, which is not public: Entra sees the address by which a network goes out to the internet. Name that one.`
}

function whyTrusted(range: string, trusted: readonly Trusted[]): string | undefined {
  for (const { displayName, ranges } of trusted) {
    const hit = ranges.find((each) => overlap(each, range))
    if (hit !== undefined) return `${range} has addresses of ${hit}, which the trusted location ${displayName} holds.`
  }
  return undefined
}
