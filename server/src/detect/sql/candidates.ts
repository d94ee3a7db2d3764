import type { LoadedRule } from '#detect/rule-set.ts'
import { fieldsOf } from '#detect/sigma/expression.ts'
import { type EcsEvent, type NormalizedEvent, restoreEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { TimeRange } from '#domain/query.ts'
import type { EventHunt, EventKey, EventKind, KindsOfDay, Wanted } from '#store/event-store.ts'

import { condensed } from './sort-kinds.ts'

/** An event of history, as rules look at it. */
export interface Candidate extends EventKey {
  event: EcsEvent
  normalized: NormalizedEvent
}

/** Events are looked at in stretches of whole days with about so many of them. */
const STRETCH = 100_000
const DAY_MS = 86_400_000

/**
 * The events of a range that are wanted, in the order of time.
 *
 * @param days the kinds of events that the range has, of which `wanted` names some.
 * @throws AppError QUERY_TOO_LARGE where the store's limits end it; what the signal's reason is.
 */
export async function* candidatesIn(
  hunt: EventHunt,
  request: {
    tenantId: TenantId
    range: TimeRange
    rules: readonly LoadedRule[]
    days: readonly KindsOfDay[]
    wanted: readonly Wanted[]
    signal?: AbortSignal | undefined
  },
): AsyncGenerator<Candidate> {
  const { tenantId, range, rules, days, signal } = request
  const originals = rules.some(({ expression }) => fieldsOf(expression).has(undefined))
  const all = kindsOf(days)
  const looked = new Set(request.wanted.flatMap(({ kinds }) => kinds.map(nameOf)))
  const wanted = request.wanted.map((each) => ({ ...each, kinds: condensed(each.kinds, all) }))
  for (const stretch of stretchesOf(
    range,
    days.filter(({ kind }) => looked.has(nameOf(kind))),
  )) {
    for await (const some of hunt.candidates(tenantId, { wanted, range: stretch, originals })) {
      signal?.throwIfAborted()
      for (const { id, timeMs, document, original = '{}' } of some) {
        const event = JSON.parse(document) as EcsEvent
        yield { id, timeMs, event, normalized: restoreEvent(event, original) }
      }
    }
  }
}

/** Each kind once. */
export function kindsOf(days: readonly KindsOfDay[]): EventKind[] {
  return [...new Map(days.map(({ kind }) => [nameOf(kind), kind])).values()]
}

export function nameOf(kind: EventKind): string {
  return JSON.stringify(Object.values(kind))
}

/** The part of a range in which there is anything, cut where enough has come together. */
function stretchesOf({ from, to }: TimeRange, days: readonly KindsOfDay[]): TimeRange[] {
  const stretches: TimeRange[] = []
  let count = Infinity
  for (const each of days) {
    const next = new Date(Date.parse(each.day) + DAY_MS).toISOString()
    const stretch = stretches.at(-1)
    if (stretch && (count < STRETCH || stretch.to === next)) {
      stretch.to = next
      count += each.count
    } else {
      stretches.push({ from: new Date(each.day).toISOString(), to: next })
      count = each.count
    }
  }
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return stretches.map((each) => ({
    from: new Date(Math.max(Date.parse(each.from), start)).toISOString(),
    to: new Date(Math.min(Date.parse(each.to), end)).toISOString(),
  }))
}
