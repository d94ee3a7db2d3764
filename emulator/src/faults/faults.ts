import { random } from '#world/random.ts'

/**
 * Faults on demand. A rule says which requests it strikes and what becomes of them. Rules are tried in order; the first
 * that strikes wins.
 */
export interface FaultRule {
  match?: {
    /** `login`, `graph`, `management-activity`. */
    service?: string
    method?: string
    /** Regular expression on path with query. */
    path?: string
    /** Strike only the n-th matching request, counted from 1. */
    nth?: number
    /** Strike at most so often. */
    times?: number
    /** Strike this share of the matching requests, drawn from `seed`. */
    probability?: number
    seed?: number
  }
  do: Fault
}

export interface Fault {
  /** Answer this instead of asking the service. */
  status?: number
  headers?: Record<string, string>
  /** An object is sent as JSON. Without `status` the service's own status stays. */
  body?: object | string
  delayMs?: number
  /** Close the connection before the service is asked. */
  reset?: boolean
  /** Spoil the end of the answer's body, so that it is no JSON. */
  badJson?: boolean
  /** Close the connection half-way through the answer's body. */
  truncate?: boolean
  /** Let the service do its work, then close the connection instead of answering. */
  dropAfterCommit?: boolean
}

interface Armed extends FaultRule {
  pattern: RegExp | undefined
  seen: number
  struck: number
}

export class Faults {
  #rules: Armed[] = []

  get rules(): (FaultRule & { struck: number })[] {
    return this.#rules.map(({ match, do: fault, struck }) => ({ ...(match ? { match } : {}), do: fault, struck }))
  }

  /** @throws SyntaxError for a path that is no regular expression. */
  add(rules: readonly FaultRule[]): void {
    this.#rules.push(
      ...rules.map((rule) => ({
        ...rule,
        pattern: rule.match?.path === undefined ? undefined : new RegExp(rule.match.path),
        seen: 0,
        struck: 0,
      })),
    )
  }

  clear(): void {
    this.#rules = []
  }

  /** The fault that strikes this request, if any. Counts the request. */
  strike(service: string, method: string, url: string): Fault | undefined {
    return this.#rules.find((rule) => strikes(rule, service, method, url))?.do
  }
}

function strikes(rule: Armed, service: string, method: string, url: string): boolean {
  const { match = {} } = rule
  if (match.service !== undefined && match.service !== service) return false
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false
  if (rule.pattern && !rule.pattern.test(url)) return false
  rule.seen++
  if (match.nth !== undefined && rule.seen !== match.nth) return false
  if (match.times !== undefined && rule.struck >= match.times) return false
  if (match.probability !== undefined && !random(match.seed ?? 0, 'fault', rule.seen).chance(match.probability))
    return false
  rule.struck++
  return true
}
