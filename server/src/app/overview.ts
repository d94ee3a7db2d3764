import type { ActionRun } from '#domain/action-run.ts'
import type { Alert } from '#domain/alert.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation } from '#domain/investigation.ts'
import type { Connection } from '#domain/tenant.ts'
import type { EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import { type ConnectionWarning, warningsOf } from './connection-warnings.ts'
import type { FeedState } from './collectors.ts'
import { type MailNamed, mailOf, textAt } from './reported-mail.ts'

const DAY_MS = 24 * 3_600_000
const WEEK_MS = 7 * DAY_MS

/** A mail that a user reported as phishing. */
export interface ReportedMail extends MailNamed {
  eventId: string
  reportedAt: string
  reporter: string
  /** The alert its report belongs to. */
  alertId?: string
}

export interface Overview {
  openAlerts: Record<string, number>
  /** Newest first, the last 7 days. */
  reports: ReportedMail[]
  mailRemovedThisWeek: number
  feeds: FeedState[]
  eventsLast24h: number
  quarantined: number
  newestAlerts: Alert[]
  investigations: Investigation[]
  connections: (Connection & { warnings: ConnectionWarning[] })[]
}

export interface OverviewReader {
  read(tenantId: TenantId): Promise<Overview>
}

export function createOverview(parts: {
  records: RecordStore
  events: EventStore
  feedStates: (tenantId: TenantId) => Promise<FeedState[]>
  clock: Clock
}): OverviewReader {
  const { records, events, feedStates, clock } = parts
  return {
    async read(tenantId) {
      const now = clock.now()
      const since = (ms: number) => ({ from: isoTime(now - ms), to: isoTime(now) })
      const [openAlerts, newestAlerts, reported, runs, feeds, eventsLast24h, steps, investigations, connections] =
        await Promise.all([
          records.alerts.countOpenBySeverity(tenantId, isoTime(now)),
          records.alerts.list(tenantId, { limit: 10, now: isoTime(now) }),
          events.search(tenantId, {
            range: since(WEEK_MS),
            query: { kind: 'match', field: 'event.action', value: 'UserSubmission', wildcard: false },
            limit: 50,
            counted: true,
          }),
          records.actionRuns.list(tenantId, { limit: 1000 }),
          feedStates(tenantId),
          events.count(tenantId, { range: since(DAY_MS), query: { kind: 'all' } }),
          records.quarantine.countByStep(tenantId),
          records.investigations.list(tenantId, 10),
          records.connections.list(tenantId),
        ])
      const ids = reported.events.map(({ event }) => event.id)
      const alertsOf = await records.alerts.alertIdsOf(tenantId, ids)
      return {
        openAlerts,
        reports: reported.events.map((event) => reportOf(event, alertsOf.get(event.event.id)?.[0])),
        mailRemovedThisWeek: removed(runs, isoTime(now - WEEK_MS)),
        feeds,
        eventsLast24h,
        quarantined: Object.values(steps).reduce((total, count) => total + count, 0),
        newestAlerts,
        investigations,
        connections: connections.map((connection) => ({
          ...connection,
          warnings: warningsOf(connection, clock),
        })),
      }
    },
  }
}

function reportOf(event: EcsEvent, alertId: string | undefined): ReportedMail {
  return {
    eventId: event.event.id,
    reportedAt: event['@timestamp'],
    reporter: textAt(event, 'user.email') ?? textAt(event, 'user.id') ?? textAt(event, 'user.name') ?? 'unknown',
    ...mailOf(event),
    ...(alertId !== undefined && { alertId }),
  }
}

/** Messages whose removal was verified and not taken back. */
function removed(runs: readonly ActionRun[], since: string): number {
  return runs
    .filter(({ startedAt }) => startedAt !== undefined && startedAt >= since)
    .reduce((total, { targetsByState }) => total + (targetsByState.verified ?? 0), 0)
}
