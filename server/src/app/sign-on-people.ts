import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'

import type { SignedIn } from '#connect/open-id.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { Identity, User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { readSignOnRoles, type SignOnRoles } from './sign-on-roles.ts'

/**
 * The people of Cordon whom Entra vouches for. They are known by issuer and object ID and by nothing else: a name or an address is
 * never taken for a person, since whoever is given it would take over an account.
 */
export interface SignOnPeople {
  /**
   * Whom Entra speaks of, made at the first time, with the roles that Entra gives today.
   *
   * @throws AppError AUTH_SIGN_ON_ROLE_MISSING, AUTH_USER_DISABLED.
   */
  welcome(signedIn: SignedIn): Promise<User>
}

export function createSignOnPeople(
  records: Pick<RecordStore, 'users' | 'tenants'>,
  clock: Clock,
  audit: Audit,
): SignOnPeople {
  const { users, tenants } = records
  const now = () => isoTime(clock.now())

  /** The name is that of the first sign-in for good: plans and the audit log name people by it. */
  async function create(identity: Identity, name: string, roles: SignOnRoles): Promise<User> {
    for (const free of namesFor(name, identity.subject)) {
      const user: User = { id: randomUUID(), name: free, identity, ...kept(roles), createdAt: now() }
      if (await users.create(user)) {
        await audit('system', 'user.create', { id: user.id, name: free, ...kept(roles), identity })
        return user
      }
      const made = await users.findByIdentity(identity)
      if (made) return adjust(made, roles)
    }
    throw nameTaken(name)
  }

  /** Roles as Entra gives them. Where they are others than before, sessions and API tokens end. */
  async function adjust(user: User, roles: SignOnRoles): Promise<User> {
    const { role, tenantRoles = {}, ...rest } = user
    if (isDeepStrictEqual({ role, tenantRoles }, roles)) return user
    const changed: User = { ...rest, ...kept(roles) }
    // Entra decides who administers, even where it leaves nobody: it can give the role back.
    await users.change(changed, { evenLast: true })
    const told = { ...roles, disabled: user.disabledAt !== undefined }
    const before = { role, tenantRoles, disabled: user.disabledAt !== undefined }
    await audit('system', 'user.change', { id: user.id, name: user.name, ...told, before, identity: user.identity })
    return changed
  }

  return {
    async welcome({ issuer, objectId, name, roles: values }) {
      const identity = { issuer, subject: objectId }
      const known = new Set<string>((await tenants.list()).map(({ id }) => id))
      const roles = readSignOnRoles(values, known)
      const hasRole = roles.role !== 'none' || Object.keys(roles.tenantRoles).length > 0
      const found = await users.findByIdentity(identity)
      const user = found ? await adjust(found, roles) : hasRole ? await create(identity, name, roles) : undefined
      if (!user || !hasRole) throw roleMissing(name, values)
      if (user.disabledAt !== undefined) throw disabled(user.name)
      await users.confirm(user.id, now())
      return user
    },
  }
}

/** No roles in tenants are no member at all, as the store gives them back. */
const kept = ({ role, tenantRoles }: SignOnRoles) => ({
  role,
  ...(Object.keys(tenantRoles).length > 0 && { tenantRoles }),
})

/** Names to try: a name that somebody has is never shared. One without an @ could be that of the server itself. */
function namesFor(name: string, subject: string): string[] {
  const told = [`${name} (${subject.slice(0, 8)})`, `${name} (${subject})`]
  return name.includes('@') ? [name, ...told] : told
}

function roleMissing(name: string, values: readonly string[]): AppError {
  const others = values.filter((value) => value.startsWith('Cordon.'))
  const have =
    others.length === 0 ? 'none' : `only ${others.join(', ')}, which is no role here or in no tenant that Cordon holds`
  return new AppError({
    code: 'AUTH_SIGN_ON_ROLE_MISSING',
    what: 'You have no role in Cordon.',
    why: `Microsoft signed you in as ${name}, and of the app roles of Cordon you have ${have}.`.slice(0, 1000),
    fix: 'Whoever administers the directory assigns one: Entra > Enterprise applications > the application > Users and groups. Then sign in again.',
  })
}

function disabled(name: string): AppError {
  return new AppError({
    code: 'AUTH_USER_DISABLED',
    what: 'You may not sign in.',
    why: `An administrator of Cordon has disabled ${name}.`,
    fix: 'Ask an administrator to enable you again on the page People.',
  })
}

function nameTaken(name: string): AppError {
  return new AppError({
    code: 'USER_NAME_TAKEN',
    what: 'Could not sign in with Microsoft.',
    why: `Other people have the name ${name} and every variant of it.`,
    fix: 'An administrator removes one of them on the page People.',
  })
}
