import type { NormalizedEvent } from '#domain/event.ts'

import { plainFields } from './compile/plain-fields.ts'
import type { Fields } from './compile/reading.ts'
import { timeOf } from './compile/time.ts'
import { streamsOf } from './fields/logsources.ts'
import { createFieldReader, createStreamTest } from './fields/read.ts'
import type { EventStream } from './fields/source.ts'
import type { PlainEvent } from './match.ts'
import type { LoadedRule } from './rule-set.ts'
import { listsOf } from './sigma/lists.ts'

/** Rules that read events in the same words, and how they read one. */
export interface Vocabulary<E> {
  rules: readonly LoadedRule[]
  /** The dataset of which its events are; undefined: any. */
  dataset?: string
  /** Whether an event of that dataset is for these rules. */
  isFor(event: E): boolean
  fields(event: E): Fields
}

/** How rules look at events of one kind: what both engines have in common. */
export interface Reader<E> {
  /** Without the rules that can match nothing. A rule may be in several. */
  vocabularies: readonly Vocabulary<E>[]
  /** What an event is a record of; undefined where events are taken as they are. */
  datasetOf(event: E): string | undefined
  /** Milliseconds; undefined: the event cannot be correlated. */
  timeOf(event: E): number | undefined
}

/**
 * Normalized events, each read by the rules of its logsources and in their words. Left out are rules whose logsource names
 * nothing that Cordon collects.
 */
export function normalizedReader(rules: readonly LoadedRule[]): Reader<NormalizedEvent> {
  const byStream = new Map<EventStream, LoadedRule[]>()
  for (const rule of rules.filter(canRun)) {
    for (const stream of streamsOf(rule.logsource)) gather(byStream, stream, rule)
  }
  return {
    vocabularies: [...byStream].map(([stream, own]) => {
      const isOf = createStreamTest(stream)
      return {
        rules: own,
        dataset: stream.dataset,
        isFor: ({ event }) => isOf(event),
        fields: createFieldReader(stream),
      }
    }),
    datasetOf: ({ event }) => event.event.dataset,
    timeOf: ({ event }) => Date.parse(event['@timestamp']),
  }
}

function gather<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key)
  if (known) known.push(value)
  else map.set(key, [value])
}

/** Events as they are, each read by every rule. */
export function plainReader(rules: readonly LoadedRule[]): Reader<PlainEvent> {
  return {
    vocabularies: [{ rules: rules.filter(canRun), isFor: () => true, fields: plainFields }],
    datasetOf: () => undefined,
    timeOf,
  }
}

/** A rule that names a list which nobody gave would be silent, or under `not` never silent. */
function canRun({ expression }: LoadedRule): boolean {
  return listsOf(expression).length === 0
}
