import { listed } from '#world/objects.ts'
import { GRAPH, RESOURCES } from '#world/resources.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { World } from '#world/world.ts'

import { GRAPH_SCOPES } from './delegated-scopes.ts'
import { MICROSOFT_APPLICATIONS } from './sign-in-applications.ts'

/**
 * Service principals of applications that others made: Microsoft's own, and the services of other companies that this one
 * uses. Those of its own registrations follow from {@link ../applications.ts | the registrations}.
 */
export interface ServicePrincipal {
  id: string
  appId: string
  displayName: string
  accountEnabled: boolean
  /** Tenant of who made it. */
  appOwnerOrganizationId: string
  /** Tenant time, ISO 8601. */
  createdDateTime: string
  homepage: string | null
  replyUrls: string[]
  publisher: string | null
  /** Who verified the publisher's name has an id for it; null where nobody did. */
  verifiedPublisherId: string | null
  /** What can be granted of it: app roles and delegated permissions by value. */
  appRoles: Readonly<Record<string, string>>
  scopes: Readonly<Record<string, string>>
  /** Whether only those can sign in to it who were assigned. */
  appRoleAssignmentRequired: boolean
  tags: string[]
  notes: string | null
}

/** The tenant in which Microsoft registers its own. */
export const MICROSOFT_TENANT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'

/** Object id of the service principal that a well-known application has in this tenant. */
export const servicePrincipalIdOf = (world: World, appId: string): string =>
  random(world.seed, 'resource principal', appId).guid()

/** By object id. */
export const servicePrincipals: Kind<ServicePrincipal> = {
  name: 'servicePrincipal',
  born: listed(
    ({ id }) => id,
    (world) => [...microsoft(world), ...services(world)],
  ),
}

/** A service principal of another company's application, as it comes about by the first consent. */
export function foreignPrincipal(
  facts: Pick<ServicePrincipal, 'id' | 'appId' | 'displayName' | 'appOwnerOrganizationId'> & {
    at: number
  } & Partial<ServicePrincipal>,
): ServicePrincipal {
  const { at, ...given } = facts
  return {
    accountEnabled: true,
    createdDateTime: moment(at),
    homepage: null,
    replyUrls: [],
    publisher: null,
    verifiedPublisherId: null,
    appRoles: {},
    scopes: {},
    appRoleAssignmentRequired: false,
    tags: ['WindowsAzureActiveDirectoryIntegratedApp'],
    notes: null,
    ...given,
  }
}

/** Microsoft's own applications that every tenant has, and those that an administrator makes known first. */
const USUAL = new Map([
  ...MICROSOFT_APPLICATIONS.map(({ id, name }) => [id, name] as const),
  ...RESOURCES.map(({ appId, displayName }) => [appId, displayName] as const),
])
const ON_DEMAND = new Map([['8bd644d1-64a1-4d4b-ae52-2e0cbf64e373', 'Exchange Message Trace']])

const microsoft = (world: World): ServicePrincipal[] =>
  [...USUAL.keys()].map((appId) => microsoftPrincipal(world, appId, world.epoch - 1600 * DAY)!)

/** The service principal of an application of Microsoft's, as it comes about at a moment; undefined where it is none. */
export function microsoftPrincipal(world: World, appId: string, at: number): ServicePrincipal | undefined {
  const displayName = USUAL.get(appId) ?? ON_DEMAND.get(appId)
  if (displayName === undefined) return undefined
  return foreignPrincipal({
    id: servicePrincipalIdOf(world, appId),
    appId,
    displayName,
    at,
    appOwnerOrganizationId: MICROSOFT_TENANT,
    publisher: 'Microsoft Services',
    appRoles: RESOURCES.find((resource) => resource.appId === appId)?.roles ?? {},
    scopes: appId === GRAPH.appId ? GRAPH_SCOPES : {},
    tags: [],
  })
}

/** What other companies sell, and what people allowed it: `everybody`, where an administrator consented for all. */
export const SERVICES = [
  { name: 'Quillboard', scope: 'User.Read openid profile email', consent: 'everybody', verified: true },
  { name: 'Paperlane Sign', scope: 'User.Read Files.Read offline_access', consent: 'everybody', verified: true },
  {
    name: 'Meetwell Scheduling',
    scope: 'Calendars.ReadWrite User.Read offline_access',
    consent: 'people',
    verified: true,
  },
  { name: 'Ledgerlight Expenses', scope: 'Mail.Read User.Read offline_access', consent: 'people', verified: true },
  { name: 'Stackpost Analytics', scope: 'User.ReadBasic.All openid profile', consent: 'everybody', verified: false },
  { name: 'Contact Lantern', scope: 'Contacts.Read User.Read offline_access', consent: 'people', verified: false },
] as const

/** Object id of the service principal of one of {@link SERVICES}. */
export const serviceIdOf = (world: World, name: string): string =>
  random(world.seed, 'service', name, 'principal').guid()

function services(world: World): ServicePrincipal[] {
  return SERVICES.map(({ name, verified }) => {
    // The same everywhere: who sells it has one registration for all customers.
    const r = random('service', name)
    const host = `${name.toLowerCase().replaceAll(' ', '-')}.example`
    return foreignPrincipal({
      id: serviceIdOf(world, name),
      appId: r.guid(),
      displayName: name,
      appOwnerOrganizationId: r.guid(),
      at: world.epoch - random(world.seed, 'service', name).between(60, 900) * DAY,
      homepage: `https://${host}/`,
      replyUrls: [`https://${host}/signin-oidc`],
      publisher: name.split(' ')[0]!,
      verifiedPublisherId: verified ? String(r.between(1_000_000, 6_999_999)) : null,
    })
  })
}

const DAY = 86_400_000

const moment = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`
