import { randomUUID } from 'node:crypto'

import { protocolNow } from '#clock.ts'
import type { Reply } from '#http/exchange.ts'

/** An error of Graph, or of the workload behind it, in Microsoft's words. */
export class GraphError extends Error {
  readonly status: number
  readonly code: string
  /** Headers of the reply, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>
  /** Members of `innerError` besides the usual ones. */
  readonly inner: object

  constructor(
    status: number,
    code: string,
    message: string,
    { headers = {}, inner = {} }: { headers?: Record<string, string>; inner?: object } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
    this.inner = inner
  }
}

export const badRequest = (message: string) => new GraphError(400, 'BadRequest', message)

export const notImplemented = (what: string) =>
  new GraphError(501, 'NotImplemented', `m365-emulator does not implement ${what}.`)

/** Graph's error body. The request id is also in the headers, which every Graph reply has. */
export function errorReply(error: GraphError, clientRequestId: string | undefined): Reply {
  const requestId = randomUUID()
  const date = new Date(protocolNow()).toISOString().slice(0, 19)
  const innerError = {
    ...error.inner,
    date,
    'request-id': requestId,
    'client-request-id': clientRequestId ?? requestId,
  }
  return {
    status: error.status,
    headers: { ...error.headers, 'request-id': requestId },
    body: { error: { code: error.code, message: error.message, innerError } },
  }
}
