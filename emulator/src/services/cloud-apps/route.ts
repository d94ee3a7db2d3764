import type { Caller } from '#bearer.ts'
import type { Reply, Request } from '#http/exchange.ts'

/** A call whose caller is known and allowed. */
export interface Call extends Caller {
  request: Request
  params: Readonly<Record<string, string>>
}

/** One operation: who may call it and what it does. */
export interface Route {
  method: 'GET' | 'POST'
  /** Below `/api/v1`. */
  pattern: string
  /** App roles of which one is needed, in lower case. */
  roles: readonly string[]
  handle: (call: Call) => Reply
}

export const READ = ['investigation.read', 'investigation.manage']
export const MANAGE = ['investigation.manage']
