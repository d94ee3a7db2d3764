import { setTimeout as pause } from 'node:timers/promises'

import { aheadOf, knownTo } from '#detect/correlate/absence.ts'
import { reachOf, toDetections } from '#detect/correlations.ts'
import { streamsOf } from '#detect/fields/logsources.ts'
import type { LoadedCorrelation, RuleSet } from '#detect/rule-set.ts'
import { type Held, judgeHistory } from '#detect/sql/judge-history.ts'
import { createReadKnown } from '#detect/sql/known.ts'
import { withThoseUnder } from '#detect/under.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import { daysOf } from '#domain/retention.ts'
import type { Reconciliation } from '#domain/rule.ts'
import type { ClickHouse } from '#store/clickhouse/client.ts'
import { ARRIVAL_STRETCH_MS, type EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Bus } from '#app/bus.ts'
import { joined, type Span } from './late-hits.ts'

const DAY_MS = 86_400_000
/** A correlation's first pass looks at what has come within this time before. */
const FIRST_MS = 3_600_000
/** Firings that are recorded at once: none has more than a thousand events. */
const FIRINGS_AT_ONCE = 20

export interface ReconcileParts {
  events: Pick<EventStore, 'arrivedTimes' | 'hunt' | 'readMany'>
  records: Pick<RecordStore, 'alerts' | 'reconciliations' | 'retention'>
  bus: Bus
  clock: Clock
  /** How long the stream is waited for where it has not said yet what history says. */
  settleMs: number
}

export interface ReconcileTask {
  tenantId: TenantId
  correlation: LoadedCorrelation
  rules: Pick<RuleSet, 'rules' | 'correlations'>
  /** As the pass before left it. */
  before: Reconciliation | undefined
  /** An engine for this alone. */
  openEngine: () => Promise<ClickHouse>
  /** False once the rules have changed: what was found is thrown away, and its stretch waits for the next pass. */
  isCurrent: () => boolean
  signal: AbortSignal
}

/**
 * Holds a correlation against history: at all times at which events have come to be stored since the pass before, and as long
 * after as they can matter. What history says and the stream did not becomes alerts as the stream's would; what the stream said
 * and history does not is marked. Each step may be repeated, and is written down before the next: whoever takes over after a
 * crash judges the same stretch again, which changes nothing.
 *
 * @throws AppError RULE_HISTORY_SHORT, RULE_HISTORY_LARGE; as the stores and the engine do.
 */
export async function reconcile(parts: ReconcileParts, task: ReconcileTask): Promise<void> {
  const { events, records, clock } = parts
  const { tenantId, correlation, signal } = task
  const ruleId = correlation.id
  const own = withThoseUnder(task.rules, ruleId)
  const reach = reachOf(own.correlations)
  const ahead = aheadOf(own.correlations)
  const known = await createReadKnown(events.hunt)({ tenantId, rules: own, at: clock.now() })
  // What is said of events after that is not known yet: they wait for another pass.
  const edge = knownTo(own.correlations, known).get(ruleId)! - reach - ahead
  const after =
    task.before === undefined ? (await events.arrivedTimes(tenantId)).untilMs - FIRST_MS : Date.parse(task.before.until)
  const { stretches, untilMs } = await events.arrivedTimes(tenantId, after)
  const touched = stretches.map((from) => ({ from, until: from + ARRIVAL_STRETCH_MS }))
  let state: Reconciliation = {
    ...task.before,
    tenantId,
    ruleId,
    until: isoTime(untilMs),
    waiting: joinedWithin(reach, [...(task.before?.waiting ?? []), ...touched]),
  }
  await records.reconciliations.write(state)
  const keptSince = await keptSinceOf(parts, task, reach)
  let skipped: AppError | undefined
  for (;;) {
    const next = firstPiece(state.waiting, { most: Math.max(reach, DAY_MS), edge })
    if (next === undefined) break
    const { piece, rest } = next
    try {
      if (!(await judge(parts, task, { piece, reach, ahead, keptSince }))) return
    } catch (error) {
      // Whatever comes next is judged all the same; this would never be.
      if (!(error instanceof AppError) || error.retry !== 'never' || signal.aborted) throw error
      skipped = error
    }
    state = { ...state, waiting: rest }
    await records.reconciliations.write(state)
  }
  if (skipped) throw skipped
  const { fault: _past, ...done } = state
  await records.reconciliations.write({ ...done, passedAt: isoTime(clock.now()) })
}

/** @returns false where the rules changed meanwhile. */
async function judge(
  { events, records, bus, clock, settleMs }: ReconcileParts,
  { tenantId, correlation, rules, openEngine, isCurrent, signal }: ReconcileTask,
  { piece, reach, ahead, keptSince }: { piece: Span; reach: number; ahead: number; keptSince: number },
): Promise<boolean> {
  // Windows that begin before what is kept would be judged by half of their events.
  const from = Math.max(piece.from - ahead, keptSince + reach)
  const to = piece.until + reach
  if (from >= to) return true
  const span = { from: isoTime(from), to: isoTime(to) }
  // Before history is read: an event is stored before the stream speaks of it.
  const known = await records.reconciliations.evidence(tenantId, correlation.id, span)
  const held = await judgeHistory(events.hunt, openEngine, { tenantId, correlation, rules, from, to, signal })
  const isKnown = new Set(known.map(({ id }) => id))
  const missing = held.filter(({ event }) => !isKnown.has(event.id))
  if (missing.length > 0) await pause(settleMs, undefined, { signal })
  if (!isCurrent()) return false
  for (let start = 0; start < missing.length; start += FIRINGS_AT_ONCE) {
    signal.throwIfAborted()
    const some = missing.slice(start, start + FIRINGS_AT_ONCE)
    const detections = await detectionsOf(events, tenantId, correlation, some)
    const changed = await records.alerts.record(tenantId, detections, isoTime(clock.now()), true)
    for (const alert of changed) bus.publish(tenantId, { kind: 'alert', alert })
  }
  const confirmed = new Set(held.flatMap(({ evidence }) => evidence.map(({ id }) => id)))
  // Of later ones the firings may lie behind what was judged.
  const unconfirmed = known.filter(({ id, timeMs }) => timeMs < piece.until && !confirmed.has(id)).map(({ id }) => id)
  await records.reconciliations.mark(tenantId, correlation.id, { confirmed: [...confirmed], unconfirmed })
  return true
}

/** Those of one firing after the other, its own event last: what a crash cuts off is still missing then. */
async function detectionsOf(
  events: Pick<EventStore, 'readMany'>,
  tenantId: TenantId,
  correlation: LoadedCorrelation,
  held: readonly Held[],
) {
  const found = await events.readMany(
    tenantId,
    held.map(({ event }) => event.id),
  )
  const sentences = new Map(found.map(({ event, message }) => [event.id, message]))
  return held.flatMap(({ event, group, aggregate, evidence }) =>
    toDetections(correlation, {
      group,
      aggregate,
      sentence: sentences.get(event.id) ?? '',
      evidence: evidence.map(({ id, timeMs }) => ({ id, time: timeMs })),
    }),
  )
}

/** From when on there is everything that a correlation's rules are about, milliseconds. */
async function keptSinceOf(
  { records, clock }: ReconcileParts,
  { tenantId, correlation, rules }: ReconcileTask,
  reach: number,
): Promise<number> {
  const settings = await records.retention.read(tenantId)
  const own = withThoseUnder(rules, correlation.id).rules
  const datasets = [...new Set(own.flatMap(({ logsource }) => streamsOf(logsource).map(({ dataset }) => dataset)))]
  const kept = datasets.map((dataset) => ({ dataset, days: daysOf(settings, dataset) ?? Infinity }))
  const shortest = kept.toSorted((a, b) => a.days - b.days)[0]
  if (shortest === undefined || shortest.days === Infinity) return -Infinity
  if (shortest.days * DAY_MS < reach) throw tooShort(correlation, shortest, reach)
  return clock.now() - shortest.days * DAY_MS
}

/** What lies so near to each other is judged together: it would be read for both. */
function joinedWithin(reach: number, spans: readonly Span[]): Span[] {
  const reaching = spans.map(({ from, until }) => ({ from, until: until + reach }))
  return joined(reaching).map(({ from, until }) => ({ from, until: until - reach }))
}

/** The earliest that is waiting, no longer than `most`, and what waits then; nothing where it begins at the edge. */
function firstPiece(
  [first, ...others]: readonly Span[],
  { most, edge }: { most: number; edge: number },
): { piece: Span; rest: Span[] } | undefined {
  if (first === undefined || first.from >= edge) return undefined
  const { from, until } = first
  const end = Math.min(until, from + most, edge)
  return { piece: { from, until: end }, rest: end < until ? [{ from: end, until }, ...others] : others }
}

function tooShort(
  { title }: LoadedCorrelation,
  { dataset, days }: { dataset: string; days: number },
  reach: number,
): AppError {
  return new AppError({
    code: 'RULE_HISTORY_SHORT',
    what: `“${title}” was not held against history.`,
    why: `It looks back ${daysIn(reach)}, and events of ${dataset} are kept ${daysIn(days * DAY_MS)}.`,
    fix: `Keep them longer: \`npx cordon retention set <days> --dataset ${dataset}\`. Or shorten the timespan of the rule.`,
    retry: 'never',
  })
}

function daysIn(ms: number): string {
  const days = Number((ms / DAY_MS).toFixed(1))
  return `${days} ${days === 1 ? 'day' : 'days'}`
}
