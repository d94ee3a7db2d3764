import type { LoadedCorrelation } from './rule-set.ts'

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

/** What our own keys ask, in sentences; undefined for what Sigma has words for. */
export function meaningOf(correlation: LoadedCorrelation): string | undefined {
  const { type, groupBy, timespanS, learningS = 0, fartherThanKm, condition } = correlation
  const span = spanOf(timespanS)
  if (type === 'first_seen') {
    const learning = learningS === 0 ? '' : ` It learns for ${spanOf(learningS)} from the first event of the tenant on.`
    return `Events that the rule matches whose ${listOf(groupBy)} no event that it matches had in the ${span} before.${learning}`
  }
  if (type !== 'speed' || condition.kind !== 'threshold') return undefined
  const [{ value } = { value: 0 }] = condition.all
  const pair = `Two events in a row with the same ${listOf(groupBy)}, at most ${span} apart`
  return `${pair}, from places more than ${fartherThanKm} km apart: faster than ${value} km/h.`
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
