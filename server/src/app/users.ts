import { randomUUID } from 'node:crypto'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { Role, Standing, User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { hashPassword, makeUpPassword } from './passwords.ts'

/** What somebody may do: for the installation, and in single tenants where that is more. */
interface Roles {
  role: Standing
  tenantRoles?: Record<string, Role> | undefined
}

/** The people who may sign in. Four eyes need two of them. */
export interface Users {
  /** By name. */
  list(): Promise<User[]>
  /** @throws AppError USER_NOT_FOUND. */
  read(id: string): Promise<User>
  /** `password` only when it was made up and must be handed on. @throws AppError USER_NAME_TAKEN, TENANT_NOT_FOUND. */
  create(
    by: User,
    request: Roles & { name: string; password?: string | undefined },
  ): Promise<User & { password?: string }>
  /**
   * Changes roles, and whether somebody may sign in. It holds at once: their sessions and API tokens end.
   *
   * @throws AppError USER_NOT_FOUND, USER_LAST_ADMINISTRATOR, TENANT_NOT_FOUND; USER_IDENTITY_ELSEWHERE for roles of somebody who
   *   signs in elsewhere.
   */
  change(
    by: User,
    id: string,
    change: { [Key in keyof Roles]?: Roles[Key] | undefined } & { isDisabled?: boolean | undefined },
  ): Promise<User>
  /** A new password, made up, and the end of every session. @throws AppError USER_NOT_FOUND, USER_IDENTITY_ELSEWHERE. */
  resetPassword(by: User, id: string): Promise<{ password: string }>
  /** @throws AppError USER_NOT_FOUND, USER_LAST_ADMINISTRATOR. */
  remove(by: User, id: string): Promise<void>
}

export function createUsers(records: Pick<RecordStore, 'users' | 'tenants'>, clock: Clock, audit: Audit): Users {
  async function read(id: string): Promise<User> {
    const user = await records.users.read(id)
    if (!user) throw userNotFound()
    return user
  }

  async function checkTenants(roles: Roles['tenantRoles'] = {}): Promise<void> {
    const known = new Set<string>((await records.tenants.list()).map(({ id }) => id))
    const unknown = Object.keys(roles).find((id) => !known.has(id))
    if (unknown !== undefined) throw tenantUnknown(unknown)
  }

  return {
    list: async () => (await records.users.list()).toSorted((a, b) => a.name.localeCompare(b.name)),
    read,

    async create(by, { name, role, tenantRoles, password }) {
      await checkTenants(tenantRoles)
      const chosen = password ?? makeUpPassword()
      const roles = { role, ...(tenantRoles && { tenantRoles }) }
      const user: User = { id: randomUUID(), name, ...roles, createdAt: isoTime(clock.now()) }
      if (!(await records.users.create(user, await hashPassword(chosen)))) throw nameTaken(name)
      await audit(by.name, 'user.create', { id: user.id, name, ...roles })
      return { ...user, ...(password === undefined && { password: chosen }) }
    },

    async change(by, id, { role, tenantRoles, isDisabled }) {
      await checkTenants(tenantRoles)
      const { disabledAt, ...before } = await read(id)
      if (before.identity && (role ?? tenantRoles)) throw keptElsewhere(before.name, 'roles')
      const until = isDisabled === undefined || (isDisabled && disabledAt) ? disabledAt : isoTime(clock.now())
      const after: User = {
        ...before,
        ...(role && { role }),
        ...(tenantRoles && { tenantRoles }),
        ...(isDisabled !== false && until && { disabledAt: until }),
      }
      settled(await records.users.change(after))
      const told = (user: User) => ({
        role: user.role,
        tenantRoles: user.tenantRoles ?? {},
        disabled: !!user.disabledAt,
      })
      const was = told({ ...before, ...(disabledAt && { disabledAt }) })
      await audit(by.name, 'user.change', { id, name: before.name, ...told(after), before: was })
      return read(id)
    },

    async resetPassword(by, id) {
      const { name, identity } = await read(id)
      if (identity) throw keptElsewhere(name, 'password')
      const password = makeUpPassword()
      await records.users.setPassword(id, await hashPassword(password))
      await audit(by.name, 'user.reset-password', { id, name })
      return { password }
    },

    async remove(by, id) {
      const { name, role, tenantRoles } = await read(id)
      settled(await records.users.remove(id))
      await audit(by.name, 'user.remove', { id, name, before: { role, tenantRoles: tenantRoles ?? {} } })
    },
  }
}

function settled(outcome: 'changed' | 'missing' | 'last'): void {
  if (outcome === 'missing') throw userNotFound()
  if (outcome === 'changed') return
  throw new AppError({
    code: 'USER_LAST_ADMINISTRATOR',
    what: 'Nothing was changed.',
    why: 'Nobody else could administer this installation afterwards.',
    fix: 'Make somebody else administrator first.',
  })
}

function userNotFound(): AppError {
  return new AppError({
    code: 'USER_NOT_FOUND',
    what: 'Could not find the user.',
    why: 'There is nobody with this id (any more).',
    fix: '`npx cordon users list` shows who there is.',
  })
}

function keptElsewhere(name: string, what: 'roles' | 'password'): AppError {
  return new AppError({
    code: 'USER_IDENTITY_ELSEWHERE',
    what: 'Nothing was changed.',
    why: `${name} signs in with Microsoft, and Entra keeps the ${what}.`,
    fix:
      what === 'roles'
        ? 'Assign app roles of Cordon in Entra; they hold from the next sign-in. To lock somebody out at once, disable them here.'
        : 'The password is changed in Entra.',
  })
}

function tenantUnknown(id: string): AppError {
  return new AppError({
    code: 'TENANT_NOT_FOUND',
    what: 'Nothing was changed.',
    why: `Cordon holds no tenant ${id.slice(0, 100)}.`,
    fix: 'Choose a tenant that `npx cordon connections list` shows.',
  })
}

function nameTaken(name: string): AppError {
  return new AppError({
    code: 'USER_NAME_TAKEN',
    what: 'The user was not added.',
    why: `There is a user ${name} already.`,
    fix: 'Choose another name; `npx cordon users list` shows those there are.',
  })
}
