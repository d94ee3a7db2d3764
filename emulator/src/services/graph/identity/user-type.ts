import { addressesOf, hasMailbox } from '#world/directory.ts'
import { random } from '#world/random.ts'
import { isSynced, managerOf, principalNameOf, Users } from '#world/users.ts'
import type { Call } from '#services/graph/route.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { Tenant } from '#cloud.ts'
import type { User } from '#world/users.ts'

import { SKU, assignedPlans, isLicensed } from './licenses.ts'
import { READ_USERS, hasAny } from './permissions.ts'
import { selectOf, show } from './entity.ts'
import type { EntityType } from './entity.ts'

/** What Graph tells about a user. */

export const DEFAULTS = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
]

/** What User.ReadBasic.All lets a caller see. */
const BASIC = new Set([
  'id',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
  'userType',
  'preferredLanguage',
])

const NOTHING = new Set(['id'])
const DAY = 86_400_000

type Reader = (tenant: Tenant, user: User) => unknown

/** Whole seconds, as the directory writes times. */
export const time = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

const always =
  (value: unknown): Reader =>
  () =>
    value

const ofPerson =
  (read: (person: NonNullable<User['person']>, tenant: Tenant) => unknown, otherwise: unknown = null): Reader =>
  (tenant, { person }) =>
    person ? read(person, tenant) : otherwise

const ofEmployee = (
  read: (person: NonNullable<User['person']>, tenant: Tenant) => unknown,
  otherwise: unknown = null,
) => ofPerson((person, tenant) => (person.kind === 'user' ? read(person, tenant) : otherwise), otherwise)

const ofSynced =
  (read: (person: NonNullable<User['person']>, tenant: Tenant) => unknown): Reader =>
  (tenant, user) =>
    isSynced(user) ? read(user.person!, tenant) : null

const createdAt = ({ world }: Tenant, { person, changes }: User): number =>
  person
    ? world.epoch - random(world.seed, 'user created', person.index).between(90, 1_500) * DAY
    : (changes.createdAt ?? world.epoch)

const passwordChangedAt = (tenant: Tenant, user: User): number =>
  user.changes.passwordChangedAt ??
  (user.person
    ? Math.max(
        createdAt(tenant, user),
        tenant.world.epoch - random(tenant.world.seed, 'password changed', user.person.index).between(1, 700) * DAY,
      )
    : createdAt(tenant, user))

const samName = ({ givenName, surname }: NonNullable<User['person']>) =>
  `${givenName!.slice(0, 1)}${surname}`.toLowerCase()

/** What each property was before anybody wrote it. */
const BORN: Record<string, Reader> = {
  businessPhones: ofEmployee(
    ({ index, office }, { world }) => [`${office.phone} ${random(world.seed, 'user', index).between(1000, 9999)}`],
    [],
  ),
  displayName: ofPerson(({ displayName }) => displayName),
  givenName: ofPerson(({ givenName }) => givenName),
  jobTitle: ofPerson(({ jobTitle }) => jobTitle),
  mail: ofPerson(({ mail }) => mail),
  mobilePhone: always(null),
  officeLocation: ofEmployee(({ office }) => office.office),
  preferredLanguage: always(null),
  surname: ofPerson(({ surname }) => surname),
  userPrincipalName: (_, user) => principalNameOf(user),
  id: (_, { id }) => id,
  accountEnabled: ofPerson(({ accountEnabled }) => accountEnabled),
  userType: ofPerson(({ kind }) => (kind === 'guest' ? 'Guest' : 'Member'), 'Member'),
  department: ofPerson(({ department }) => department),
  companyName: ofPerson(({ kind }, { world }) => (kind === 'guest' ? null : world.name)),
  usageLocation: ofEmployee(({ office }) => office.country),
  country: ofEmployee(({ office }) => office.country),
  city: ofEmployee(({ office }) => office.office),
  state: always(null),
  streetAddress: always(null),
  postalCode: always(null),
  faxNumber: always(null),
  ageGroup: always(null),
  consentProvidedForMinor: always(null),
  legalAgeGroupClassification: always(null),
  preferredDataLocation: always(null),
  employeeType: ofEmployee(() => 'Employee'),
  employeeId: ofEmployee(({ index }) => `E${String(1000 + index)}`),
  employeeHireDate: (tenant, user) => (isLicensed(user) ? time(createdAt(tenant, user)) : null),
  employeeLeaveDateTime: always(null),
  employeeOrgData: always(null),
  proxyAddresses: ofPerson(
    (person, { world }) =>
      hasMailbox(person)
        ? addressesOf(person, world.initialDomain).map((address, i) => `${i === 0 ? 'SMTP' : 'smtp'}:${address}`)
        : [],
    [],
  ),
  otherMails: ofPerson(({ kind, mail }) => (kind === 'guest' ? [mail] : []), []),
  imAddresses: ofEmployee(({ mail }) => [mail], []),
  mailNickname: (_, user) => principalNameOf(user).split('@')[0],
  identities: (tenant, user) => [
    user.person?.kind === 'guest'
      ? { signInType: 'federated', issuer: 'ExternalAzureAD', issuerAssignedId: null }
      : {
          signInType: 'userPrincipalName',
          issuer: tenant.world.initialDomain,
          issuerAssignedId: principalNameOf(user),
        },
  ],
  creationType: ofPerson(({ kind }) => (kind === 'guest' ? 'Invitation' : null)),
  externalUserState: ofPerson(({ kind }) => (kind === 'guest' ? 'Accepted' : null)),
  externalUserStateChangeDateTime: (tenant, user) =>
    user.person?.kind === 'guest' ? time(createdAt(tenant, user)) : null,
  showInAddressList: always(null),
  isResourceAccount: always(null),
  isManagementRestricted: always(null),
  passwordPolicies: ofPerson(({ givenName, kind }) =>
    kind === 'unlicensed' && givenName === null ? 'DisablePasswordExpiration' : null,
  ),
  securityIdentifier: (tenant, { id }) => {
    const r = random(tenant.world.seed, 'sid', id)
    return `S-1-12-1-${[0, 1, 2, 3].map(() => r.between(1, 4_294_967_295)).join('-')}`
  },
  assignedLicenses: (_, user) => (isLicensed(user) ? [{ disabledPlans: [], skuId: SKU.skuId }] : []),
  assignedPlans: (tenant, user) => (isLicensed(user) ? assignedPlans(tenant, time(createdAt(tenant, user))) : []),
  provisionedPlans: always([]),
  licenseAssignmentStates: (tenant, user) =>
    isLicensed(user)
      ? [
          {
            assignedByGroup: null,
            disabledPlans: [],
            error: 'None',
            lastUpdatedDateTime: time(createdAt(tenant, user)),
            skuId: SKU.skuId,
            state: 'Active',
          },
        ]
      : [],
  createdDateTime: (tenant, user) => time(createdAt(tenant, user)),
  deletedDateTime: (_, { changes }) => (changes.deletedAt === undefined ? null : time(changes.deletedAt)),
  lastPasswordChangeDateTime: (tenant, user) => time(passwordChangedAt(tenant, user)),
  signInSessionsValidFromDateTime: (tenant, user) =>
    time(user.changes.sessionsValidFrom ?? passwordChangedAt(tenant, user)),
  signInActivity: (tenant, user) => signInActivity(tenant, user),
  passwordProfile: always(null),
  onPremisesSyncEnabled: (_, user) => (isSynced(user) ? true : null),
  onPremisesDistinguishedName: ofSynced(
    ({ displayName }, { world }) =>
      `CN=${displayName},OU=Terminal,DC=corp,${world.domain
        .split('.')
        .map((part) => `DC=${part}`)
        .join(',')}`,
  ),
  onPremisesDomainName: ofSynced((_, { world }) => `corp.${world.domain}`),
  onPremisesImmutableId: ofSynced(({ index }, { world }) =>
    Buffer.from(random(world.seed, 'immutable id', index).hex(32), 'hex').toString('base64'),
  ),
  onPremisesLastSyncDateTime: (tenant, user) => (isSynced(user) ? time(lastSync(tenant)) : null),
  onPremisesSamAccountName: ofSynced(samName),
  onPremisesSecurityIdentifier: ofSynced(
    ({ index }, { world }) =>
      `S-1-5-21-${random(world.seed, 'domain sid').between(1e8, 4e9)}-1085031214-725345543-${5_000 + index}`,
  ),
  onPremisesUserPrincipalName: ofSynced((person, { world }) => `${samName(person)}@corp.${world.domain}`),
  onPremisesProvisioningErrors: always([]),
  onPremisesExtensionAttributes: always(
    Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`extensionAttribute${i + 1}`, null])),
  ),
}

/** Every half hour. */
export const lastSync = ({ now }: Tenant): number => Math.floor(now / 1_800_000) * 1_800_000 + 240_000 - 1_800_000

/** They signed in on the last working morning, and their programs today. */
function signInActivity(tenant: Tenant, user: User): object | null {
  if (user.person?.kind !== 'user' && user.person?.kind !== 'guest') return null
  const r = random(tenant.world.seed, 'sign-in activity', user.person.index)
  let day = Math.floor(tenant.now / DAY) * DAY
  if (day + 10 * 3_600_000 > tenant.now) day -= DAY
  while ([0, 6].includes(new Date(day).getUTCDay())) day -= DAY
  const interactive =
    day + r.between(6 * 3_600, 9 * 3_600) * 1000 - (user.person.kind === 'guest' ? r.between(3, 60) * DAY : 0)
  const quiet = Math.min(tenant.now, interactive + r.between(600, 3_600) * 1000)
  const request = (what: string) => random(tenant.world.seed, 'last sign-in', what, user.id, day).guid()
  return {
    lastSignInDateTime: time(interactive),
    lastSignInRequestId: request('interactive'),
    lastNonInteractiveSignInDateTime: time(quiet),
    lastNonInteractiveSignInRequestId: request('quiet'),
    lastSuccessfulSignInDateTime: time(quiet),
    lastSuccessfulSignInRequestId: request('quiet'),
  }
}

const properties = Object.fromEntries(
  Object.entries(BORN).map(([name, born]) => [
    name,
    ({ tenant }: Call, user: User) => (name in user.changes.set ? user.changes.set[name] : born(tenant, user)),
  ]),
)

const filters: Fields = {
  id: 'string',
  userPrincipalName: 'string',
  mail: 'string',
  displayName: 'string',
  givenName: 'string',
  surname: 'string',
  department: 'string',
  jobTitle: 'string',
  userType: 'string',
  mailNickname: 'string',
  city: 'string',
  country: 'string',
  state: 'string',
  companyName: 'string',
  officeLocation: 'string',
  usageLocation: 'string',
  employeeId: 'string',
  employeeType: 'string',
  creationType: 'string',
  externalUserState: 'string',
  onPremisesSamAccountName: 'string',
  onPremisesImmutableId: 'string',
  onPremisesSecurityIdentifier: 'string',
  accountEnabled: 'boolean',
  onPremisesSyncEnabled: 'boolean',
  proxyAddresses: 'strings',
  otherMails: 'strings',
  businessPhones: 'strings',
  imAddresses: 'strings',
  'assignedLicenses/skuId': 'strings',
  createdDateTime: 'date',
  employeeHireDate: 'date',
  signInSessionsValidFromDateTime: 'date',
  'signInActivity/lastSignInDateTime': 'date',
  'signInActivity/lastNonInteractiveSignInDateTime': 'date',
  'signInActivity/lastSuccessfulSignInDateTime': 'date',
}

const FULL = READ_USERS.filter((name) => name !== 'User.ReadBasic.All')

export const userType: EntityType<User> = {
  name: 'microsoft.graph.user',
  set: 'users',
  properties,
  defaults: DEFAULTS,
  visible: (call) => (hasAny(call, FULL) ? 'all' : call.roles.has('User.ReadBasic.All') ? BASIC : NOTHING),
  filters,
  orders: ['displayName', 'userPrincipalName', 'givenName', 'surname', 'createdDateTime'],
  searches: ['displayName', 'mail', 'userPrincipalName', 'givenName', 'surname', 'mailNickname'],
  expansions: {
    manager: (call, user, select) => {
      const id = managerOf(call.tenant, user)
      const manager = id === null ? undefined : new Users(call.tenant).find(id)
      return manager ? show(call, userType, manager, selectOf(userType, select), true) : null
    },
    directReports: (call, user, select) =>
      directReports(call.tenant, user)
        .slice(0, 20)
        .map((each) => show(call, userType, each, selectOf(userType, select), true)),
  },
}

/** Those whose manager somebody is. */
export function directReports(tenant: Tenant, user: User): User[] {
  const users = new Users(tenant)
  const leads = user.person !== undefined && user.person.index < 8 && user.person.kind === 'user'
  const born = leads ? Array.from(users.from(0), ([, each]) => each) : [...users.touched()]
  return born.filter((each) => managerOf(tenant, each) === user.id)
}
