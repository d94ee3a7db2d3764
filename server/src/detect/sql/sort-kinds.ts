import { streamsOf } from '#detect/fields/logsources.ts'
import type { LoadedRule } from '#detect/rule-set.ts'
import type { EventKind } from '#store/event-store.ts'

import { truthOf } from './truth.ts'
import { witnessTexts } from './witness-texts.ts'

/** What rules ask of history. */
export interface Asked {
  /** Kinds of which a rule matches every event, by the rule: their days tell all there is to know. */
  counted: Map<LoadedRule, EventKind[]>
  /** Kinds of which every event has to be looked at. */
  kinds: EventKind[]
  /** Kinds of which those are to be looked at that hold one of the texts. */
  searched: EventKind[]
  texts: string[]
}

/**
 * Sorts the kinds of events by what rules say of each: those that they match whatever else is in them, may match, or do not.
 *
 * @param isCountable false for rules of which the events themselves are wanted.
 */
export function sortKinds(
  kinds: readonly EventKind[],
  rules: readonly LoadedRule[],
  isCountable: (rule: LoadedRule) => boolean,
): Asked {
  const counted = new Map<LoadedRule, EventKind[]>()
  const whole = new Set<EventKind>()
  const searched = new Set<EventKind>()
  const texts = new Set<string>()
  for (const rule of rules) {
    const streams = streamsOf(rule.logsource)
    const witnesses = witnessTexts(rule.expression, streams)
    for (const kind of kinds) {
      const truths = streams
        .filter(({ dataset }) => dataset === kind.dataset)
        .map((stream) => truthOf(rule.expression, stream, kind.action))
      if (truths.includes('yes') && isCountable(rule)) counted.set(rule, [...(counted.get(rule) ?? []), kind])
      else if (truths.some((truth) => truth !== 'no')) {
        if (witnesses === undefined) whole.add(kind)
        else {
          searched.add(kind)
          for (const text of witnesses) texts.add(text)
        }
      }
    }
  }
  return { counted, kinds: [...whole], searched: [...searched].filter((kind) => !whole.has(kind)), texts: [...texts] }
}
