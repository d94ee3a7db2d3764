import { randomUUID } from 'node:crypto'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import {
  allows,
  type ApiToken,
  highestRole,
  type Right,
  RIGHTS,
  type Role,
  roleIn,
  ROLES,
  type User,
} from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { hashToken, randomToken } from './passwords.ts'

const DAY_MS = 24 * 3_600_000

/** What a new token may do, and how long. */
export interface ApiTokenRequest {
  name: string
  role: Role
  /** All that the role has when absent. */
  rights?: string[] | undefined
  /** All of its owner's when absent. */
  tenantIds?: string[] | undefined
  days: number
}

/** API tokens: with one a program acts for its owner, within the token's rights and tenants. Only hashes are stored. */
export interface ApiTokens {
  /** @throws AppError AUTH_RIGHT_MISSING when it would do more than the user may. */
  create(user: User, request: ApiTokenRequest): Promise<ApiToken & { token: string }>
  list(userId: string): Promise<ApiToken[]>
  /** The owner's own, or for administrators somebody else's. @throws AppError AUTH_TOKEN_NOT_FOUND. */
  remove(by: User, userId: string, id: string): Promise<void>
}

export function createApiTokens(records: Pick<RecordStore, 'apiTokens'>, clock: Clock, audit: Audit): ApiTokens {
  return {
    async create(user, { name, days, ...asked }) {
      const scope = scopeOf(user, asked)
      const token = randomToken()
      const now = clock.now()
      const made = {
        id: randomUUID(),
        name,
        ...scope,
        createdAt: isoTime(now),
        expiresAt: isoTime(now + days * DAY_MS),
      }
      await records.apiTokens.create({ ...made, tokenHash: hashToken(token), userId: user.id })
      await audit(user.name, 'api-token.create', { id: made.id, name, ...scope, expiresAt: made.expiresAt })
      return { ...made, token }
    },

    list: (userId) => records.apiTokens.list(userId),

    async remove(by, userId, id) {
      if (!(await records.apiTokens.remove(userId, id))) throw tokenUnknown()
      await audit(by.name, 'api-token.remove', { id, ...(by.id !== userId && { userId }) })
    },
  }
}

/** What is asked for, if the user has it. */
function scopeOf(user: User, { role, rights, tenantIds }: Omit<ApiTokenRequest, 'name' | 'days'>) {
  const own = tenantIds ? tenantIds.map((id) => roleIn(user, id)) : [highestRole(user)]
  const least = own.find((each) => each === 'none' || ROLES.indexOf(role) > ROLES.indexOf(each))
  if (least) throw tooWide(`you are ${least}, the token would be ${role}`, `Choose the role ${least} or a lesser one.`)
  const beyond = rights?.find((right) => !Object.hasOwn(RIGHTS, right) || !allows(role, right as Right))
  if (beyond !== undefined) throw tooWide(`${role} has no right ${beyond.slice(0, 100)}`, NARROWER)
  return { role, ...(rights && { rights: rights as Right[] }), ...(tenantIds && { tenantIds }) }
}

const NARROWER = 'Leave that right out; docs/reference/rights.md lists the rights of each role.'

function tooWide(why: string, fix: string): AppError {
  return new AppError({
    code: 'AUTH_RIGHT_MISSING',
    what: 'Could not create the API token.',
    why: `A token cannot do more than its owner: ${why}.`,
    fix,
  })
}

function tokenUnknown(): AppError {
  return new AppError({
    code: 'AUTH_TOKEN_NOT_FOUND',
    what: 'Could not remove the API token.',
    why: 'There is no API token with this id.',
    fix: 'List yours with `npx cordon tokens list`.',
  })
}
