import type { Caller } from '#bearer.ts'
import type { Reply, Request } from '#http/exchange.ts'

/** A Graph call whose caller is known and allowed. */
export interface Call extends Caller {
  request: Request
  params: Readonly<Record<string, string>>
  /** `https://host/v1.0`: start of every URL in the answer. */
  root: string
}

/** One operation: who may call it and what it does. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below the version root. */
  pattern: string
  /** App roles of which one is needed. */
  roles: readonly string[]
  /** App roles that are all needed besides one of `roles`, where Microsoft documents a combination. */
  together?: readonly string[]
  /**
   * Type of a successful answer, so that tests can hold it to the published schema: `microsoft.graph.user` for an entity,
   * `Collection(microsoft.graph.user)` for a list. Left out where the answer is no JSON.
   */
  returns?: string
  handle: (call: Call) => Reply | Promise<Reply>
}
