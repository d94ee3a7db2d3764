import { plainFields } from './compile/plain-fields.ts'
import { Reading } from './compile/reading.ts'
import { timeOf } from './compile/time.ts'
import { Correlator } from './correlate/correlator.ts'
import { createRuleIndex } from './index/rule-index.ts'
import type { Engine, Match, PlainEvent } from './match.ts'
import type { RuleSet } from './rule-set.ts'

/** The stream's engine over events as they are, which come to an end. */
export interface PlainStream {
  /** What matches an event, correlations aside: those may still change. Its index comes back in matches. */
  push(event: PlainEvent, index: number): Match[]
  /** Where correlations hold, all events known. */
  end(): Match[]
}

/** Rules of every logsource look at every event. Nothing is too late, since what it changes is told at the end. */
export function createPlainStream({ rules, correlations }: RuleSet): PlainStream {
  const ruleIndex = createRuleIndex(rules)
  const correlator = new Correlator<number>(correlations, {
    latenessMs: Infinity,
    groups: 1_000_000,
    entries: 1_000_000,
  })
  const holds = new Map<string, Match>()
  return {
    push(event, index) {
      const reading = new Reading(plainFields(event))
      const matched = ruleIndex.match(reading)
      const time = matched.length > 0 ? timeOf(event) : undefined
      if (time !== undefined) {
        const changes = correlator.push({
          id: String(index).padStart(12, '0'),
          time,
          ref: index,
          rules: matched.map(({ id }) => id),
          texts: (field) => reading.texts(field).plain,
        })
        for (const { correlation, seen, group, aggregate } of changes) {
          const key = `${correlation.id}\n${group.join('\n')}\n${seen.ref}`
          const match = { rule: correlation.id, title: correlation.title, index: seen.ref, group: [...group] }
          if (aggregate === undefined) holds.delete(key)
          else holds.set(key, { ...match, aggregate })
        }
      }
      return matched.map(({ id, title }) => ({ rule: id, title, index }))
    },
    end: () => [...holds.values()].toSorted((a, b) => a.index - b.index),
  }
}

export const streamEngine: Engine = {
  async run(rules, events) {
    const stream = createPlainStream(rules)
    return [...events.flatMap((event, index) => stream.push(event, index)), ...stream.end()]
  },
}
