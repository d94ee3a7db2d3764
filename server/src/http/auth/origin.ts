import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

import type { SignInPlace } from '#app/sessions.ts'
import type { Origin } from '#domain/audit.ts'
import type { Caller } from '#http/route.ts'

/** What Cordon's own command line says it is. Others may say so too: it is for people to read and decides nothing. */
export const CLI_AGENT = 'cordon-cli'

/** Where a request came from, for the audit log. */
export function originOf(context: Context, { user }: Caller): Origin {
  const address = addressOf(context)
  const isCli = context.req.header('user-agent')?.startsWith(`${CLI_AGENT}/`) ?? false
  const isProgram = context.req.header('authorization') !== undefined
  const via = isCli ? 'cli' : isProgram ? 'api' : 'console'
  return { via, address, ...(user?.token !== undefined && { token: user.token.name }) }
}

/** Address at the other end of the connection; of the proxy, where one is in between. */
export function addressOf(context: Context): string {
  return getConnInfo(context).remote.address ?? 'unknown'
}

/** From where somebody signs in, as their list of sessions shows it. */
export function placeOf(context: Context): SignInPlace {
  return { address: addressOf(context), userAgent: (context.req.header('user-agent') ?? '').slice(0, 300) }
}
