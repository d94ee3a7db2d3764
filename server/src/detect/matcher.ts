import type { NormalizedEvent } from '#domain/event.ts'

import { plainFields } from './compile/plain-fields.ts'
import { Reading } from './compile/reading.ts'
import { timeOf } from './compile/time.ts'
import { eventFields, findLogsource } from './fields.ts'
import { createRuleIndex } from './index/rule-index.ts'
import type { PlainEvent } from './match.ts'
import type { LoadedRule } from './rule-set.ts'
import { listsOf } from './sigma/lists.ts'

/** Which rules match an event, and what correlations over them need to know of it. */
export interface Matched {
  rules: readonly LoadedRule[]
  /** Milliseconds; undefined: it cannot be correlated. */
  time: number | undefined
  /** A field as the rules that matched read it. */
  texts(field: string): readonly string[]
}

export interface Matcher<E> {
  /** The rules that can match. */
  readonly rules: readonly LoadedRule[]
  match(event: E): Matched
}

/**
 * Rules over normalized events, each over those of its logsource and in its vocabulary. Left out (see `rules`) are those
 * whose logsource names nothing that Cordon collects.
 */
export function createMatcher(rules: readonly LoadedRule[]): Matcher<NormalizedEvent> {
  const known = rules.filter((rule) => findLogsource(rule.logsource) && canRun(rule))
  const sources = [...Map.groupBy(known, ({ logsource }) => findLogsource(logsource)!)].map(([logsource, own]) => ({
    logsource,
    index: createRuleIndex(own),
  }))
  const byDataset = Map.groupBy(
    sources.flatMap((source) => source.logsource.datasets.map((dataset) => ({ dataset, source }))),
    ({ dataset }) => dataset,
  )
  return {
    rules: known,
    match(event) {
      const matched: LoadedRule[] = []
      const readings: Reading[] = []
      for (const { source } of byDataset.get(event.event.event.dataset) ?? []) {
        const reading = new Reading(eventFields(event, source.logsource))
        const hits = source.index.match(reading)
        if (hits.length === 0) continue
        matched.push(...hits)
        readings.push(reading)
      }
      return {
        rules: matched,
        time: matched.length > 0 ? Date.parse(event.event['@timestamp']) : undefined,
        texts: (field) => readings.map((reading) => reading.texts(field).plain).find(({ length }) => length > 0) ?? [],
      }
    },
  }
}

/** Rules of every logsource over events as they are. */
export function createPlainMatcher(rules: readonly LoadedRule[]): Matcher<PlainEvent> {
  const known = rules.filter(canRun)
  const index = createRuleIndex(known)
  return {
    rules: known,
    match(event) {
      const reading = new Reading(plainFields(event))
      const matched = index.match(reading)
      return {
        rules: matched,
        time: matched.length > 0 ? timeOf(event) : undefined,
        texts: (field) => reading.texts(field).plain,
      }
    },
  }
}

/** A rule that names a list which nobody gave would be silent, or under `not` never silent. */
function canRun({ expression }: LoadedRule): boolean {
  return listsOf(expression).length === 0
}
