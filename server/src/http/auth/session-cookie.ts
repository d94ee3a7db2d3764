import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

import type { Application } from '#app/compose.ts'
import { SESSION_MS } from '#app/sessions.ts'

const NAME = 'cordon_session'

/** The token of the session that a browser has, if it has one. */
export function sessionToken(context: Context): string | undefined {
  return getCookie(context, NAME)
}

/** Never shown to scripts, and never sent with what another site begins. */
export function setSessionToken(app: Application, context: Context, token: string): void {
  setCookie(context, NAME, token, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: SESSION_MS / 1000,
    secure: isSecure(app, context),
  })
}

export function removeSessionToken(context: Context): void {
  deleteCookie(context, NAME, { path: '/' })
}

/** Whether browsers reach Cordon over TLS. A proxy may speak it in front of us: then only the settings know. */
export function isSecure({ signIn }: Application, context: Context): boolean {
  return new URL(signIn.url ?? context.req.url).protocol === 'https:'
}
