import type { Caller } from '#bearer.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { Limit } from '#throttle/limits.ts'

import { invalidBody } from './errors.ts'

/** A call whose caller is known and allowed. */
export interface Call extends Caller {
  request: Request
  params: Readonly<Record<string, string>>
  /** Registered name of the calling application. */
  appName: string
}

/** One operation: who may call it and what it does. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api`. */
  pattern: string
  /** App roles of which one is needed. */
  roles: readonly string[]
  /** A limit besides those of every call. */
  limit?: Limit
  handle: (call: Call) => Reply | Promise<Reply>
}

export const READ_MACHINES = ['Machine.Read.All', 'Machine.ReadWrite.All']

/** The body as a JSON object; none counts as an empty one. @throws DefenderError InvalidRequestBody. */
export function readBody({ request }: Call): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8') || '{}')
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Falls through to the one answer for everything that is no JSON object.
  }
  throw invalidBody('Request body is incorrect.')
}

/** What the service calls itself in `@odata.context`, whatever host is asked. */
export const context = (what: string): string => `https://api.securitycenter.microsoft.com/api/$metadata#${what}`
