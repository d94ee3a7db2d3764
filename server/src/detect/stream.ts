import { plainFields } from './compile/plain-fields.ts'
import { Reading } from './compile/reading.ts'
import { toPredicate } from './compile/to-predicate.ts'
import type { Engine } from './match.ts'

/** The stream's predicates over events as they are. */
export const streamEngine: Engine = {
  async run({ rules }, events) {
    const compiled = rules.map((rule) => ({ rule, matches: toPredicate(rule.expression) }))
    return events.flatMap((event, index) => {
      const reading = new Reading(plainFields(event))
      return compiled
        .filter(({ matches }) => matches(reading))
        .map(({ rule }) => ({ rule: rule.id, title: rule.title, index }))
    })
  },
}
