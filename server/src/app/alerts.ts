import type { Alert } from '#domain/alert.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { MailFilter } from '#domain/mail-filter.ts'
import type { User } from '#domain/user.ts'
import type { EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import type { Bus } from './bus.ts'
import { suggestFilter } from './suggested-filter.ts'

/** How many events the page of an alert shows as evidence. */
const EVIDENCE_SHOWN = 100

/** A rule as a reader of its alerts needs it. */
export interface RuleText {
  id: string
  title: string
  description: string
  falsePositives: string[]
  yaml: string
}

export interface AlertDetail {
  alert: Alert
  /** Newest first, at most 100. */
  events: EcsEvent[]
  /** Absent when the rule is no longer loaded. */
  rule?: RuleText
  /** When the evidence names a mail: what a hunt for it would filter on. */
  suggestedFilter?: MailFilter
}

/** @throws AppError ALERT_NOT_FOUND from `read` and `update`. */
export interface Alerts {
  list(tenantId: TenantId, filter: { status?: Alert['status'] | undefined; limit: number }): Promise<Alert[]>
  read(tenantId: TenantId, id: string): Promise<AlertDetail>
  /** Closes with a reason, or opens again. */
  update(
    user: User,
    tenantId: TenantId,
    id: string,
    change: { status: 'closed'; reason: string } | { status: 'open' },
  ): Promise<Alert>
}

export function createAlerts(parts: {
  records: Pick<RecordStore, 'alerts'>
  events: Pick<EventStore, 'readMany'>
  ruleOf: (id: string) => RuleText | undefined
  audit: Audit
  bus: Bus
  clock: Clock
}): Alerts {
  const { records, events, ruleOf, audit, bus, clock } = parts
  return {
    list: (tenantId, { status, limit }) => records.alerts.list(tenantId, { limit, ...(status && { status }) }),

    async read(tenantId, id) {
      const alert = await records.alerts.read(tenantId, id)
      if (!alert) throw alertNotFound(id)
      const evidence = await events.readMany(tenantId, await records.alerts.eventIds(tenantId, id, EVIDENCE_SHOWN))
      const newestFirst = evidence.toSorted((a, b) => (a['@timestamp'] < b['@timestamp'] ? 1 : -1))
      const rule = ruleOf(alert.ruleId)
      const suggestedFilter = suggestFilter(newestFirst)
      return { alert, events: newestFirst, ...(rule && { rule }), ...(suggestedFilter && { suggestedFilter }) }
    },

    async update(user, tenantId, id, change) {
      const now = isoTime(clock.now())
      const alert =
        change.status === 'closed'
          ? await records.alerts.close(tenantId, id, change.reason, now)
          : await records.alerts.reopen(tenantId, id, now)
      if (!alert) throw alertNotFound(id)
      await audit(user.name, change.status === 'closed' ? 'alert.close' : 'alert.reopen', { id }, tenantId)
      bus.publish(tenantId, { kind: 'alert', alert })
      return alert
    },
  }
}

function alertNotFound(id: string): AppError {
  return new AppError({
    code: 'ALERT_NOT_FOUND',
    what: 'Could not open the alert.',
    why: `The tenant has no alert ${id}.`,
    fix: 'Choose one from the Alerts page or from `npx cordon alerts list`.',
  })
}
