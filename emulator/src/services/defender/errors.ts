import { randomUUID } from 'node:crypto'

import type { Reply } from '#http/exchange.ts'

/** An error of Defender for Endpoint. `target` of its body is the request's id; clients read it without asking whether it is there. */
export class DefenderError extends Error {
  readonly status: number
  readonly code: string
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}

export const defenderErrorReply = ({ status, code, message, retryAfter }: DefenderError): Reply => ({
  status,
  headers: retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  body: { error: { code, message, target: randomUUID() } },
})

export const invalidBody = (message: string) => new DefenderError(400, 'InvalidRequestBody', message)
export const invalidInput = (message: string) => new DefenderError(400, 'InvalidInput', message)
export const missingParameter = (name: string) =>
  new DefenderError(400, 'MissingRequiredParameter', `The required parameter '${name}' is missing.`)
export const notFound = (what: string) => new DefenderError(404, 'ResourceNotFound', `${what} was not found`)
export const odataError = (message: string) => new DefenderError(400, 'ODataError', message)

export const tooManyRequests = (limit: string, retryAfter: number) =>
  new DefenderError(429, 'TooManyRequests', `API calls quota exceeded! Maximum allowed ${limit}.`, retryAfter)

export const notImplemented = (what: string) =>
  new DefenderError(501, 'NotImplemented', `m365-emulator does not implement ${what}.`)
