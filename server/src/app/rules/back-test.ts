import { createMatcher } from '#detect/matcher.ts'
import type { LoadedCorrelation, LoadedRule } from '#detect/rule-set.ts'
import { streamsOf } from '#detect/fields/logsources.ts'
import { createFiniteStream } from '#detect/stream.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventQuery, TimeRange } from '#domain/query.ts'
import type { EventStore } from '#store/event-store.ts'

/** What a rule would have found in stored events. */
export interface BackTested {
  /** For a correlation: the events at which it holds. */
  total: number
  /** Every day of the range in UTC, oldest first. */
  perDay: { day: string; count: number }[]
  /** Ids of the newest events. */
  samples: string[]
}

export interface BackTestRequest extends TimeRange {
  tenantId: TenantId
  rules: { rules: readonly LoadedRule[]; correlations: readonly LoadedCorrelation[] }
  /** Id of the rule or correlation, which is among `rules`. */
  rule: string
  /** At most so many. */
  samples: number
  signal?: AbortSignal
}

export type RunBackTest = (request: BackTestRequest) => Promise<BackTested>

/** Runs the stream's engine over what is stored. */
export function createStreamBackTest(events: Pick<EventStore, 'everything'>): RunBackTest {
  return async ({ tenantId, rules: all, rule, from, to, samples, signal }) => {
    const { rules, correlations } = withThoseUnder(all, rule)
    const stream = createFiniteStream(createMatcher(rules), correlations)
    const found: { id: string; timeMs: number }[] = []
    const seen: { id: string; timeMs: number }[] = []
    const isWanted = correlations.length === 0
    const query = datasetsOf(rules)
    if (query !== undefined) {
      for await (const some of events.everything(tenantId, { range: { from, to }, query, originals: true })) {
        signal?.throwIfAborted()
        for (const { id, timeMs, document, original } of some) {
          const event = JSON.parse(document) as EcsEvent
          const raw = recordOf(original)
          const matches = stream.push({ event, raw, original: original ?? '' }, seen.length)
          if (matches.length === 0) continue
          seen.push({ id, timeMs })
          if (isWanted) found.push({ id, timeMs })
        }
      }
    }
    for (const match of stream.end()) if (match.rule === rule) found.push(seen[match.index]!)
    const newest = found.toSorted((a, b) => b.timeMs - a.timeMs)
    return { total: found.length, perDay: daysOf(found, { from, to }), samples: ids(newest).slice(0, samples) }
  }
}

/** A rule alone; a correlation with all that it is over. */
function withThoseUnder({ rules, correlations }: BackTestRequest['rules'], id: string) {
  const needed = new Set([id])
  for (const correlation of correlations.toReversed()) {
    if (needed.has(correlation.id)) for (const each of correlation.rules) needed.add(each)
  }
  return {
    rules: rules.filter((each) => needed.has(each.id)),
    correlations: correlations.filter((each) => needed.has(each.id)),
  }
}

function datasetsOf(rules: readonly LoadedRule[]): EventQuery | undefined {
  const datasets = new Set(rules.flatMap(({ logsource }) => streamsOf(logsource).map(({ dataset }) => dataset)))
  const terms = [...datasets].map((value) => {
    return { kind: 'match', field: 'event.dataset', value, wildcard: false } satisfies EventQuery
  })
  return terms.length === 0 ? undefined : { kind: 'or', terms }
}

function recordOf(original: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(original ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function daysOf(found: readonly { timeMs: number }[], { from, to }: TimeRange): BackTested['perDay'] {
  const counts = new Map<string, number>()
  for (let at = Date.parse(from); at < Date.parse(to); at += DAY_MS) counts.set(dayOf(at), 0)
  counts.set(dayOf(Date.parse(to) - 1), 0)
  for (const { timeMs } of found) counts.set(dayOf(timeMs), (counts.get(dayOf(timeMs)) ?? 0) + 1)
  return [...counts].map(([day, count]) => ({ day, count }))
}

const DAY_MS = 86_400_000

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const ids = (events: readonly { id: string }[]) => [...new Set(events.map(({ id }) => id))]
