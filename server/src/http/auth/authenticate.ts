import type { Context } from 'hono'

import type { Application } from '#app/compose.ts'
import { AppError } from '#domain/errors.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import { allows, type Right, RIGHTS, roleIn, type Standing, type User } from '#domain/user.ts'

import { type Access, type Caller, tenantNotFound } from '#http/route.ts'

import { sessionToken } from './session-cookie.ts'

/**
 * Lets a request in, or not: an API token in `Authorization: Bearer`, or the session cookie. A request that changes
 * something with the cookie, or without any proof, must come from our own pages. Where programs push records, an intake key
 * counts and nothing else.
 *
 * @throws AppError AUTH_SESSION_MISSING, AUTH_RIGHT_MISSING, TENANT_NOT_FOUND, AUTH_ORIGIN_REFUSED, AUTH_INTAKE_KEY_REFUSED.
 */
export async function authenticate(app: Application, context: Context, access: Access): Promise<Caller> {
  const bearer = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  if (access === 'intake-key') {
    return { intakeKey: await app.intakeKeys.open(context.req.header('x-intake-key') ?? bearer) }
  }
  if (bearer === undefined) refuseOtherSites(context)
  if (access === 'public') return {}
  const user = bearer === undefined ? await bySession(app, context) : await app.sessions.findByApiToken(bearer)
  if (!user) throw sessionMissing(bearer !== undefined)
  const tenantId = tenantIn(context)
  const role = roleIn(user, tenantId)
  // Nobody learns which tenants there are besides their own.
  if (tenantId !== undefined && role === 'none') throw tenantNotFound(tenantId)
  if (access === 'signed-in' ? isBeyondToken(context, user) : !mayUse(role, user, access))
    throw rightMissing({ ...user, role }, access)
  return { user: { ...user, role } }
}

/**
 * A token for single rights or tenants reads what is its owner's own, and changes none of it: it could make itself another
 * that is for all of them.
 */
function isBeyondToken(context: Context, { token }: User): boolean {
  return (token?.rights ?? token?.tenantIds) !== undefined && context.req.method !== 'GET'
}

function mayUse(role: Standing, { token }: User, right: Right): boolean {
  return allows(role, right) && (token?.rights?.includes(right) ?? true)
}

function tenantIn(context: Context): TenantId | undefined {
  const named = context.req.param('tenantId')
  return named === undefined ? undefined : (parseTenantId(named) ?? (named as TenantId))
}

async function bySession(app: Application, context: Context): Promise<User | undefined> {
  const token = sessionToken(context)
  return token === undefined ? undefined : await app.sessions.findBySession(token)
}

/**
 * Browsers say where a request comes from. One that says nothing is no browser: it is refused when it carries the cookie,
 * since nothing then tells a page of ours from a forged one.
 */
function refuseOtherSites(context: Context): void {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return
  const site = context.req.header('sec-fetch-site')
  const origin = context.req.header('origin')
  const own =
    site !== undefined
      ? site === 'same-origin' || site === 'none'
      : origin !== undefined
        ? URL.parse(origin)?.host === context.req.header('host')
        : sessionToken(context) === undefined
  if (own) return
  throw new AppError({
    code: 'AUTH_ORIGIN_REFUSED',
    what: 'The request was refused.',
    why: `It came from another site (${origin ?? site ?? 'none named'}), which must not act for you.`,
    fix: 'Use Cordon’s own pages, or an API token in the Authorization header.',
  })
}

function sessionMissing(withToken: boolean): AppError {
  return new AppError({
    code: 'AUTH_SESSION_MISSING',
    what: 'Could not let you in.',
    why: withToken
      ? 'The API token is unknown, removed or expired.'
      : 'You are not signed in, or the session has ended.',
    fix: withToken ? 'Make a new one with `npx cordon tokens create`.' : 'Sign in again.',
  })
}

function rightMissing({ role, token }: User, access: Right | 'signed-in'): AppError {
  if (token?.rights ?? token?.tenantIds) {
    const rights = token!.rights?.join(', ') ?? `what ${role} may`
    const where = token!.tenantIds ? ` in ${token!.tenantIds.join(', ')}` : ''
    return new AppError({
      code: 'AUTH_RIGHT_MISSING',
      what: 'The API token may not do this.',
      why: `It is for ${rights || 'nothing'}${where} alone, and no more than its owner may.`,
      fix: 'Make a token that has the right with `npx cordon tokens create`.',
    })
  }
  const least = access === 'signed-in' ? 'viewer' : RIGHTS[access]
  return new AppError({
    code: 'AUTH_RIGHT_MISSING',
    what: 'You may not do this.',
    why: `It needs the right ${access}, which the role ${least} has; ${role === 'none' ? 'you have no role here' : `you are ${role}`}.`,
    fix: `Ask an administrator for the role ${least}.`,
  })
}
