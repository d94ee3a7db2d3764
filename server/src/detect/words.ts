import type { Judgment } from './sigma/documents.ts'

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** "14 days" */
export function spanOf(seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds % length === 0) ?? ['second', 1]
  const number = seconds / size
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

/** What is asked of the events that a rule matches together, in sentences. */
export function meaningOf(judgment: Judgment): string {
  const span = spanOf(judgment.timespanS)
  const fields = listOf(judgment.groupBy)
  if (judgment.type === 'first_seen') {
    const { learningS } = judgment
    const learning =
      learningS === 0 ? '' : ` Nothing is new in the first ${spanOf(learningS)} of the history of events.`
    return `Events whose ${fields} no event that the rule matches had in the ${span} before.${learning}`
  }
  if (judgment.type === 'absence') {
    const { rules, latenessS } = judgment
    const followed = rules.length === 0 ? 'no further event of the rule' : `no event of ${listOf(rules, 'or')}`
    const group = fields === '' ? '' : ` with the same ${fields}`
    const waits = latenessS === 0 ? '' : ` Events that come late are waited for another ${spanOf(latenessS)}.`
    return `Events that ${followed}${group} follows within ${span}.${waits}`
  }
  const { fartherThanKm, fasterThanKmh } = judgment
  const pair = `Two events in a row with the same ${fields}, at most ${span} apart`
  return `${pair}, from places more than ${fartherThanKm} km apart: faster than ${fasterThanKmh} km/h.`
}

function listOf(names: readonly string[], joint = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${joint} ${names.at(-1)}`
}
