import { randomUUID } from 'node:crypto'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import { type Role, ROLES, type User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { hashPassword, hashToken, makeUpPassword, passwordMatches, randomToken } from './passwords.ts'
import { createSignInLimit } from './sign-in-limit.ts'

/** A session ends twelve hours after it began, whatever happens in it. */
export const SESSION_MS = 12 * 3_600_000
const DAY_MS = 24 * 3_600_000

/** An API token as its owner sees it. */
export interface ApiToken {
  id: string
  name: string
  role: Role
  createdAt: string
  expiresAt: string
}

/** Who is asking: sign-in with sessions for people, API tokens for programs. Only hashes of either are stored. */
export interface Sessions {
  /** @throws AppError AUTH_CREDENTIALS_WRONG, AUTH_RATE_LIMITED. */
  signIn(name: string, password: string, address: string): Promise<{ user: User; token: string }>
  signOut(token: string): Promise<void>
  findBySession(token: string): Promise<User | undefined>
  findByApiToken(token: string): Promise<User | undefined>
  /** @throws AppError AUTH_RIGHT_MISSING when the role is above the user's own. */
  createApiToken(user: User, request: { name: string; role: Role; days: number }): Promise<ApiToken & { token: string }>
  listApiTokens(user: User): Promise<ApiToken[]>
  /** @throws AppError AUTH_TOKEN_NOT_FOUND when the user has none of that id. */
  removeApiToken(user: User, id: string): Promise<void>
  /** Makes the first administrator where there is no user; the password only when it was made up and must be shown. */
  ensureAdministrator(name: string, password: string | undefined): Promise<{ name: string; password?: string }>
  /** The user of that name, for commands that run beside the data folder. */
  findByName(name: string): Promise<User | undefined>
}

export function createSessions(
  records: Pick<RecordStore, 'users' | 'sessions' | 'apiTokens'>,
  clock: Clock,
  audit: Audit,
): Sessions {
  const limit = createSignInLimit(clock)
  const now = () => isoTime(clock.now())
  const inMs = (ms: number) => isoTime(clock.now() + ms)

  return {
    async signIn(name, password, address) {
      limit.check(name, address)
      // Counted as failed before the slow check, or many guesses at once would all pass the limit.
      limit.failed(name, address)
      const found = await records.users.findByName(name)
      if (!(await passwordMatches(password, found?.passwordHash))) {
        await audit(found?.user.name ?? 'unknown', 'session.refuse', { address })
        throw credentialsWrong()
      }
      limit.succeeded(name, address)
      const { user } = found!
      const token = randomToken()
      await records.sessions.removeExpired(now())
      await records.sessions.create({
        tokenHash: hashToken(token),
        userId: user.id,
        createdAt: now(),
        expiresAt: inMs(SESSION_MS),
      })
      await audit(user.name, 'session.create', { address })
      return { user, token }
    },

    async signOut(token) {
      const user = await records.sessions.find(hashToken(token), now())
      await records.sessions.remove(hashToken(token))
      if (user) await audit(user.name, 'session.remove', {})
    },

    findBySession: (token) => records.sessions.find(hashToken(token), now()),
    findByApiToken: (token) => records.apiTokens.find(hashToken(token), now()),

    async createApiToken(user, { name, role, days }) {
      if (ROLES.indexOf(role) > ROLES.indexOf(user.role)) throw roleTooHigh(user, role)
      const token = randomToken()
      const made = { id: randomUUID(), name, role, createdAt: now(), expiresAt: inMs(days * DAY_MS) }
      await records.apiTokens.create({ ...made, tokenHash: hashToken(token), userId: user.id })
      await audit(user.name, 'api-token.create', { id: made.id, name, role, expiresAt: made.expiresAt })
      return { ...made, token }
    },

    listApiTokens: (user) => records.apiTokens.list(user.id),

    async removeApiToken(user, id) {
      const tokens = await records.apiTokens.list(user.id)
      if (!tokens.some((token) => token.id === id)) throw tokenUnknown()
      await records.apiTokens.remove(user.id, id)
      await audit(user.name, 'api-token.remove', { id })
    },

    async ensureAdministrator(name, password) {
      const users = await records.users.list()
      if (users.length > 0) return { name: users.find((user) => user.role === 'administrator')?.name ?? name }
      const chosen = password ?? makeUpPassword()
      const user: User = { id: randomUUID(), name, role: 'administrator', createdAt: now() }
      // False when another process made one in the meantime; then that one's password holds.
      const created = await records.users.create(user, await hashPassword(chosen))
      if (created) await audit('system', 'user.create', { id: user.id, name, role: user.role })
      return created && password === undefined ? { name, password: chosen } : { name }
    },

    findByName: async (name) => (await records.users.findByName(name))?.user,
  }
}

function credentialsWrong(): AppError {
  return new AppError({
    code: 'AUTH_CREDENTIALS_WRONG',
    what: 'Could not sign in.',
    why: 'The name or the password is wrong.',
    fix: 'Try again; the first administrator’s name and password were printed when the server started for the first time.',
  })
}

function roleTooHigh(user: User, role: Role): AppError {
  return new AppError({
    code: 'AUTH_RIGHT_MISSING',
    what: 'Could not create the API token.',
    why: `A token cannot do more than its owner: you are ${user.role}, the token would be ${role}.`,
    fix: `Choose the role ${user.role} or a lesser one.`,
  })
}

function tokenUnknown(): AppError {
  return new AppError({
    code: 'AUTH_TOKEN_NOT_FOUND',
    what: 'Could not remove the API token.',
    why: 'You have no API token with this id.',
    fix: 'List yours with `npx cordon tokens list`.',
  })
}
