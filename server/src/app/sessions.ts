import { randomUUID } from 'node:crypto'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { User, UserSession } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { hashPassword, hashToken, makeUpPassword, passwordMatches, randomToken } from './passwords.ts'
import { createSignInLimit } from './sign-in-limit.ts'

/** A session ends twelve hours after it began, whatever happens in it. */
export const SESSION_MS = 12 * 3_600_000

/** From where somebody signs in. */
export interface SignInPlace {
  address: string
  userAgent: string
}

/** Who is asking: people sign in and have sessions, programs have API tokens. Only hashes of either are stored. */
export interface Sessions {
  /** @throws AppError AUTH_CREDENTIALS_WRONG, AUTH_RATE_LIMITED, AUTH_PASSWORDS_OFF. */
  signIn(name: string, password: string, place: SignInPlace): Promise<{ user: User; token: string }>
  /** A session of somebody who has proved who they are; the token for their browser. `detail` says how, for the audit log. */
  open(user: User, place: SignInPlace, detail?: Record<string, string>): Promise<string>
  signOut(token: string): Promise<void>
  findBySession(token: string): Promise<User | undefined>
  findByApiToken(token: string): Promise<User | undefined>
  /** Those that go on, newest first; `isCurrent` marks the one of `token`. */
  list(userId: string, token?: string): Promise<(UserSession & { id: string; isCurrent: boolean })[]>
  /** @throws AppError AUTH_SESSION_NOT_FOUND when the user has none of that id. */
  end(by: User, userId: string, id: string): Promise<void>
  /**
   * Changes the user's own password; every other session than that of `token` ends.
   *
   * @throws AppError AUTH_CREDENTIALS_WRONG when `old` is not the one they have, AUTH_RATE_LIMITED.
   */
  changePassword(user: User, old: string, chosen: string, place: { address: string; token?: string }): Promise<void>
  /** Makes the first administrator where there is no user; the password only when it was made up and must be shown. */
  ensureAdministrator(name: string, password: string | undefined): Promise<{ name: string; password?: string }>
  /** The user of that name, for commands that run beside the data folder. */
  findByName(name: string): Promise<User | undefined>
}

export function createSessions(
  records: Pick<RecordStore, 'users' | 'sessions' | 'apiTokens'>,
  clock: Clock,
  audit: Audit,
  passwords: 'on' | 'off' = 'on',
): Sessions {
  const limit = createSignInLimit(clock)
  const now = () => isoTime(clock.now())

  /** The user whose password it is; undefined after a wrong one, which counts against name and address. */
  async function prove(name: string, password: string, address: string) {
    limit.check(name, address)
    // Counted as failed before the slow check, or many guesses at once would all pass the limit.
    limit.failed(name, address)
    const found = await records.users.findByName(name)
    const isRight = await passwordMatches(password, found?.passwordHash)
    if (isRight && found?.user.disabledAt === undefined) {
      limit.succeeded(name, address)
      return { user: found!.user }
    }
    return { tried: found?.user }
  }

  async function open(user: User, place: SignInPlace, detail: Record<string, string> = {}): Promise<string> {
    const token = randomToken()
    await records.sessions.removeExpired(now())
    await records.sessions.create({
      tokenHash: hashToken(token),
      userId: user.id,
      createdAt: now(),
      expiresAt: isoTime(clock.now() + SESSION_MS),
      ...place,
    })
    await audit(user.name, 'session.create', { address: place.address, ...detail })
    return token
  }

  return {
    async signIn(name, password, place) {
      if (passwords === 'off') throw passwordsOff()
      const { user, tried } = await prove(name, password, place.address)
      if (!user) {
        await audit(tried?.name ?? 'unknown', 'session.refuse', { address: place.address })
        throw credentialsWrong()
      }
      return { user, token: await open(user, place) }
    },

    open,

    async signOut(token) {
      const user = await records.sessions.find(hashToken(token), now())
      await records.sessions.remove(hashToken(token))
      if (user) await audit(user.name, 'session.remove', {})
    },

    findBySession: (token) => records.sessions.find(hashToken(token), now()),
    findByApiToken: (token) => records.apiTokens.find(hashToken(token), now()),

    async list(userId, token) {
      const own = token === undefined ? undefined : hashToken(token)
      const sessions = await records.sessions.list(userId, now())
      return sessions.map((session) => ({ ...session, isCurrent: own?.startsWith(session.id) ?? false }))
    },

    async end(by, userId, id) {
      if (!(await records.sessions.end(userId, id))) throw sessionUnknown()
      await audit(by.name, 'session.end', { id, ...(by.id !== userId && { userId }) })
    },

    async changePassword({ id, name }, old, chosen, { address, token }) {
      if (!(await prove(name, old, address)).user) {
        await audit(name, 'password.refuse', { id })
        throw credentialsWrong('Could not change the password.', 'The old password is wrong.')
      }
      await records.users.setPassword(
        id,
        await hashPassword(chosen),
        token === undefined ? undefined : hashToken(token),
      )
      await audit(name, 'password.change', { id })
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

function credentialsWrong(what = 'Could not sign in.', why = 'The name or the password is wrong.'): AppError {
  return new AppError({
    code: 'AUTH_CREDENTIALS_WRONG',
    what,
    why,
    fix: 'Try again; the first administrator’s name and password were printed when the server started for the first time.',
  })
}

function passwordsOff(): AppError {
  return new AppError({
    code: 'AUTH_PASSWORDS_OFF',
    what: 'Could not sign in.',
    why: 'Nobody signs in with a password of Cordon here.',
    fix: 'Sign in with Microsoft. If Entra is out of reach, whoever runs the server sets CORDON_PASSWORDS=on and restarts it.',
  })
}

function sessionUnknown(): AppError {
  return new AppError({
    code: 'AUTH_SESSION_NOT_FOUND',
    what: 'Could not end the session.',
    why: 'There is no session with this id (any more).',
    fix: 'Reload the list of sessions.',
  })
}
