import type { KnownUntil } from './correlate/absence.ts'
import { type Arrival, type Change, Correlator, fieldsOf, type JudgedFrom } from './correlate/correlator.ts'
import { judgedSince, knownAt } from './judgments.ts'
import { byPlace, type Engine, type Match, type Run } from './match.ts'
import { createPlainMatcher, type Matcher } from './matcher.ts'
import type { LoadedCorrelation } from './rule-set.ts'

/** Nothing is too late, since what it changes is told at the end; a group is as large as it is. */
const LIMITS = { latenessMs: Infinity, groups: 1_000_000, entries: 1_000_000 }

/** What it gives of an event at once are the rules that match. */
export interface FiniteStream<E> extends Run<E> {
  push(event: E, index: number): Match[]
  end(): Match[]
}

/**
 * The stream over events that come to an end.
 *
 * @param begun when the history of the events began, milliseconds; with the earliest of them, where absent.
 * @param until up to when all that happened is among them; the latest of them, where absent.
 */
export function createFiniteStream<E>(
  matcher: Matcher<E>,
  correlations: readonly LoadedCorrelation[],
  { begun, until }: { begun?: number | undefined; until?: KnownUntil } = {},
): FiniteStream<E> {
  const fields = [...new Set(correlations.flatMap(fieldsOf))]
  const correlated = new Set(correlations.flatMap((each) => each.rules))
  const arrivals: Arrival<number>[] = []
  const isSought = correlations.some(({ type }) => type === 'first_seen' || type === 'absence')
  let earliest = Infinity
  let latest = -Infinity
  return {
    push(event, index) {
      if (isSought) {
        const time = matcher.timeOf(event)
        earliest = Math.min(earliest, time ?? Infinity)
        latest = Math.max(latest, time ?? -Infinity)
      }
      const { rules, time, texts } = matcher.match(event)
      if (time !== undefined && rules.some(({ id }) => correlated.has(id))) {
        arrivals.push({
          id: String(index).padStart(12, '0'),
          time,
          ref: index,
          rules: rules.map(({ id }) => id),
          facts: Object.fromEntries(fields.map((field) => [field, texts(field)])),
        })
      }
      return rules.map(({ id, title }) => ({ rule: id, title, index }))
    },
    end() {
      const judgedFrom = judgedSince(correlations, begun ?? earliest)
      return correlate(arrivals, correlations, { judgedFrom, until: until ?? knownAt(correlations, latest) })
    },
  }
}

function correlate(
  arrivals: readonly Arrival<number>[],
  correlations: readonly LoadedCorrelation[],
  { judgedFrom, until }: { judgedFrom: JudgedFrom; until: KnownUntil },
): Match[] {
  const correlator = new Correlator<number>(correlations, LIMITS, judgedFrom)
  const holds = new Map<string, Match>()
  const note = ({ correlation, seen, group, aggregate }: Change<number>) => {
    const key = JSON.stringify([correlation.id, group, seen.ref])
    const match = { rule: correlation.id, title: correlation.title, index: seen.ref, group: [...group] }
    if (aggregate === undefined) holds.delete(key)
    else holds.set(key, { ...match, aggregate })
  }
  for (const arrival of arrivals) correlator.push(arrival).forEach(note)
  correlator.pass(until).forEach(note)
  return [...holds.values()].toSorted(byPlace(correlations))
}

export const streamEngine: Engine = {
  async run({ rules, correlations }, events) {
    const stream = createFiniteStream(createPlainMatcher(rules), correlations)
    return [...events.flatMap((event, index) => stream.push(event, index)), ...stream.end()]
  },
}
