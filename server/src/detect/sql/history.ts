import type { LoadedRule } from '#detect/rule-set.ts'
import { fieldsOf } from '#detect/sigma/expression.ts'
import { isoTime } from '#domain/clock.ts'
import { type EcsEvent, type NormalizedEvent, restoreEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { TimeRange } from '#domain/query.ts'
import type { EventHunt, EventKey, EventKind, KindField, KindsOfDay } from '#store/event-store.ts'

import { condensed, kindFieldsOf, sortKinds } from './sort-kinds.ts'

/** Events are looked at in stretches of whole days with about so many of them. */
const STRETCH = 100_000

export interface HistoryRequest extends TimeRange {
  tenantId: TenantId
  /** How long before the range events are looked at as well, milliseconds; not at all when absent. */
  reachMs?: number
  signal?: AbortSignal | undefined
}

/** A stretch of a tenant's history, sorted by what rules say of the kinds of events in it. */
export interface History {
  /** By which fields kinds are told apart here. */
  by: readonly KindField[]
  /** Of the range alone. */
  days: readonly KindsOfDay[]
  /** Where events begin, those before the range among them, milliseconds; absent where there are none. */
  begun?: number
  /** Kinds of which a rule matches every event, by the rule: their days tell all there is to know. */
  counted: ReadonlyMap<LoadedRule, EventKind[]>
  /**
   * The events that any of the rules may match, those before the range among them, oldest first, events of one moment by id; what cannot match is passed by.
   *
   * @throws AppError QUERY_TOO_LARGE where the store's limits end it; what the signal's reason is.
   */
  candidates(): AsyncGenerator<Candidate>
}

export interface Candidate {
  key: EventKey
  event: NormalizedEvent
}

/**
 * Sorts what there is in a range before any event is read: kinds of events (dataset, action, and what else tells them apart) of
 * which rules say that none matches are not looked at.
 *
 * @param rules those that can match.
 * @param isCountable false for rules of which the events themselves are wanted.
 * @throws AppError QUERY_TOO_LARGE where the store's limits end it.
 */
export async function openHistory(
  hunt: EventHunt,
  { tenantId, signal, from, to, reachMs = 0 }: HistoryRequest,
  rules: readonly LoadedRule[],
  isCountable: (rule: LoadedRule) => boolean,
): Promise<History> {
  const by = kindFieldsOf(rules)
  const range = { from: isoTime(Date.parse(from) - reachMs), to }
  const before = reachMs === 0 ? [] : await hunt.kinds(tenantId, { from: range.from, to: from }, by)
  const days = await hunt.kinds(tenantId, { from, to }, by)
  const whole = [...before, ...days]
  const all = kindsOf(whole)
  const asked = sortKinds(all, rules, hunt.fields, isCountable)
  const originals = rules.some(({ expression }) => fieldsOf(expression).has(undefined))
  const looked = new Set(asked.wanted.flatMap(({ kinds }) => kinds.map(nameOf)))
  const stretches = stretchesOf(
    range,
    whole.filter(({ kind }) => looked.has(nameOf(kind))),
  )
  const wanted = asked.wanted.map((each) => ({ ...each, kinds: condensed(each.kinds, all) }))
  return {
    by,
    days,
    ...(whole[0] && { begun: Date.parse(whole[0].day) }),
    counted: asked.counted,
    async *candidates() {
      for (const stretch of stretches) {
        for await (const some of hunt.candidates(tenantId, { wanted, range: stretch, originals })) {
          signal?.throwIfAborted()
          for (const { id, timeMs, document, original = '{}' } of some) {
            yield { key: { id, timeMs }, event: restoreEvent(JSON.parse(document) as EcsEvent, original) }
          }
        }
      }
    },
  }
}

/** Equal for equal kinds. */
export function nameOf(kind: EventKind): string {
  return JSON.stringify(Object.values(kind))
}

function kindsOf(days: readonly KindsOfDay[]): EventKind[] {
  return [...new Map(days.map(({ kind }) => [nameOf(kind), kind])).values()]
}

const DAY_MS = 86_400_000

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
