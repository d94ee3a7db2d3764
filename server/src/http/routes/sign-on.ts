import { Problem, SignInWays, StartSignOn } from '@cordon/api'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

import type { Application } from '#app/compose.ts'
import { PENDING_MS } from '#app/sign-on.ts'
import { type AppError, toAppError } from '#domain/errors.ts'
import { placeOf } from '#http/auth/origin.ts'
import { isSecure, setSessionToken } from '#http/auth/session-cookie.ts'
import { toProblem } from '#http/problem.ts'
import { defineRoute, type Route } from '#http/route.ts'

/** A sign-in under way, and why the last one failed: both for the browser that they belong to, sealed. */
const PENDING = 'cordon_sign_on'
const PROBLEM = 'cordon_sign_on_problem'
const PATH = '/api/sign-on'
/** Browsers take cookies of 4096 bytes. */
const LONGEST_TEXT = 600

export const SIGN_ON_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/sign-on',
    access: 'public',
    summary: 'How people may sign in, and why this browser’s last sign-in with Microsoft failed.',
    reply: SignInWays,
    async handle({ app, context }) {
      const problem = app.tickets.read(PROBLEM, getCookie(context, PROBLEM), Problem)
      if (problem) deleteCookie(context, PROBLEM, { path: PATH })
      const { directories } = app.signOn
      return { passwords: app.signIn.passwords === 'on', directories: [...directories], ...(problem && { problem }) }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/sign-on/start',
    access: 'public',
    summary: 'Sends a browser to Microsoft to sign in.',
    query: StartSignOn,
    async handle({ app, context, query: { directory, next } }) {
      try {
        const { location, ticket } = await app.signOn.begin(directory, next)
        keep(app, context, PENDING, ticket)
        return context.redirect(location)
      } catch (error) {
        return backToSignIn(app, context, toAppError(error, 'Could not sign in with Microsoft.'), next)
      }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/sign-on/callback',
    access: 'public',
    summary: 'Where Microsoft sends a browser back to; sets the session cookie.',
    async handle({ app, context }) {
      const ticket = getCookie(context, PENDING)
      deleteCookie(context, PENDING, { path: PATH })
      const end = await app.signOn.finish(new URL(context.req.url).search, ticket, placeOf(context))
      if ('error' in end) return backToSignIn(app, context, end.error, end.next)
      setSessionToken(app, context, end.token)
      return context.redirect(end.next)
    },
  }),
]

/** Sent along when Microsoft sends the browser back, which is a step from another site: Lax and not Strict. */
function keep(app: Application, context: Context, name: string, ticket: string): void {
  const secure = isSecure(app, context)
  setCookie(context, name, ticket, { httpOnly: true, sameSite: 'Lax', path: PATH, maxAge: PENDING_MS / 1000, secure })
}

/** The error is shown by the console; none of its text stands in the address, where anybody could write it. */
function backToSignIn(app: Application, context: Context, error: AppError, next: string | undefined): Response {
  if (error.code === 'INTERNAL_FAULT') app.log(error)
  keep(app, context, PROBLEM, app.tickets.issue(PROBLEM, shortened(toProblem(error)), PENDING_MS))
  const { pathname = '/', search = '', hash = '' } = URL.parse(next ?? '/', 'http://cordon.invalid') ?? {}
  const page = `${pathname}${search}${hash}`
  return context.redirect(page === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ next: page })}`)
}

function shortened({ why, microsoft, ...rest }: Problem): Problem {
  const said = microsoft && { ...microsoft, message: microsoft.message.slice(0, LONGEST_TEXT) }
  return { ...rest, why: why.slice(0, LONGEST_TEXT), ...(said && { microsoft: said }) }
}
