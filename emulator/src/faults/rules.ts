/** Faults as a client posts them to `/_emu/faults`. */
export interface FaultRule {
  match?: {
    /** `login`, `graph`, `management-activity`, … */
    service?: string
    method?: string
    /** Regular expression on path with query. */
    path?: string
    /** Regular expression on the body as text: where all requests go to one path. */
    body?: string
    /** Strike only callers of this tenant, by id. */
    tenant?: string
    /** Strike only this application, by client id. */
    app?: string
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
  /** A list that is read holds its last entry twice; what is written is done twice, as by a proxy that tries again. */
  duplicate?: boolean
  /** A read answers what the same URL answered the time before, while rules are armed. */
  staleRead?: boolean
  /** A list of Graph's or of Azure's comes in pages of this size, whatever was asked for. */
  pageSize?: number
  /** Event Hubs: an AMQP error. Refuses what was asked for, or closes the link on which events come. */
  amqp?: AmqpFault
}

export interface AmqpFault {
  /** `com.microsoft:server-busy`, `amqp:link:detach-forced`, `amqp:link:stolen`, … */
  condition: string
  /** The service's own words where it has some for the condition. */
  description?: string
  /** What is closed with it: the link when absent. */
  closes?: 'link' | 'connection'
}

const text = (value: unknown) => typeof value === 'string'
const flag = (value: unknown) => typeof value === 'boolean'
const whole = (low: number, high: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= low && Number(value) <= high
const object = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

type Check = readonly [is: (value: unknown) => boolean, what: string]

const MATCH: Record<string, Check> = {
  service: [text, 'the name of a service'],
  method: [text, 'an HTTP method'],
  path: [isPattern, 'a regular expression'],
  body: [isPattern, 'a regular expression'],
  tenant: [text, 'a tenant id'],
  app: [text, 'a client id'],
  nth: [whole(1, 1e9), 'a whole number from 1'],
  times: [whole(1, 1e9), 'a whole number from 1'],
  probability: [(value) => typeof value === 'number' && value >= 0 && value <= 1, 'a number from 0 to 1'],
  seed: [whole(0, Number.MAX_SAFE_INTEGER), 'a whole number'],
}

const DO: Record<string, Check> = {
  status: [whole(200, 599), 'an HTTP status'],
  headers: [(value) => object(value) && Object.values(value as object).every(text), 'an object of texts'],
  body: [(value) => text(value) || (typeof value === 'object' && value !== null), 'an object or text'],
  delayMs: [whole(0, 600_000), 'milliseconds up to ten minutes'],
  reset: [flag, 'true or false'],
  badJson: [flag, 'true or false'],
  truncate: [flag, 'true or false'],
  dropAfterCommit: [flag, 'true or false'],
  duplicate: [flag, 'true or false'],
  staleRead: [flag, 'true or false'],
  pageSize: [whole(1, 1000), 'a whole number up to 1000'],
  amqp: [
    isAmqp,
    'an object with `condition` (amqp:… or com.microsoft:…), and `description`, `closes` (link, connection)',
  ],
}

/** The rules in a posted body, `{rules: […]}` or one rule; or everything that is wrong with them. */
export function readRules(body: Record<string, unknown>): FaultRule[] | { problems: string[] } {
  const rules: unknown[] = Array.isArray(body['rules']) ? body['rules'] : [body]
  const problems = rules.flatMap((rule, i) => {
    if (!object(rule)) return [`rules[${i}] must be an object with \`do\`.`]
    const { match = {}, do: fault, ...rest } = rule as Record<string, unknown>
    return [
      ...Object.keys(rest).map((name) => `rules[${i}].${name} is unknown; a rule has \`match\` and \`do\`.`),
      ...problemsOf(match, MATCH, `rules[${i}].match`),
      ...problemsOf(fault, DO, `rules[${i}].do`),
    ]
  })
  return problems.length > 0 ? { problems } : (rules as FaultRule[])
}

function problemsOf(value: unknown, checks: Record<string, Check>, at: string): string[] {
  const names = Object.keys(checks).join(', ')
  if (!object(value)) return [`${at} must be an object with some of: ${names}.`]
  return Object.entries(value as object).flatMap(([name, each]) => {
    const check = Object.hasOwn(checks, name) ? checks[name]! : undefined
    if (!check) return [`${at}.${name} is unknown; there are: ${names}.`]
    return check[0](each) ? [] : [`${at}.${name} must be ${check[1]}.`]
  })
}

function isPattern(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value) instanceof RegExp
  } catch {
    return false
  }
}

function isAmqp(value: unknown): boolean {
  if (!object(value)) return false
  const { condition, description, closes, ...rest } = value as Record<string, unknown>
  return (
    Object.keys(rest).length === 0 &&
    typeof condition === 'string' &&
    /^(amqp|com\.microsoft):[a-z:-]+$/.test(condition) &&
    (description === undefined || text(description)) &&
    (closes === undefined || closes === 'link' || closes === 'connection')
  )
}
