import { random } from './random.ts'
import { Directory } from './directory.ts'

/**
 * One made-up company, a pure function of (seed, epoch, size). The epoch is the moment the tenant was first started; its
 * history lies before it, its live activity after.
 */
export interface World {
  readonly seed: number
  /** Milliseconds since 1970, whole seconds. */
  readonly epoch: number
  readonly tenantId: string
  readonly name: string
  /** Where mail goes: `harborfinch.example`. */
  readonly domain: string
  readonly initialDomain: string
  readonly country: string
  readonly directory: Directory
  /** How many times as many records as usual a piece of audit content holds. */
  readonly activity: number
}

/** How many of each kind of person a company has. */
export interface OrganizationSize {
  users: number
  shared: number
  guests: number
  unlicensed: number
}

/** Sizes by the name given to `--org`. */
export const ORGANIZATIONS = {
  small: { users: 220, shared: 6, guests: 2, unlicensed: 3 },
  medium: { users: 4_880, shared: 120, guests: 300, unlicensed: 60 },
  large: { users: 48_900, shared: 1_100, guests: 4_000, unlicensed: 500 },
} as const satisfies Record<string, OrganizationSize>

/** A name of {@link ORGANIZATIONS}, or a number of mailboxes within {@link MAILBOXES}. */
export type Organization = keyof typeof ORGANIZATIONS | number

/** Attacks need a cast, and ids have room for so many. */
export const MAILBOXES = { fewest: 200, most: 100_000 }

/** Whether something read from outside names an organization. */
export const isOrganization = (value: unknown): value is Organization =>
  typeof value === 'number'
    ? Number.isInteger(value) && value >= MAILBOXES.fewest && value <= MAILBOXES.most
    : typeof value === 'string' && Object.hasOwn(ORGANIZATIONS, value)

/** Of a number of mailboxes, one in fifty is shared; guests and people without a license come on top. */
function sizeOf(organization: Organization): OrganizationSize {
  if (typeof organization !== 'number') return ORGANIZATIONS[organization]
  const shared = Math.round(organization / 50)
  return {
    users: organization - shared,
    shared,
    guests: Math.round(organization / 15),
    unlicensed: Math.max(3, Math.round(organization / 100)),
  }
}

/** The companies that tenants are, in order; a number follows the name from the ninth on. */
const COMPANIES = [
  { name: 'Harbor & Finch', domain: 'harborfinch', country: 'NL' },
  { name: 'Larkfield Clinics', domain: 'larkfieldclinics', country: 'PT' },
  { name: 'Brightloom Textiles', domain: 'brightloom', country: 'CA' },
  { name: 'Oxbow Instruments', domain: 'oxbowinstruments', country: 'NL' },
  { name: 'Tern & Tallow', domain: 'terntallow', country: 'CA' },
  { name: 'Cinder Peak Foods', domain: 'cinderpeak', country: 'PT' },
  { name: 'Millrace Software', domain: 'millrace', country: 'NL' },
  { name: 'Sable Reach College', domain: 'sablereach', country: 'CA' },
] as const

/** The company of the tenant with this number (from 0). Tenants of one seed share nothing but the seed. */
export function createWorld(seed: number, epoch: number, organization: Organization, number = 0, activity = 1): World {
  const company = COMPANIES[number % COMPANIES.length]!
  const round = Math.floor(number / COMPANIES.length)
  const label = `${company.domain}${round === 0 ? '' : round + 1}`
  const own = number === 0 ? seed : random(seed, 'tenant', number).between(0, Number.MAX_SAFE_INTEGER)
  const domain = `${label}.example`
  const initialDomain = `${label}.onmicrosoft.example`
  return {
    seed: own,
    epoch,
    tenantId: random(own, 'tenant').guid(),
    name: round === 0 ? company.name : `${company.name} ${round + 1}`,
    domain,
    initialDomain,
    country: company.country,
    directory: new Directory(own, sizeOf(organization), { domain, initialDomain }),
    activity,
  }
}
