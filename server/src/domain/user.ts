/** What a person may do in Cordon; each role includes those before it. */
export const ROLES = ['viewer', 'analyst', 'responder', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/** Rights that routes and commands declare, with the least role that has each. */
export const RIGHTS = {
  'overview.read': 'viewer',
  'event.read': 'viewer',
  'event.export': 'analyst',
  'search.write': 'viewer',
  'field.write': 'administrator',
  'retention.write': 'administrator',
  'alert.read': 'viewer',
  'alert.write': 'analyst',
  'rule.read': 'viewer',
  'rule.write': 'responder',
  'investigation.read': 'viewer',
  'investigation.write': 'analyst',
  'message.read': 'responder',
  'action.read': 'viewer',
  'action.plan': 'analyst',
  'action.approve': 'responder',
  'action.execute': 'responder',
  'collected-file.read': 'responder',
  'collected-file.write': 'administrator',
  'safeguard.write': 'administrator',
  'connection.read': 'viewer',
  'connection.write': 'administrator',
  'coverage.read': 'viewer',
  'coverage.write': 'responder',
  'event.write': 'administrator',
  'forward.read': 'viewer',
  'forward.write': 'administrator',
  'user.write': 'administrator',
  'audit.read': 'administrator',
} as const satisfies Record<string, Role>
export type Right = keyof typeof RIGHTS

/** What stands where somebody has no role: people who have one in single tenants have none for the installation. */
export type Standing = Role | 'none'

/** True when `role` includes `right`. */
export function allows(role: Standing, right: Right): boolean {
  return rank(role) >= rank(RIGHTS[right])
}

/**
 * How long API tokens go on of somebody who signs in elsewhere, without their doing so. Who has left signs in no more, and nobody
 * tells Cordon.
 */
export const VOUCHED_DAYS = 30

/** How somebody is known who signs in elsewhere. Names and addresses change hands, this does not. */
export interface Identity {
  /** Who vouches for them: an issuer of OpenID Connect. */
  issuer: string
  /** What the issuer calls them for good; the object ID in Entra. */
  subject: string
}

export interface User {
  id: string
  name: string
  /** Of people who sign in elsewhere: they have no password here, and the issuer says what their roles are. */
  identity?: Identity
  /** For the installation and every tenant in it. */
  role: Standing
  /** In single tenants, where that is more. */
  tenantRoles?: Record<string, Role>
  createdAt: string
  /** Since when they may not sign in. */
  disabledAt?: string
  /** The API token with which a program acts for them; the roles are those that the token leaves. */
  token?: { name: string; rights?: readonly Right[]; tenantIds?: readonly string[] }
}

/** A session of the console. */
export interface UserSession {
  createdAt: string
  expiresAt: string
  /** From where it was begun. */
  address: string
  userAgent: string
}

/** An API token, without the token itself: what a program may do for its owner. */
export interface ApiToken {
  id: string
  name: string
  /** At most what this role may do. */
  role: Role
  /** Of that, only this. */
  rights?: Right[]
  /** Only in these tenants. */
  tenantIds?: string[]
  createdAt: string
  expiresAt: string
  /** To the minute. */
  lastUsedAt?: string
}

/** The role in a tenant, or without one for the installation. */
export function roleIn({ role, tenantRoles }: Pick<User, 'role' | 'tenantRoles'>, tenantId?: string): Standing {
  return tenantId === undefined ? role : higher(role, tenantRoles?.[tenantId] ?? 'none')
}

/** The highest role that somebody has anywhere. */
export function highestRole({ role, tenantRoles = {} }: Pick<User, 'role' | 'tenantRoles'>): Standing {
  return Object.values(tenantRoles).reduce<Standing>(higher, role)
}

/** What a token leaves of its owner: never more than the owner has today, in its tenants alone where it names some. */
export function narrowed(owner: User, token: Pick<ApiToken, 'name' | 'role' | 'rights' | 'tenantIds'>): User {
  const tenants = token.tenantIds ?? Object.keys(owner.tenantRoles ?? {})
  const tenantRoles = tenants.flatMap((id) => {
    const role = lower(roleIn(owner, id), token.role)
    return role === 'none' ? [] : [[id, role] as const]
  })
  return {
    ...owner,
    role: token.tenantIds ? 'none' : lower(owner.role, token.role),
    ...(tenantRoles.length > 0 && { tenantRoles: Object.fromEntries(tenantRoles) }),
    token: {
      name: token.name,
      ...(token.rights && { rights: token.rights }),
      ...(token.tenantIds && { tenantIds: token.tenantIds }),
    },
  }
}

const rank = (role: Standing) => (ROLES as readonly string[]).indexOf(role)
const higher = (one: Standing, other: Standing): Standing => (rank(one) > rank(other) ? one : other)
const lower = (one: Standing, other: Standing): Standing => (rank(one) < rank(other) ? one : other)
