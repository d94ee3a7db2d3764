import { ATTENTION, SERVICES, cloudAppAlerts, handlings } from '#world/cloud-apps/alerts.ts'
import type { CloudAppAlert, Handling } from '#world/cloud-apps/alerts.ts'
import type { Reply } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import { CloudAppsError, bad } from './errors.ts'
import { MANAGE, READ } from './route.ts'
import { answerList, readAsked } from './list.ts'
import { boundsOf } from './filters.ts'
import type { Call, Route } from './route.ts'
import type { Fields } from './filters.ts'

/** Alerts: lists, one, and what an analyst does with them. */
export const alertRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/alerts', roles: READ, handle: listAlerts },
  { method: 'POST', pattern: '/alerts', roles: READ, handle: listAlerts },
  { method: 'POST', pattern: '/alerts/read', roles: READ, handle: (call) => mark(call, true) },
  { method: 'POST', pattern: '/alerts/unread', roles: READ, handle: (call) => mark(call, false) },
  {
    method: 'POST',
    pattern: '/alerts/close_true_positive',
    roles: MANAGE,
    handle: (call) => close(call, 5, 'true_positive'),
  },
  {
    method: 'POST',
    pattern: '/alerts/close_false_positive',
    roles: MANAGE,
    handle: (call) => close(call, 3, 'false_positive'),
  },
  { method: 'POST', pattern: '/alerts/close_benign', roles: MANAGE, handle: (call) => close(call, 4, 'benign') },
  { method: 'GET', pattern: '/alerts/:alert', roles: READ, handle: getAlert },
]

/** Alerts are kept for 180 days. */
const KEPT = 180 * 86_400_000
const SEVERITIES = ['low', 'medium', 'high', 'informational']

/** An alert with what has been done with it. */
interface Seen extends CloudAppAlert {
  handling: Handling
}

function* seen({ tenant }: Call, from: number, to: number): Generator<Seen> {
  const handled = tenant.objects(handlings)
  for (const { record } of tenant.log(cloudAppAlerts).between(from, to, tenant.now))
    yield { ...record, handling: handled.find(record.id) ?? ATTENTION }
}

const FIELDS: Fields<Seen> = {
  id: ({ id }) => id,
  date: ({ at }) => at,
  resolutionDate: ({ handling }) => handling.resolvedAt,
  severity: ({ severity }) => SEVERITIES.indexOf(severity),
  resolutionStatus: ({ handling }) => handling.resolution,
  alertOpen: ({ handling }) => handling.resolution === 0,
  read: ({ handling }) => handling.read,
  risk: ({ threatScore }) => threatScore,
  alertType: ({ policyType }) => policyType,
  source: () => 0,
  'entity.ip': ({ ip }) => ip,
  'entity.service': ({ service }) => SERVICES[service].id,
  'entity.policy': ({ title }) => title,
  'entity.entity': ({ person }) => person,
}

function listAlerts(call: Call): Reply {
  const asked = readAsked(call)
  const { now, world } = call.tenant
  const { from, to } = boundsOf(asked.filters, 'date', now)
  const all = [...seen(call, Math.max(from, world.epoch - KEPT), Math.min(to + 1, now + 1))]
  return answerList(call, asked, all, FIELDS, (alert) => shape(call.tenant, alert))
}

function getAlert(call: Call): Reply {
  return { status: 200, body: shape(call.tenant, alertOf(call, call.params['alert']!)) }
}

/** @throws CloudAppsError 404. */
function alertOf(call: Call, id: string): Seen {
  for (const alert of seen(call, call.tenant.world.epoch - KEPT, call.tenant.now + 1)) if (alert.id === id) return alert
  throw new CloudAppsError(404, 'Not found.')
}

function mark(call: Call, read: boolean): Reply {
  const { found, missing } = named(call)
  for (const alert of found) call.tenant.objects(handlings).put(alert.id, { ...alert.handling, read })
  return { status: 200, body: { [read ? 'read' : 'unread']: found.length, alertsNotFound: missing } }
}

function close(call: Call, resolution: number, word: string): Reply {
  const { found, missing, comment } = named(call)
  const { tenant } = call
  for (const alert of found)
    tenant.objects(handlings).put(alert.id, { read: true, resolution, comment, resolvedAt: tenant.now })
  return { status: 200, body: { [`closed_${word}`]: found.length, alertsNotFound: missing } }
}

/** The alerts that a body's filter on ids names. */
function named(call: Call): { found: Seen[]; missing: string[]; comment: string | null } {
  const { filters } = readAsked(call)
  const ids = (filters as { id?: { eq?: unknown } } | undefined)?.id?.eq
  const wanted = Array.isArray(ids) ? ids.map(String) : typeof ids === 'string' ? [ids] : []
  if (wanted.length === 0) throw bad('filters.id.eq must name alerts.')
  const all = new Map(
    [...seen(call, call.tenant.world.epoch - KEPT, call.tenant.now + 1)].map((alert) => [alert.id, alert]),
  )
  const { comment } = JSON.parse(call.request.body.toString('utf8')) as { comment?: unknown }
  return {
    found: wanted.flatMap((id) => all.get(id) ?? []),
    missing: wanted.filter((id) => !all.has(id)),
    comment: typeof comment === 'string' ? comment : null,
  }
}

/** An alert as it is on the wire: times in milliseconds, states as numbers. */
function shape({ world }: Tenant, alert: Seen) {
  const { handling } = alert
  const person = alert.person === null ? undefined : world.directory.at(alert.person)
  const { id: serviceId, label } = SERVICES[alert.service]
  return {
    _id: alert.id,
    contextId: world.tenantId,
    timestamp: alert.at,
    title: alert.title,
    description: alert.description,
    isMarkdown: false,
    entities: [
      ...(person
        ? [
            {
              type: 'account',
              entityType: 2,
              id: person.id,
              pa: person.userPrincipalName,
              em: person.mail,
              label: person.displayName,
              inst: 0,
              saas: 11_161,
            },
          ]
        : []),
      ...(alert.ip ? [{ type: 'ip', id: alert.ip, label: alert.ip }] : []),
      { type: 'service', id: serviceId, label },
      { type: 'policyRule', policyType: alert.policyType, id: alert.policyType, label: alert.title },
    ],
    statusValue: handling.resolution === 0 ? (handling.read ? 1 : 0) : 2,
    severityValue: SEVERITIES.indexOf(alert.severity),
    resolutionStatusValue: handling.resolution,
    stories: alert.stories,
    intent: [],
    evidence: [],
    threatScore: alert.threatScore,
    isSystemAlert: false,
    idValue: 15_795_464,
    comment: handling.comment,
    resolveTime: handling.resolvedAt,
    URL: `https://${world.domain.split('.')[0]}.eu2.portal.cloudappsecurity.com/#/alerts/${alert.id}`,
  }
}
