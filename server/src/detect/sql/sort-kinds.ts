import { placesOf } from '#detect/fields/places.ts'
import { streamsOf } from '#detect/fields/logsources.ts'
import type { LoadedRule } from '#detect/rule-set.ts'
import { fieldsOf } from '#detect/sigma/expression.ts'
import { type EventKind, type HuntedFields, KIND_FIELDS, type KindField, type Wanted } from '#store/event-store.ts'

import { truthOf } from './truth.ts'
import { witnessTexts } from './witness-texts.ts'

/** What rules ask of history. */
export interface Asked {
  /** Kinds of which a rule matches every event, by the rule: their days tell all there is to know. */
  counted: Map<LoadedRule, EventKind[]>
  /** The events that have to be looked at. */
  wanted: Wanted[]
}

/** By which fields the kinds of events are to be told apart, that rules can say something of them. */
export function kindFieldsOf(rules: readonly LoadedRule[]): KindField[] {
  const paths = new Set(['event.dataset', 'event.action'])
  for (const { logsource, expression } of rules) {
    const fields = [...fieldsOf(expression)].filter((field) => field !== undefined)
    for (const stream of streamsOf(logsource)) {
      if (stream.when) paths.add(stream.when.path.join('.'))
      for (const field of fields) for (const { path } of placesOf(stream, field)[0] ?? []) paths.add(path.join('.'))
    }
  }
  return KIND_FIELDS.filter((field) => paths.has(field))
}

/**
 * Sorts the kinds of events by what rules say of each: those that they match whatever else is in them, may match, or do not.
 *
 * @param fields in which the store can seek texts.
 * @param isCountable false for rules of which the events themselves are wanted.
 */
export function sortKinds(
  kinds: readonly EventKind[],
  rules: readonly LoadedRule[],
  fields: HuntedFields,
  isCountable: (rule: LoadedRule) => boolean,
): Asked {
  const counted = new Map<LoadedRule, EventKind[]>()
  const whole = new Set<EventKind>()
  const sought = new Map<string | undefined, { kinds: Set<EventKind>; texts: Set<string> }>()
  for (const rule of rules) {
    const streams = streamsOf(rule.logsource)
    const truths = streams.map((stream) => truthOf(rule.expression, stream))
    const own = kinds.map((kind) => ({ kind, is: truths.map((truth) => truth(kind)) }))
    const sure = own.filter(({ is }) => is.includes('yes') && isCountable(rule))
    if (sure.length > 0) {
      counted.set(
        rule,
        sure.map(({ kind }) => kind),
      )
    }
    const open = own.filter((each) => !sure.includes(each) && each.is.some((truth) => truth !== 'no'))
    const witnesses = witnessTexts(rule.expression, streams, fields)
    for (const { kind } of open) {
      if (witnesses === undefined) whole.add(kind)
      for (const { field, text } of witnesses ?? []) {
        if (!sought.has(field)) sought.set(field, { kinds: new Set(), texts: new Set() })
        sought.get(field)!.kinds.add(kind)
        sought.get(field)!.texts.add(text)
      }
    }
  }
  const wanted = [...sought].map(([field, { kinds: own, texts }]): Wanted => {
    const all = [...texts]
    return {
      kinds: [...own].filter((kind) => !whole.has(kind)),
      sought: field === undefined ? { texts: all } : { field, texts: all },
    }
  })
  return { counted, wanted: [{ kinds: [...whole] }, ...wanted].filter((each) => each.kinds.length > 0) }
}

/** Kinds by their dataset and action alone, where all that there are of these are among them: comparing two fields is cheap. */
export function condensed(kinds: readonly EventKind[], all: readonly EventKind[]): EventKind[] {
  const isAmong = new Set(kinds)
  return [...Map.groupBy(all, baseOf).values()].flatMap((alike) => {
    const own = alike.filter((kind) => isAmong.has(kind))
    const { 'event.dataset': dataset = '', 'event.action': action = '' } = alike[0]!
    return own.length === alike.length ? [{ 'event.dataset': dataset, 'event.action': action }] : own
  })
}

function baseOf(kind: EventKind): string {
  return JSON.stringify([kind['event.dataset'], kind['event.action']])
}
