import { ChangePassword, Session, SignIn, UserSessionList } from '@cordon/api'

import type { Application } from '#app/compose.ts'
import { roleIn, type User } from '#domain/user.ts'
import { addressOf, placeOf } from '#http/auth/origin.ts'
import { removeSessionToken, sessionToken, setSessionToken } from '#http/auth/session-cookie.ts'
import { defineRoute, type Route } from '#http/route.ts'

/** With the tenants where the user has a role, and which. */
async function sessionOf(app: Application, user: User): Promise<Session> {
  const tenants = (await app.tenants.list()).map((tenant) => ({ ...tenant, role: roleIn(user, tenant.id) }))
  return { user, tenants: tenants.filter(({ role }) => role !== 'none') }
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
      const { user, token } = await app.sessions.signIn(body.name, body.password, placeOf(context))
      setSessionToken(app, context, token)
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
      const token = sessionToken(context)
      if (token !== undefined) await app.sessions.signOut(token)
      removeSessionToken(context)
    },
  }),
  defineRoute({
    method: 'post',
    path: '/session/password',
    access: 'signed-in',
    summary: 'Change your own password; your other sessions end.',
    body: ChangePassword,
    status: 204,
    async handle({ app, context, user, body }) {
      const token = sessionToken(context)
      const place = { address: addressOf(context), ...(token !== undefined && { token }) }
      await app.sessions.changePassword(user, body.old, body.password, place)
    },
  }),
  defineRoute({
    method: 'get',
    path: '/sessions',
    access: 'signed-in',
    summary: 'Where you are signed in.',
    reply: UserSessionList,
    handle: async ({ app, context, user }) => ({
      sessions: await app.sessions.list(user.id, sessionToken(context)),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/sessions/{id}',
    access: 'signed-in',
    summary: 'End one of your sessions.',
    status: 204,
    handle: ({ app, user, param }) => app.sessions.end(user, user.id, param('id')),
  }),
]
