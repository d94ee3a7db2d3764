import { alerts } from '#world/security/alerts.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import { reading } from '#services/graph/odata/values.ts'
import type { Alert } from '#world/security/alert.ts'
import type { Tenant } from '#cloud.ts'
import type { Trace } from '#world/surface.ts'

import { ALERT_FIELDS } from './target.ts'
import type { ChangeType } from './subscription.ts'

/** Something that happened to an alert: it was raised, or the service added to it. */
export interface AlertEvent {
  /** Tenant time, milliseconds. */
  at: number
  changeType: ChangeType
  id: string
  alert: Alert
}

const DAY = 86_400_000
const RETENTION = 180 * DAY

/** The first that happens after a moment and until another, and all that happen with it. What lies ahead is already decided. */
export function nextAlertEvents(tenant: Tenant, after: number, until: number): AlertEvent[] {
  for (let from = after; from < until; from += DAY) {
    const to = Math.min(from + DAY, until)
    const ahead = tenant
      .log(alerts)
      .between(from - 2 * DAY, to, Infinity)
      .flatMap(eventsOf)
      .filter(({ at }) => at > from && at <= to)
    const first = Math.min(...ahead.map(({ at }) => at))
    if (ahead.length > 0) return ahead.filter(({ at }) => at === first)
  }
  return []
}

/** A change that somebody made to an alert. */
export function alertEventsOf(tenant: Tenant, id: string, at: number): AlertEvent[] {
  const found = tenant
    .log(alerts)
    .between(tenant.now - RETENTION, tenant.now + 1, tenant.now)
    .find((trace) => trace.id === id)
  return found ? [{ at, changeType: 'updated', id, alert: found.record }] : []
}

const eventsOf = ({ id, publishedAt, record: alert }: Trace<Alert>): AlertEvent[] => [
  { at: publishedAt, changeType: 'created', id, alert },
  ...alert.updates.map(({ at }) => ({ at: Math.max(at, publishedAt), changeType: 'updated' as const, id, alert })),
]

/** Whether an alert is among those that a subscription filters for. */
export function isWanted({ alert, changeType }: AlertEvent, filter: string | null): boolean {
  if (filter === null) return true
  const seen = {
    severity: alert.severity,
    status: changeType === 'created' ? 'newAlert' : 'inProgress',
    vendorInformation: { provider: alert.product.name },
  }
  return parseFilter(filter, ALERT_FIELDS).matches(reading(seen, ALERT_FIELDS))
}
