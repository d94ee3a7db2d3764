import {
  DIRECTORY_WRITES,
  GLOBAL,
  HUNTING,
  IDENTITY_PROTECTION,
  MESSAGE_TRACE,
  OUTLOOK,
  OUTLOOK_CONCURRENCY,
  OUTLOOK_UPLOAD,
  PRESENCE,
  REPORTS,
  SECURITY,
  directoryLimit,
} from '#throttle/limits.ts'
import { protocolNow } from '#clock.ts'
import type { Limit } from '#throttle/limits.ts'
import type { Throttle, Verdict } from '#throttle/throttle.ts'

import { GraphError } from './errors.ts'
import type { Call, Route } from './route.ts'

/**
 * Which documented limit an operation falls under, and how each workload says that it is used up: the directory with its
 * resource units, Outlook with a code of its own, reports and Identity Protection without `Retry-After`.
 */
export interface Admission {
  /** Headers for the reply. */
  headers: Record<string, string>
  /** To be called when the reply is made. */
  leave: () => void
}

/** Lets one call in. @throws GraphError 429. */
export type Admit = (throttle: Throttle, call: Call) => Admission

/** How calls of this route are counted. */
export function admissionOf(route: Route): Admit {
  const admit = workloadOf(route)
  return (throttle, call) => {
    const { over, retryAfter } = throttle.count(GLOBAL, call.appId)
    if (over) throw tooManyRequests(retryAfter)
    return admit(throttle, call)
  }
}

function workloadOf({ pattern, method }: Route): Admit {
  if (/^\/(auditLogs|reports)\//.test(pattern)) return plainly(REPORTS, byApplication, false)
  if (/^\/identityProtection|^\/identity\/conditionalAccess/.test(pattern))
    return plainly(IDENTITY_PROTECTION, byTenant, false)
  if (pattern === '/security/runHuntingQuery') return plainly(HUNTING, byTenant, true)
  if (pattern.startsWith('/security')) return plainly(SECURITY, byApplication, true)
  if (pattern.startsWith('/admin/exchange/tracing')) return plainly(MESSAGE_TRACE, byTenant, true)
  if (/\/presence$|^\/communications/.test(pattern)) return plainly(PRESENCE, byApplication, true)
  if (isOutlook(pattern)) return outlook
  return directory(pattern, method !== 'GET')
}

const MAILBOX = new Set(
  ['messages', 'mailFolders', 'sendMail', 'mailboxSettings', 'outlook', 'inferenceClassification'].concat([
    'calendar',
    'calendars',
    'calendarView',
    'events',
    'calendarGroups',
    'contacts',
    'translateExchangeIds',
  ]),
)

/** Mail, calendar and settings of one mailbox. */
export const isOutlook = (pattern: string): boolean => {
  const [, users, , what] = pattern.split('/')
  return users === 'users' && what !== undefined && MAILBOX.has(what)
}

const byApplication = ({ tenant, appId }: Call) => `${appId} ${tenant.world.tenantId}`
const byTenant = ({ tenant }: Call) => tenant.world.tenantId
const stay = () => undefined
const admitted: Admission = { headers: {}, leave: stay }

const plainly =
  (limit: Limit, keyOf: (call: Call) => string, tellsWhen: boolean): Admit =>
  (throttle, call) => {
    const { over, retryAfter } = throttle.count(limit, keyOf(call))
    if (over) throw tooManyRequests(tellsWhen ? retryAfter : undefined)
    return admitted
  }

const outlook: Admit = (throttle, call) => {
  const key = `${call.appId} ${call.tenant.world.directory.find(call.params['user']!)?.id ?? call.params['user']}`
  const writes = call.request.method !== 'GET'
  const requests = throttle.count(OUTLOOK, key)
  const upload = writes ? throttle.count(OUTLOOK_UPLOAD, key, call.request.body.length) : undefined
  const over = requests.over ? requests : upload?.over ? upload : undefined
  if (over) throw applicationThrottled(over.retryAfter, 'RequestLimit')
  if (!throttle.enter(key, OUTLOOK_CONCURRENCY)) throw applicationThrottled(1, 'MailboxConcurrency limit')
  return { headers: {}, leave: () => throttle.leave(key) }
}

function directory(pattern: string, writes: boolean): Admit {
  const base = baseCost(pattern)
  return (throttle, call) => {
    const key = byApplication(call)
    const units = cost(base, call)
    const limit = directoryLimit(call.tenant.world.directory.users)
    const read = throttle.count(limit, key, units)
    const written = writes ? throttle.count(DIRECTORY_WRITES, key) : undefined
    const verdict = written?.over ? written : read
    const headers = { 'x-ms-resource-unit': String(units), ...nearly(verdict, call, writes) }
    if (!verdict.over) return { headers, leave: stay }
    const information = written?.over ? 'WriteLimitExceeded' : 'ResourceUnitLimitExceeded'
    throw tooManyRequests(verdict.retryAfter, { ...headers, 'x-ms-throttle-information': information })
  }
}

/** From four fifths of the limit on the directory says how much is used, up to 1.8. */
const nearly = ({ used }: Verdict, { appId, tenant }: Call, writes: boolean): Record<string, string> | undefined =>
  used <= 0.8
    ? undefined
    : {
        'x-ms-throttle-limit-percentage': Math.min(used, 1.8).toFixed(1),
        'x-ms-throttle-scope': `Tenant_Application/${writes ? 'ReadWrite' : 'Read'}/${appId}/${tenant.world.tenantId}`,
      }

/** Documented base costs in resource units; everything else costs one. */
function baseCost(pattern: string): number {
  if (/\/transitiveMember(s|Of)/.test(pattern)) return 5
  if (/\/members|\/memberOf/.test(pattern)) return 3
  if (/^\/(users|groups|applications|servicePrincipals)$/.test(pattern) || /\/appRoleAssign/.test(pattern)) return 2
  return 1
}

function cost(base: number, { request: { query } }: Call): number {
  const top = query.get('$top')
  const units =
    base -
    (query.get('$select') === undefined ? 0 : 1) +
    (query.get('$expand') === undefined ? 0 : 1) -
    (top !== undefined && Number(top) < 20 ? 1 : 0)
  return Math.max(1, units)
}

function tooManyRequests(retryAfter: number | undefined, headers: Record<string, string> = {}): GraphError {
  return new GraphError(429, 'TooManyRequests', 'Please retry again later.', {
    headers: { ...headers, ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }) },
    inner: {
      code: '429',
      date: new Date(protocolNow()).toISOString().slice(0, 19),
      message: 'Please retry after',
      status: '429',
    },
  })
}

const applicationThrottled = (retryAfter: number, what: string) =>
  new GraphError(429, 'ApplicationThrottled', `Application is over its ${what}.`, {
    headers: { 'Retry-After': String(retryAfter) },
  })
