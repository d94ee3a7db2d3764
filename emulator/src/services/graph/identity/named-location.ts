import { isIP } from 'node:net'

import { GraphError } from '#services/graph/errors.ts'
import { conditionalAccessPolicies } from '#world/conditional-access.ts'
import type { ConditionalAccessPolicy, NamedLocation } from '#world/conditional-access.ts'
import type { Tenant } from '#cloud.ts'

/** What a named location may be: ranges of addresses, or countries. */

/** Conditional Access puts a number before what is wrong. */
export const malformed = (code: string, what: string) => new GraphError(400, 'BadRequest', `${code}: ${what}`)

const SORTS = ['#microsoft.graph.ipNamedLocation', '#microsoft.graph.countryNamedLocation'] as const
const MOST_RANGES = 2_000

type Body = Pick<NamedLocation, '@odata.type' | 'displayName'>

/**
 * Reads the body of a write; lists in it replace the ones there are.
 *
 * @param before what it was; undefined for a new one.
 * @throws GraphError BadRequest.
 */
export function readLocation(body: Record<string, unknown>, before: NamedLocation | undefined): Body {
  const asked = String(body['@odata.type'] ?? before?.['@odata.type'])
    .toLowerCase()
    .replace(/^#?/, '#')
  const sort = SORTS.find((each) => each.toLowerCase() === asked)
  if (!sort)
    throw malformed('1034', 'The @odata.type of a named location must be ipNamedLocation or countryNamedLocation.')
  if (before && before['@odata.type'] !== sort)
    throw malformed('1034', 'The type of a named location cannot be changed.')
  const displayName = body['displayName'] ?? before?.displayName
  if (typeof displayName !== 'string' || displayName.trim() === '' || displayName.length > 256)
    throw malformed('1035', 'The display name of a named location must be text of at most 256 characters.')
  const known =
    sort === SORTS[0]
      ? ['ipRanges', 'isTrusted']
      : ['countriesAndRegions', 'countryLookupMethod', 'includeUnknownCountriesAndRegions']
  const strange = Object.keys(body).find(
    (name) => ![...known, '@odata.type', 'displayName', 'id', 'createdDateTime', 'modifiedDateTime'].includes(name),
  )
  if (strange !== undefined)
    throw new GraphError(400, 'BadRequest', `The property '${strange}' does not exist on type '${sort.slice(1)}'.`)
  const rest = sort === SORTS[0] ? ipPart(body, before) : countryPart(body, before)
  return { '@odata.type': sort, displayName, ...rest }
}

function ipPart(body: Record<string, unknown>, before: NamedLocation | undefined): Record<string, unknown> {
  const isTrusted = body['isTrusted'] ?? before?.['isTrusted'] ?? false
  if (typeof isTrusted !== 'boolean') throw malformed('1036', 'isTrusted must be true or false.')
  const ranges = body['ipRanges'] ?? before?.['ipRanges']
  if (!Array.isArray(ranges) || ranges.length === 0)
    throw malformed('1037', 'A named location needs at least one IP range.')
  if (ranges.length > MOST_RANGES)
    throw malformed('1038', `A named location can have at most ${MOST_RANGES} IP ranges.`)
  return { isTrusted, ipRanges: ranges.map(readRange) }
}

/** IPv4 from /8 to /32, IPv6 from /1 to /128. */
function readRange(range: unknown): object {
  const { cidrAddress } = (range ?? {}) as Record<string, unknown>
  const [address = '', bits = '', ...rest] = String(cidrAddress).split('/')
  const version = isIP(address)
  const [least, most] = version === 4 ? [8, 32] : [1, 128]
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) < least || Number(bits) > most)
    throw malformed('1039', `The IP range '${String(cidrAddress).slice(0, 100)}' is not valid.`)
  return { '@odata.type': `#microsoft.graph.iPv${version}CidrRange`, cidrAddress }
}

function countryPart(body: Record<string, unknown>, before: NamedLocation | undefined): Record<string, unknown> {
  const countries = body['countriesAndRegions'] ?? before?.['countriesAndRegions']
  if (!Array.isArray(countries) || countries.length === 0 || countries.some((each) => !/^[A-Z]{2}$/.test(String(each))))
    throw malformed('1040', 'countriesAndRegions must be a list of two-letter country codes.')
  const method = body['countryLookupMethod'] ?? before?.['countryLookupMethod'] ?? 'clientIpAddress'
  if (method !== 'clientIpAddress' && method !== 'authenticatorAppGps')
    throw malformed('1041', 'countryLookupMethod must be clientIpAddress or authenticatorAppGps.')
  const unknown = body['includeUnknownCountriesAndRegions'] ?? before?.['includeUnknownCountriesAndRegions'] ?? false
  if (typeof unknown !== 'boolean') throw malformed('1042', 'includeUnknownCountriesAndRegions must be true or false.')
  return { countriesAndRegions: countries, countryLookupMethod: method, includeUnknownCountriesAndRegions: unknown }
}

/** The policy that speaks of a location; undefined where none does. */
export function locationInUse(tenant: Tenant, id: string): ConditionalAccessPolicy | undefined {
  return [...tenant.objects(conditionalAccessPolicies).all()].find(({ conditions }) => {
    const { includeLocations = [], excludeLocations = [] } = (conditions['locations'] ?? {}) as Record<string, string[]>
    return [...includeLocations, ...excludeLocations].includes(id)
  })
}
