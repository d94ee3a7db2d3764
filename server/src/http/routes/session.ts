import { ApiToken, CreateApiToken, Session, SignIn } from '@cordon/api'
import { getConnInfo } from '@hono/node-server/conninfo'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'

import type { Application } from '#app/compose.ts'
import { SESSION_MS } from '#app/sessions.ts'
import type { User } from '#domain/user.ts'
import { SESSION_COOKIE } from '#http/auth/authenticate.ts'
import { defineRoute, type Route } from '#http/route.ts'

async function sessionOf(app: Application, user: User): Promise<Session> {
  return { user, tenants: await app.tenants.list() }
}

export const SESSION_ROUTES: Route[] = [
  defineRoute({
    method: 'post',
    path: '/session',
    access: 'public',
    summary: 'Sign in; sets the session cookie.',
    body: SignIn,
    reply: Session,
    async handle({ app, context, body }) {
      const address = getConnInfo(context).remote.address ?? 'unknown'
      const { user, token } = await app.sessions.signIn(body.name, body.password, address)
      setCookie(context, SESSION_COOKIE, token, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: SESSION_MS / 1000,
        secure: new URL(context.req.url).protocol === 'https:',
      })
      return sessionOf(app, user)
    },
  }),
  defineRoute({
    method: 'get',
    path: '/session',
    access: 'signed-in',
    summary: 'Who is signed in, and the tenants they may choose.',
    reply: Session,
    handle: ({ app, user }) => sessionOf(app, user),
  }),
  defineRoute({
    method: 'delete',
    path: '/session',
    access: 'signed-in',
    summary: 'Sign out.',
    status: 204,
    async handle({ app, context }) {
      const token = getCookie(context, SESSION_COOKIE)
      if (token !== undefined) await app.sessions.signOut(token)
      deleteCookie(context, SESSION_COOKIE, { path: '/' })
    },
  }),
  defineRoute({
    method: 'get',
    path: '/tokens',
    access: 'token.write',
    summary: 'Your API tokens, without the tokens themselves.',
    reply: z.object({ tokens: z.array(ApiToken) }),
    handle: async ({ app, user }) => ({ tokens: await app.sessions.listApiTokens(user) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tokens',
    access: 'token.write',
    summary: 'Make an API token; the reply is the only place that ever shows it.',
    body: CreateApiToken,
    reply: ApiToken,
    status: 201,
    handle: ({ app, user, body }) => app.sessions.createApiToken(user, body),
  }),
  defineRoute({
    method: 'delete',
    path: '/tokens/{id}',
    access: 'token.write',
    summary: 'Remove an API token; programs that use it are locked out at once.',
    status: 204,
    handle: ({ app, user, param }) => app.sessions.removeApiToken(user, param('id')),
  }),
]
