import { aheadOf } from '#detect/correlate/absence.ts'
import { evidenceCount } from '#detect/correlate/group.ts'
import { reachOf } from '#detect/correlations.ts'
import { knownAt } from '#detect/judgments.ts'
import { createMatcher } from '#detect/matcher.ts'
import type { LoadedCorrelation } from '#detect/rule-set.ts'
import { withThoseUnder } from '#detect/under.ts'
import { normalizedReader } from '#detect/vocabulary.ts'
import { isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { NormalizedEvent } from '#domain/event.ts'
import type { ClickHouse } from '#store/clickhouse/client.ts'
import type { EventHunt, EventKey } from '#store/event-store.ts'

import type { HuntRequest } from './back-test.ts'
import { beginSqlRun, type CorrelatedEvent, type SqlRun } from './engine.ts'
import { openHistory } from './history.ts'

/** Events of one look that rules under a correlation may match: so many are some hundred megabytes on the disk. */
const MOST = 500_000

/** Of one statement. Frames over one group of very many events cost by the square of them. */
const MAX_SECONDS = 300

/** A correlation that holds at a stored event. */
export interface Held {
  event: EventKey
  group: readonly string[]
  aggregate: number
  /** What an alert is given for it, oldest first, the event itself last: as many as the stream gives. */
  evidence: readonly EventKey[]
}

/**
 * Times in milliseconds; a correlation is judged at events of `[from, to)`, each with the whole of its window behind it. Of one that asks what
 * did not come everything has to be known as long after as that takes.
 */
export interface JudgeRequest extends Pick<HuntRequest, 'tenantId' | 'rules' | 'signal'> {
  correlation: LoadedCorrelation
  from: number
  to: number
}

/**
 * Where a correlation holds in stored events, by ClickHouse's window frames: no bound but the one on how much is looked at, no
 * event too late. What an alert gets is what the stream gives it.
 *
 * @param openEngine an engine for this alone; asked for where there is anything to judge.
 * @throws AppError RULE_HISTORY_LARGE; as the store and the engine do.
 */
export async function judgeHistory(
  hunt: EventHunt,
  openEngine: () => Promise<ClickHouse>,
  { tenantId, correlation, rules, signal, from, to }: JudgeRequest,
): Promise<Held[]> {
  const own = withThoseUnder(rules, correlation.id)
  const matcher = createMatcher(own.rules)
  const ahead = aheadOf(own.correlations)
  const request = {
    tenantId,
    from: isoTime(from - reachOf(own.correlations)),
    to: isoTime(to + ahead),
    ...(signal && { signal }),
  }
  const history = await openHistory(hunt, request, matcher.rules, () => false)
  const until = knownAt(own.correlations, to + ahead)
  const seen: EventKey[] = []
  let run: SqlRun<NormalizedEvent> | undefined
  for await (const { key, event } of history.candidates()) {
    if (matcher.match(event).rules.length === 0) continue
    if (seen.length === MOST) throw tooLarge(correlation, request)
    run ??= await beginSqlRun(await openEngine(), normalizedReader(own.rules), own.correlations, {
      maxSeconds: MAX_SECONDS,
      until,
    })
    await run.push(event, seen.length)
    seen.push(key)
  }
  if (run === undefined) return []
  for await (const { correlation: judged, entries } of run.correlate()) {
    signal?.throwIfAborted()
    if (judged.id === correlation.id) return heldIn(judged, entries, { seen, from })
  }
  return []
}

/** @param entries of one group after the other, each in the order of time. */
function heldIn(
  correlation: LoadedCorrelation,
  entries: readonly CorrelatedEvent[],
  { seen, from }: { seen: readonly EventKey[]; from: number },
): Held[] {
  const spanMs = correlation.timespanS * 1000
  const held: Held[] = []
  let group: string | undefined
  let window: EventKey[] = []
  let holdsBefore = false
  for (const entry of entries) {
    const event = seen[entry.index]!
    const name = JSON.stringify(entry.group)
    if (name !== group) [group, window, holdsBefore] = [name, [], false]
    const before = window.at(-1)
    const isNext = holdsBefore && before !== undefined && before.timeMs >= event.timeMs - spanMs
    window.push(event)
    // Before that, windows may lack their beginning.
    const { aggregate } = entry
    holdsBefore = aggregate !== undefined && event.timeMs >= from
    if (aggregate === undefined || !holdsBefore) continue
    const count = evidenceCount(correlation, { inWindow: countSince(window, event.timeMs - spanMs), isNext })
    held.push({ event, group: entry.group, aggregate, evidence: window.slice(-count) })
  }
  return held
}

/** How many events are not older, in the order of time. */
function countSince(events: readonly EventKey[], from: number): number {
  const before = events.findLastIndex(({ timeMs }) => timeMs < from)
  return events.length - 1 - before
}

function tooLarge({ title, timespanS }: LoadedCorrelation, { from, to }: { from: string; to: string }): AppError {
  return new AppError({
    code: 'RULE_HISTORY_LARGE',
    what: `“${title}” was not held against history from ${from} to ${to}.`,
    why: `The rules under it match more than ${MOST.toLocaleString('en')} events there; with its timespan of ${timespanS} seconds they would have to be looked at together.`,
    fix: 'Narrow the rules under it, or shorten its timespan.',
    retry: 'never',
  })
}
