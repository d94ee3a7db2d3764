import { authenticationMethods } from '#world/authentication-methods.ts'
import { replica } from '#world/replicas.ts'
import { requirePlan } from '#services/graph/audit/plan.ts'
import { rolesHeldBy } from '#world/roles.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { MethodKind } from '#world/authentication-methods.ts'
import type { User } from '#world/users.ts'

import { list } from './list.ts'
import { time, userType } from './user-type.ts'
import { usersOf } from './users.ts'
import type { EntityType } from './entity.ts'

/** The report on how users are registered for multifactor authentication and password reset. It is made once a day. */

const TYPE = 'microsoft.graph.userRegistrationDetails'
const DAY = 86_400_000

/** What the report calls a method; the password is none, as everybody has one. */
const NAMES: Partial<Record<MethodKind, string>> = {
  phone: 'mobilePhone',
  microsoftAuthenticator: 'microsoftAuthenticatorPush',
  fido2: 'passKeyDeviceBound',
  windowsHelloForBusiness: 'windowsHelloForBusiness',
  email: 'email',
  softwareOath: 'softwareOneTimePasscode',
  temporaryAccessPass: 'temporaryAccessPass',
}

const PASSWORDLESS = new Set(['microsoftAuthenticatorPush', 'passKeyDeviceBound', 'windowsHelloForBusiness'])

function registered({ tenant }: Call, { id }: User): string[] {
  const now = replica(tenant, authenticationMethods)
  const born = Array.from(authenticationMethods.born(tenant.world).of?.(id) ?? [], ([key]) => key)
  const keys = new Set([...born, ...Array.from(now.touchedOf(id), ([key]) => key)])
  return [...new Set([...keys].flatMap((key) => NAMES[now.find(key)?.kind ?? 'password'] ?? []))].sort()
}

/** Whether anything but a mail address, which is for password reset alone. */
const isStrong = (name: string) => name !== 'email'

const registrationType: EntityType<User> = {
  name: TYPE,
  set: 'reports/authenticationMethods/userRegistrationDetails',
  properties: {
    id: (_, { id }) => id,
    userPrincipalName: (call, user) => userType.properties['userPrincipalName']!(call, user),
    userDisplayName: (call, user) => userType.properties['displayName']!(call, user),
    userType: (call, user) => String(userType.properties['userType']!(call, user)).toLowerCase(),
    isAdmin: ({ tenant }, { id }) => rolesHeldBy(tenant, id).length > 0,
    isSsprRegistered: (call, user) => registered(call, user).length > 0,
    isSsprEnabled: () => true,
    isSsprCapable: (call, user) => registered(call, user).length > 0,
    isMfaRegistered: (call, user) => registered(call, user).some(isStrong),
    isMfaCapable: (call, user) => registered(call, user).some(isStrong),
    isPasswordlessCapable: (call, user) => registered(call, user).some((name) => PASSWORDLESS.has(name)),
    methodsRegistered: registered,
    isSystemPreferredAuthenticationMethodEnabled: () => true,
    systemPreferredAuthenticationMethods: (call, user) => registered(call, user).filter(isStrong).slice(0, 1),
    userPreferredMethodForSecondaryAuthentication: () => 'none',
    lastUpdatedDateTime: ({ tenant }) => time(Math.floor(tenant.now / DAY) * DAY),
  },
  get defaults() {
    return Object.keys(this.properties)
  },
  visible: () => 'all',
  filters: { id: 'string', userPrincipalName: 'string', isMfaRegistered: 'boolean', isAdmin: 'boolean' },
  orders: ['userPrincipalName'],
  searches: [],
}

export const registrationRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/reports/authenticationMethods/userRegistrationDetails',
    returns: `Collection(${TYPE})`,
    roles: ['AuditLog.Read.All'],
    handle: (call) => {
      requirePlan(call.tenant, 'P1', 'P2')
      return list(call, registrationType, usersOf(call))
    },
  },
]
