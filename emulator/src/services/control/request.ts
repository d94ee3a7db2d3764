import type { Cloud, Tenant } from '#cloud.ts'
import type { Request } from '#http/exchange.ts'

/** A door was asked for something that it cannot do. */
export class ControlError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const bad = (message: string) => new ControlError(400, 'BadRequest', message)

/** @throws ControlError 400. */
export function readBody(request: Request): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(request.body.toString('utf8') || '{}')
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  } catch {
    // Falls through to the one answer.
  }
  throw bad('The body must be a JSON object.')
}

/** `?tenant=` or the first one. @throws ControlError 404. */
export function tenantOf(cloud: Cloud, request: Request): Tenant {
  const wanted = request.query.get('tenant')
  const tenant = wanted ? cloud.tenants.find(({ world }) => world.tenantId === wanted.toLowerCase()) : cloud.tenants[0]
  if (!tenant) throw new ControlError(404, 'TenantNotFound', `There is no tenant '${wanted}'.`)
  return tenant
}

/** Tenant time in milliseconds, half open. */
export interface Span {
  from: number
  to: number
}

/** `?from=` and `?to=` in ISO 8601; without them all of time. @throws ControlError 400. */
export function spanOf({ query }: Request): Span {
  const moment = (name: string, usual: number): number => {
    const text = query.get(name)
    const time = text === undefined ? usual : Date.parse(text)
    if (Number.isNaN(time)) throw bad(`\`${name}\` must be a moment such as 2026-11-20T08:00:00Z.`)
    return time
  }
  return { from: moment('from', -Infinity), to: moment('to', Infinity) }
}
