import type { NormalizedEvent } from '#domain/event.ts'

import { Reading } from './compile/reading.ts'
import { createRuleIndex } from './index/rule-index.ts'
import type { PlainEvent } from './match.ts'
import type { LoadedRule } from './rule-set.ts'
import { normalizedReader, plainReader, type Reader } from './vocabulary.ts'

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
  /** Milliseconds; undefined: the event has none. */
  timeOf(event: E): number | undefined
}

/** Rules over normalized events, each over those of its logsource and in its vocabulary. */
export function createMatcher(rules: readonly LoadedRule[]): Matcher<NormalizedEvent> {
  return matcherOf(normalizedReader(rules))
}

/** Rules of every logsource over events as they are. */
export function createPlainMatcher(rules: readonly LoadedRule[]): Matcher<PlainEvent> {
  return matcherOf(plainReader(rules))
}

/** Rules as a reader has them. */
export function matcherOf<E>({ vocabularies, datasetOf, timeOf }: Reader<E>): Matcher<E> {
  const sources = vocabularies.map((vocabulary) => ({ ...vocabulary, index: createRuleIndex(vocabulary.rules) }))
  const byDataset = Map.groupBy(sources, ({ dataset }) => dataset)
  return {
    rules: [...new Set(vocabularies.flatMap(({ rules }) => rules))],
    timeOf,
    match(event) {
      const matched = new Set<LoadedRule>()
      const readings: Reading[] = []
      for (const source of byDataset.get(datasetOf(event)) ?? []) {
        if (!source.isFor(event)) continue
        const reading = new Reading(source.fields(event))
        const hits = source.index.match(reading)
        if (hits.length === 0) continue
        for (const hit of hits) matched.add(hit)
        readings.push(reading)
      }
      return {
        rules: [...matched],
        time: matched.size > 0 ? timeOf(event) : undefined,
        texts: (field) => textsIn(readings, field),
      }
    },
  }
}

/** As the first reads it that finds something. */
function textsIn(readings: readonly Reading[], field: string): readonly string[] {
  for (const reading of readings) {
    const { plain } = reading.texts(field)
    if (plain.length > 0) return plain
  }
  return []
}
