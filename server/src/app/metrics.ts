import { type Clock, isoTime } from '#domain/clock.ts'
import type { FeedKey, LedgerWindow } from '#domain/coverage.ts'
import type { Reconciled } from '#domain/rule.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Collectors } from './collectors.ts'
import type { Destinations, DestinationState } from './destinations.ts'
import type { Correlating } from './rules/correlating.ts'
import type { Reconciling } from './rules/reconciling.ts'

const DAY_MS = 24 * 3_600_000

/** How feeds, correlations and destinations stand, as Prometheus reads it: of every tenant, of feeds the windows of the last day. */
export type MetricsReader = () => Promise<string>

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function createMetrics(parts: {
  records: Pick<RecordStore, 'tenants' | 'coverage'>
  collectors: Pick<Collectors, 'states'>
  destinations: Pick<Destinations, 'list'>
  correlating: Pick<Correlating, 'forgotten'>
  reconciling: Pick<Reconciling, 'states'>
  clock: Clock
}): MetricsReader {
  const { records, collectors, destinations, correlating, reconciling, clock } = parts
  return async () => {
    const now = clock.now()
    const range = { from: isoTime(now - DAY_MS), to: isoTime(now) }
    const lag = family('cordon_feed_lag_seconds', 'gauge', 'How far behind the live edge of a feed is.')
    const windows = family('cordon_feed_windows', 'gauge', 'Windows of the last day, by state.')
    const counted = family(
      'cordon_feed_records',
      'gauge',
      'Records of the windows of the last day, by what became of them.',
    )
    const forgotten = family(
      'cordon_correlation_forgotten',
      'counter',
      'Groups and events that correlations let go of before their time, since their rules changed.',
    )
    const held = reconciliationFamilies(now)
    const sent = forwardFamilies()
    for (const { id: tenantId } of await records.tenants.list()) {
      for (const destination of await destinations.list(tenantId)) sent.add(destination)
      for (const [rule, { groups, entries }] of correlating.forgotten(tenantId)) {
        forgotten.add({ tenant: tenantId, rule, what: 'groups' }, groups)
        forgotten.add({ tenant: tenantId, rule, what: 'events' }, entries)
      }
      for (const each of (await reconciling.states(tenantId)).values()) held.add(each)
      for (const { connectionId, feed, until } of await collectors.states(tenantId)) {
        if (until !== undefined)
          lag.add({ tenant: tenantId, connection: connectionId, feed }, (now - Date.parse(until)) / 1000)
      }
      const rows = await records.coverage.windows(tenantId, range)
      for (const [name, own] of Map.groupBy(rows, ({ connectionId, feed }) => `${connectionId} ${feed}`)) {
        const [connection = '', feed = ''] = name.split(' ')
        const labels = { tenant: tenantId, connection, feed }
        for (const [state, some] of Map.groupBy(own, (row) => row.state)) windows.add({ ...labels, state }, some.length)
        for (const [outcome, count] of Object.entries(outcomesOf(own))) counted.add({ ...labels, outcome }, count)
      }
    }
    return [lag, windows, counted, forgotten, ...held.families, ...sent.families].map(({ text }) => text()).join('')
  }
}

function outcomesOf(rows: readonly (LedgerWindow & FeedKey)[]): Record<string, number> {
  const sum = (count: (row: LedgerWindow) => number) => rows.reduce((total, row) => total + count(row), 0)
  const all = (counts: Record<string, number> = {}) => Object.values(counts).reduce((total, count) => total + count, 0)
  return {
    kept: sum(({ counts }) => counts.kept),
    duplicate: sum(({ counts }) => counts.duplicates),
    late: sum(({ late }) => late),
    excluded: sum(({ counts }) => all(counts.excluded)),
    dropped: sum(({ counts }) => all(counts.dropped)),
    quarantined: sum(({ counts }) => all(counts.quarantined)),
  }
}

/** How far correlations have been held against history, and what came of it. */
function reconciliationFamilies(now: number) {
  const lag = family(
    'cordon_reconciliation_lag_seconds',
    'gauge',
    'How long ago what came last was held against a correlation.',
  )
  const added = family('cordon_reconciliation_added', 'gauge', 'Events of alerts that history added to the stream’s.')
  const unconfirmed = family(
    'cordon_reconciliation_unconfirmed',
    'gauge',
    'Events of alerts that history did not confirm.',
  )
  const failing = family('cordon_reconciliation_failing', 'gauge', '1 where the last pass failed for a correlation.')
  return {
    families: [lag, added, unconfirmed, failing],
    add(one: Reconciled): void {
      const labels = { tenant: one.tenantId, rule: one.ruleId }
      lag.add(labels, (now - Date.parse(one.until)) / 1000)
      added.add(labels, one.added.events)
      unconfirmed.add(labels, one.unconfirmed.events)
      failing.add(labels, one.fault ? 1 : 0)
    },
  }
}

/** How far behind each destination is, and what became of what was sent. */
function forwardFamilies() {
  const lag = family('cordon_forward_lag_seconds', 'gauge', 'How long the first event that waits does so.')
  const waiting = family('cordon_forward_waiting', 'gauge', 'Events that wait to be sent on.')
  const delivered = family('cordon_forward_delivered', 'counter', 'Events and alerts that were taken.')
  const dead = family('cordon_forward_dead_letters', 'gauge', 'Events and alerts that were refused and not settled.')
  const failing = family('cordon_forward_failing', 'gauge', '1 while a destination takes nothing.')
  return {
    families: [lag, waiting, delivered, dead, failing],
    add(one: DestinationState): void {
      const labels = { tenant: one.tenantId, destination: one.id, name: one.name }
      if (one.backlog) lag.add(labels, one.backlog.lagMs / 1000)
      if (one.backlog) waiting.add(labels, one.backlog.count)
      delivered.add(labels, one.delivered)
      dead.add(labels, one.deadLetters)
      failing.add(labels, one.fault && !one.isPaused ? 1 : 0)
    },
  }
}

/** Samples of one name. */
function family(name: string, type: 'gauge' | 'counter', help: string) {
  const lines: string[] = []
  return {
    add(labels: Record<string, string>, value: number): void {
      const named = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`)
      lines.push(`${name}{${named.join(',')}} ${value}\n`)
    },
    text: () => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`,
  }
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
