import type { Context } from 'hono'
import { z } from 'zod'

import type { Application } from '#app/compose.ts'
import { AppError } from '#domain/errors.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import type { IntakeKey } from '#domain/intake-key.ts'
import type { Right, User } from '#domain/user.ts'

import { issuesOf, RequestInvalid } from './problem.ts'

/**
 * A route of the API: who may call it, what it takes and what it gives, in one object. The same schemas check requests,
 * shape replies and make `/api/openapi.json`; what a reply's schema does not name never leaves the server.
 */
export interface Route {
  method: 'get' | 'post' | 'patch' | 'delete'
  /** Below `/api`, with `{parameters}`. A path below `/tenants/{tenantId}` is served for tenants that exist. */
  path: string
  access: Access
  summary: string
  query?: z.ZodObject
  body?: z.ZodType
  /** Where the handler reads the body itself as it arrives, however long: the media types it takes. */
  streamed?: readonly string[]
  /** Absent where `respond` answers by itself. */
  reply?: z.ZodType
  status: 200 | 201 | 204
  respond(request: AuthenticatedRequest): Promise<Response>
}

/**
 * A right of a role; `signed-in` for what every user may do with what is their own; `intake-key` for programs that push records
 * with a key of one tenant, and for no user; `public` for anyone at all.
 */
export type Access = Right | 'signed-in' | 'intake-key' | 'public'

/** Who was let in: a user, a program with an intake key, or nobody in particular. */
export interface Caller {
  /** Undefined on public routes and on those for intake keys. */
  user?: User
  /** Only on routes for intake keys. */
  intakeKey?: IntakeKey
}

/** A request after it was let in. */
export interface AuthenticatedRequest extends Caller {
  app: Application
  context: Context
}

/** What a route's handler works with. */
export interface Call<Query, Body> {
  app: Application
  /** For cookies, streams and addresses. */
  context: Context
  user: User
  /** Of a route for intake keys. */
  intakeKey: IntakeKey
  /** Of a route below `/tenants/{tenantId}`. */
  tenantId: TenantId
  param(name: string): string
  query: Query
  body: Body
}

interface RouteSpec<Query extends z.ZodObject, Body extends z.ZodType, Reply extends z.ZodType> {
  method: Route['method']
  path: string
  /** Without it the route does not type-check: nothing is open by oversight. */
  access: Access
  summary: string
  query?: Query
  body?: Body
  streamed?: readonly string[]
  reply?: Reply
  status?: Route['status']
  handle(call: Call<z.output<Query>, z.output<Body>>): Promise<z.input<Reply> | Response>
}

/** Makes a route: parses the parts of the request, all problems at once, and the reply. */
export function defineRoute<
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType<undefined>,
  Reply extends z.ZodType = z.ZodType<void>,
>({ status = 200, handle, ...spec }: RouteSpec<Query, Body, Reply>): Route {
  return {
    ...spec,
    status,
    async respond({ app, context, user, intakeKey }) {
      const tenantId = await tenantOf(app, context.req.param('tenantId'))
      const query = spec.query?.safeParse(context.req.query())
      const body = spec.body?.safeParse(await bodyOf(context))
      const problems = [
        ...(query?.error ? issuesOf(query.error, 'query') : []),
        ...(body?.error ? issuesOf(body.error, 'body') : []),
      ]
      if (problems.length > 0) throw new RequestInvalid(problems)
      const result = await handle({
        app,
        context,
        // A route asks only for what its access lets in.
        user: user!,
        intakeKey: intakeKey!,
        tenantId: tenantId!,
        param: (name) => context.req.param(name)!,
        query: query?.data as z.output<Query>,
        body: body?.data as z.output<Body>,
      })
      if (result instanceof Response) return result
      return spec.reply ? context.json(spec.reply.parse(result), status as 200) : context.body(null, status)
    },
  }
}

/** The tenant named in the path, which the user may see: one that does not exist is not found. */
async function tenantOf(app: Application, named: string | undefined): Promise<TenantId | undefined> {
  if (named === undefined) return undefined
  const tenantId = parseTenantId(named)
  if (tenantId && (await app.tenants.list()).some(({ id }) => id === tenantId)) return tenantId
  throw tenantNotFound(named)
}

/** Said of a tenant that does not exist, and of one that the user has no role in. */
export function tenantNotFound(named: string): AppError {
  return new AppError({
    code: 'TENANT_NOT_FOUND',
    what: 'Could not open the tenant.',
    why: `Cordon holds no tenant ${named}.`,
    fix: 'Add a connection to it on the Connections page, or choose one that `npx cordon connections list` shows.',
  })
}

async function bodyOf(context: Context): Promise<unknown> {
  const text = await context.req.text()
  if (text === '') return undefined
  const type = context.req.header('content-type') ?? ''
  if (!/^application\/json\b/i.test(type)) {
    throw new RequestInvalid([
      { path: 'body', message: `The body must be application/json, not ${type || 'untyped'}.` },
    ])
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new RequestInvalid([{ path: 'body', message: `The body is not JSON: ${(error as Error).message}` }])
  }
}
