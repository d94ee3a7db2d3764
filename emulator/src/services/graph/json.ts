import type { Request } from '#http/exchange.ts'

import { badRequest } from './errors.ts'

/** The body as a JSON object. @throws GraphError BadRequest. */
export function readJson(request: Request): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Falls through to the one answer for everything that is no JSON object.
  }
  throw badRequest(
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
  )
}
