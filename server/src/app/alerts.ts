import type { Alert, Verdict } from '#domain/alert.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { MailFilter } from '#domain/mail-filter.ts'
import type { User } from '#domain/user.ts'
import type { EventStore } from '#store/event-store.ts'
import type { AlertFilter, RecordStore } from '#store/record-store.ts'

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

/** What somebody decides about an alert: one thing at a time. */
export type AlertChange =
  | { status: 'closed'; reason: string; verdict?: Verdict | undefined }
  | { status: 'open' }
  /** Name of a user, or nobody. */
  | { assignee: string | null }
  /** ISO; null puts it back into the queue. */
  | { suppressedUntil: string | null }

/** @throws AppError ALERT_NOT_FOUND from `read` and `update`. */
export interface Alerts {
  list(tenantId: TenantId, filter: AskedAlerts): Promise<Alert[]>
  read(tenantId: TenantId, id: string): Promise<AlertDetail>
  /** @throws AppError USER_NOT_FOUND, ALERT_STATE_WRONG where a closed one is put off. */
  update(user: User, tenantId: TenantId, id: string, change: AlertChange): Promise<Alert>
}

type AskedAlerts = { [Key in keyof Omit<AlertFilter, 'now' | 'limit'>]: AlertFilter[Key] | undefined } & {
  limit: number
}

export function createAlerts(parts: {
  records: Pick<RecordStore, 'alerts' | 'users'>
  events: Pick<EventStore, 'readMany'>
  ruleOf: (tenantId: TenantId, id: string) => RuleText | undefined
  audit: Audit
  bus: Bus
  clock: Clock
}): Alerts {
  const { records, events, ruleOf, audit, bus, clock } = parts
  return {
    list: (tenantId, { status, ruleId, assignee, limit }) =>
      records.alerts.list(tenantId, {
        limit,
        now: isoTime(clock.now()),
        ...(status && { status }),
        ...(ruleId && { ruleId }),
        ...(assignee && { assignee }),
      }),

    async read(tenantId, id) {
      const alert = await records.alerts.read(tenantId, id)
      if (!alert) throw alertNotFound(id)
      const evidence = await events.readMany(tenantId, await records.alerts.eventIds(tenantId, id, EVIDENCE_SHOWN))
      const newestFirst = evidence.toSorted((a, b) => (a['@timestamp'] < b['@timestamp'] ? 1 : -1))
      const rule = ruleOf(tenantId, alert.ruleId)
      const suggestedFilter = suggestFilter(newestFirst)
      return { alert, events: newestFirst, ...(rule && { rule }), ...(suggestedFilter && { suggestedFilter }) }
    },

    async update(user, tenantId, id, change) {
      if ('assignee' in change && change.assignee !== null && !(await records.users.findByName(change.assignee))) {
        throw userNotFound(change.assignee)
      }
      const { action, alert, detail } = await carryOut(tenantId, id, change)
      if (!alert) throw alertNotFound(id)
      await audit(user.name, action, { id, ...detail }, tenantId)
      bus.publish(tenantId, { kind: 'alert', alert })
      return alert
    },
  }

  async function carryOut(tenantId: TenantId, id: string, change: AlertChange) {
    const now = isoTime(clock.now())
    if ('assignee' in change) {
      const alert = await records.alerts.assign(tenantId, id, change.assignee, now)
      return { action: 'alert.assign', alert, detail: { assignee: change.assignee } }
    }
    if ('suppressedUntil' in change) {
      const until = change.suppressedUntil
      const alert = await records.alerts.suppress(tenantId, id, until, now)
      if (alert?.status === 'closed') throw alertIsClosed()
      return { action: until === null ? 'alert.unsuppress' : 'alert.suppress', alert, detail: { until } }
    }
    if (change.status === 'open') {
      return { action: 'alert.reopen', alert: await records.alerts.reopen(tenantId, id, now), detail: {} }
    }
    const { reason, verdict } = change
    const alert = await records.alerts.close(tenantId, id, reason, now, verdict)
    return { action: 'alert.close', alert, detail: { ...(verdict && { verdict }) } }
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

function userNotFound(name: string): AppError {
  return new AppError({
    code: 'USER_NOT_FOUND',
    what: 'The alert was not given to anybody.',
    why: `Nobody is called ${name}.`,
    fix: 'Give the name of somebody who may sign in: `npx cordon users list`.',
  })
}

function alertIsClosed(): AppError {
  return new AppError({
    code: 'ALERT_STATE_WRONG',
    what: 'The alert was not put off.',
    why: 'It is closed.',
    fix: 'Open it again first.',
  })
}
