import { randomUUID } from 'node:crypto'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { Role, User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { hashPassword, makeUpPassword } from './passwords.ts'

/** The people who may sign in. Four eyes need two of them. */
export interface Users {
  /** By name. */
  list(): Promise<User[]>
  /** `password` only when it was made up and must be handed on. @throws AppError USER_NAME_TAKEN. */
  create(
    by: User,
    request: { name: string; role: Role; password?: string | undefined },
  ): Promise<User & { password?: string }>
}

export function createUsers(records: Pick<RecordStore, 'users'>, clock: Clock, audit: Audit): Users {
  return {
    list: async () => (await records.users.list()).toSorted((a, b) => a.name.localeCompare(b.name)),

    async create(by, { name, role, password }) {
      const chosen = password ?? makeUpPassword()
      const user: User = { id: randomUUID(), name, role, createdAt: isoTime(clock.now()) }
      if (!(await records.users.create(user, await hashPassword(chosen)))) throw nameTaken(name)
      await audit(by.name, 'user.create', { id: user.id, name, role })
      return { ...user, ...(password === undefined && { password: chosen }) }
    },
  }
}

function nameTaken(name: string): AppError {
  return new AppError({
    code: 'USER_NAME_TAKEN',
    what: 'The user was not added.',
    why: `There is a user ${name} already.`,
    fix: 'Choose another name; `npx cordon users list` shows those there are.',
  })
}
