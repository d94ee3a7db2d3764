import type { SigmaCorrelation } from '#detect/sigma/documents.ts'

import { type Holds, type RuleTest, ruleTest, thresholdOf } from './condition.ts'
import type { Aggregate, Entry } from './entry.ts'

/**
 * Rules in order (`temporal_ordered`). Instead of the events of the window it keeps, for everything that rules in order have
 * come to so far, the latest moment at which that began: it is in the window as long as that moment is.
 */
export function chainsOf(correlation: SigmaCorrelation): Aggregate {
  const { condition, rules } = correlation
  return condition.kind === 'rules'
    ? setsInOrder(ruleTest(condition.expression, rules), rules.length)
    : longestInOrder(thresholdOf(correlation), rules.length)
}

/** How many rules came in order: the longest chain. */
function longestInOrder(holds: Holds, count: number): Aggregate {
  /** By length of the chain, then by its last rule: when it began. */
  const began = Array.from({ length: count + 1 }, () => Array.from({ length: count }, () => -Infinity))
  return {
    add({ seen, rules }: Entry<unknown>) {
      // Longest first, last rule first: an event is one step of a chain, even where several rules match it.
      for (let each = rules.length - 1; each >= 0; each--) {
        const rule = rules[each]!
        for (let length = rule + 1; length > 1; length--) {
          const shorter = began[length - 1]!
          let latest = began[length]![rule]!
          for (let before = 0; before < rule; before++) latest = Math.max(latest, shorter[before]!)
          began[length]![rule] = latest
        }
        began[1]![rule] = seen.time
      }
    },
    drop: () => {},
    result(from) {
      const length = began.findLastIndex((ends) => ends.some((at) => at >= from))
      return length > 0 && holds(length) ? length : undefined
    },
  }
}

/** Which sets of rules came in order, as bits: for conditions that say which of them must. */
function setsInOrder(test: RuleTest, count: number): Aggregate {
  const began = new Map<number, number>()
  const seen = Array.from({ length: count }, () => 0)
  const isSeen = (rule: number) => seen[rule]! > 0
  return {
    add({ seen: { time }, rules }: Entry<unknown>) {
      for (const rule of rules) seen[rule]!++
      const before = [...began]
      for (const rule of rules) {
        const bit = 2 ** rule
        began.set(bit, time)
        for (const [set, at] of before) {
          if (set < bit && at > (began.get(set + bit) ?? -Infinity)) began.set(set + bit, at)
        }
      }
    },
    drop: ({ rules }) => rules.forEach((rule) => seen[rule]!--),
    result(from) {
      let most: number | undefined = test(() => false, isSeen) ? 0 : undefined
      for (const [set, at] of began) {
        if (at >= from && test((rule) => Math.floor(set / 2 ** rule) % 2 === 1, isSeen)) {
          most = Math.max(most ?? 0, bitsOf(set))
        }
      }
      return most
    },
  }
}

function bitsOf(set: number): number {
  return set.toString(2).replaceAll('0', '').length
}
