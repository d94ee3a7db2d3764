import { random } from '#world/random.ts'
import { JSON_TYPE, Query } from '#http/exchange.ts'
import type { Reply, Request } from '#http/exchange.ts'

import type { Fault, FaultRule } from './rules.ts'

/** Faults on demand. Rules are tried in order; the first that strikes a request wins. None looks at the user agent. */
interface Armed extends FaultRule {
  pattern: RegExp | undefined
  inBody: RegExp | undefined
  /** Among the rules: two with one seed strike independently. */
  position: number
  seen: number
  struck: number
}

/** Answers kept for stale reads. */
const KEPT = 10_000

export class Faults {
  #rules: Armed[] = []
  readonly #answers = new Map<string, Reply>()

  /** `seen`: requests that came to the rule and matched; `struck`: those that it struck. */
  get rules(): (FaultRule & { seen: number; struck: number })[] {
    return this.#rules.map(({ match, do: fault, seen, struck }) => ({
      ...(match ? { match } : {}),
      do: fault,
      seen,
      struck,
    }))
  }

  add(rules: readonly FaultRule[]): void {
    this.#rules.push(
      ...rules.map((rule, index) => ({
        ...rule,
        position: this.#rules.length + index,
        pattern: rule.match?.path === undefined ? undefined : new RegExp(rule.match.path),
        inBody: rule.match?.body === undefined ? undefined : new RegExp(rule.match.body),
        seen: 0,
        struck: 0,
      })),
    )
  }

  clear(): void {
    this.#rules = []
    this.#answers.clear()
  }

  /** The fault that strikes this request, if any. Counts the request. `authorization` is its header. */
  strike(
    service: string,
    method: string,
    url: string,
    authorization: string | undefined,
    body?: Buffer,
  ): Fault | undefined {
    if (this.#rules.length === 0) return undefined
    return this.#rules.find((rule) => strikes(rule, service, method, url, authorization, body))?.do
  }

  /** Remembers what a read answered, and says what it had answered before. */
  before({ method, path, query, headers }: Request, reply: Reply): Reply | undefined {
    if (method !== 'GET' || !this.#rules.some((rule) => rule.do.staleRead)) return undefined
    const key = `${headers['authorization'] ?? ''} ${path}?${query.text}`
    const earlier = this.#answers.get(key)
    if (this.#answers.size > KEPT) this.#answers.clear()
    this.#answers.set(key, reply)
    return earlier
  }
}

function strikes(
  rule: Armed,
  service: string,
  method: string,
  url: string,
  authorization: string | undefined,
  body: Buffer | undefined,
): boolean {
  const { match = {} } = rule
  if (match.service !== undefined && match.service !== service) return false
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false
  if (rule.pattern && !rule.pattern.test(url)) return false
  if (rule.inBody && !rule.inBody.test(body?.toString('utf8') ?? '')) return false
  if (!isFrom(match, authorization)) return false
  rule.seen++
  if (match.nth !== undefined && rule.seen !== match.nth) return false
  if (match.times !== undefined && rule.struck >= match.times) return false
  if (match.probability !== undefined) {
    const dice = random(match.seed ?? 0, 'fault', rule.position, rule.seen)
    if (!dice.chance(match.probability)) return false
  }
  rule.struck++
  return true
}

/** Whether the token says the tenant and application that the rule asks for. Not verified: a fault needs no proof. */
function isFrom({ tenant, app }: NonNullable<FaultRule['match']>, authorization: string | undefined): boolean {
  if (tenant === undefined && app === undefined) return true
  const claims = claimsOf(authorization)
  return (
    (tenant === undefined || claims['tid'] === tenant.toLowerCase()) &&
    (app === undefined || claims['appid'] === app.toLowerCase())
  )
}

function claimsOf(authorization = ''): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The answer with the last entry of its list twice; as it is where it has no list. */
export function withDuplicate(reply: Reply): Reply {
  const { body } = reply
  if (Buffer.isBuffer(body) && reply.headers?.['content-type'] === JSON_TYPE['content-type'])
    return withDuplicate({ ...reply, body: JSON.parse(body.toString()) as object })
  if (typeof body !== 'object' || Buffer.isBuffer(body)) return reply
  if (Array.isArray(body)) return body.length > 0 ? { ...reply, body: [...body, body.at(-1)] } : reply
  const { value } = body as { value?: unknown }
  return Array.isArray(value) && value.length > 0
    ? { ...reply, body: { ...body, value: [...value, value.at(-1)] } }
    : reply
}

/** The request as if it had asked for pages of this size. */
export function withPages(request: Request, size: number): Request {
  return { ...request, pageSize: size, query: new Query(request.query.with({ $top: String(size) })) }
}
