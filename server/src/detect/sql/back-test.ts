import { createMatcher } from '#detect/matcher.ts'
import type { LoadedCorrelation, LoadedRule } from '#detect/rule-set.ts'
import { createFiniteStream } from '#detect/stream.ts'
import { withThoseUnder } from '#detect/under.ts'
import { type EcsEvent, fieldAt } from '#domain/event.ts'
import type { TimeRange } from '#domain/query.ts'
import type { EventHunt, EventKey, EventKind, KindField } from '#store/event-store.ts'

import { type HistoryRequest, nameOf, openHistory } from './history.ts'
import { createReadKnown } from './known.ts'

/** What a rule would have found in stored events. */
export interface BackTested {
  /** For a correlation: the events at which it holds. */
  total: number
  /** Every day of the range in UTC, oldest first. */
  perDay: { day: string; count: number }[]
  /** Ids of the newest events. */
  samples: string[]
}

export interface HuntRequest extends HistoryRequest {
  rules: { rules: readonly LoadedRule[]; correlations: readonly LoadedCorrelation[] }
  /** At most so many for each. */
  samples: number
}

/** One rule or correlation, by id; it is among `rules`. */
export type RunBackTest = (request: HuntRequest & { rule: string }) => Promise<BackTested>

export function createBackTest(hunt: EventHunt): RunBackTest {
  return async ({ rule, rules, ...request }) => {
    const { found } = await huntHistory(hunt, { ...request, rules: withThoseUnder(rules, rule) })
    return found.get(rule)!
  }
}

/**
 * Runs rules over history, all in one pass: what the stream would have found, by the id of the rule or correlation. First the
 * kinds of events there are (dataset, action, and what else tells them apart) are sorted by what the rules say of each. Those that a rule matches whatever
 * else is in them are counted by the store. Of those that it may match, the events that hold one of the rule's texts are read
 * and looked at by the stream's own predicates; the rest is passed by.
 *
 * @throws AppError QUERY_TOO_LARGE where the store's limits end it; what the signal's reason is.
 */
export async function huntHistory(
  hunt: EventHunt,
  { tenantId, rules: { rules, correlations }, samples, signal, from, to }: HuntRequest,
): Promise<{ found: Map<string, BackTested>; scannedRows: number }> {
  const range = { from, to }
  const matcher = createMatcher(rules)
  const correlated = new Set(correlations.flatMap((each) => each.rules))
  const until = await createReadKnown(hunt)({ tenantId, rules: { rules, correlations }, at: Date.parse(to) })
  const request = { tenantId, from, to, reachMs: learningReachOf(correlations), signal }
  const history = await openHistory(hunt, request, matcher.rules, ({ id }) => !correlated.has(id))
  const tallies = new Map([...rules, ...correlations].map(({ id }) => [id, new Tally(range)]))
  for (const [{ id }, kinds] of history.counted) {
    const own = new Set(kinds.map(nameOf))
    for (const each of history.days) if (own.has(nameOf(each.kind))) tallies.get(id)!.add(each.day, each.count)
    tallies.get(id)!.newest.push(...(await hunt.newest(tenantId, { range, kinds, limit: samples })))
  }

  const counted = new Map([...history.counted].map(([{ id }, kinds]) => [id, new Set(kinds.map(nameOf))]))
  const stream = createFiniteStream(matcher, correlations, { begun: history.begun, until })
  const start = Date.parse(from)
  const seen: EventKey[] = []
  for await (const { key, event } of history.candidates()) {
    const matches = stream.push(event, seen.length)
    if (matches.length === 0) continue
    const kind = nameOf(kindOf(event.event, history.by))
    seen.push(key)
    for (const { rule } of matches) {
      // Kinds that were counted for one rule are looked at for others.
      if (key.timeMs >= start && !counted.get(rule)?.has(kind)) tallies.get(rule)!.addEvent(key)
    }
  }
  for (const { rule, index } of stream.end()) {
    const key = seen[index]!
    if (key.timeMs >= start) tallies.get(rule)!.addEvent(key)
  }
  return {
    found: new Map([...tallies].map(([id, tally]) => [id, tally.result(samples)])),
    scannedRows: history.days.reduce((sum, { count }) => sum + count, 0),
  }
}

/** How much before a range has to be known to say what in it is new, milliseconds. */
function learningReachOf(correlations: readonly LoadedCorrelation[]): number {
  const learners = correlations.filter(({ learningS }) => learningS !== undefined)
  return 1000 * Math.max(0, ...learners.map(({ timespanS }) => timespanS))
}

/** As the store has it. */
function kindOf(event: EcsEvent, by: readonly KindField[]): EventKind {
  return Object.fromEntries(by.map((field) => [field, String(fieldAt(event, field) ?? '')]))
}

const DAY_MS = 86_400_000

/** What was found for one rule so far. */
class Tally {
  readonly newest: EventKey[] = []
  readonly #days = new Map<string, number>()

  constructor({ from, to }: TimeRange) {
    for (let at = Date.parse(from); at < Date.parse(to); at += DAY_MS) this.add(dayOf(at), 0)
    this.add(dayOf(Date.parse(to) - 1), 0)
  }

  add(day: string, count: number): void {
    this.#days.set(day, (this.#days.get(day) ?? 0) + count)
  }

  addEvent(event: EventKey): void {
    this.newest.push(event)
    this.add(dayOf(event.timeMs), 1)
  }

  result(samples: number): BackTested {
    const perDay = [...this.#days].map(([day, count]) => ({ day, count }))
    const newest = this.newest.toSorted((a, b) => b.timeMs - a.timeMs)
    return {
      total: perDay.reduce((sum, { count }) => sum + count, 0),
      perDay,
      samples: [...new Set(newest.map(({ id }) => id))].slice(0, samples),
    }
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
