import type { Node } from 'yaml'

import { offsetOf, type Reader } from './reader.ts'

/** Seconds of a unit; a month and a year as other Sigma tools count them. */
const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_629_746, y: 31_556_952 }
/** No event is older; and milliseconds are counted in whole numbers. */
const LONGEST: Longest = { text: '100y', seconds: 100 * UNITS['y']! }

/** The longest timespan that something takes, as people write it and in seconds. */
export interface Longest {
  text: string
  seconds: number
}

/** The seconds of a timespan that has to be there, such as `5m`; undefined, and a problem, where it is none or too long. */
export function readTimespan(
  reader: Reader,
  parent: Node | undefined,
  { key = 'timespan', longest = LONGEST }: { key?: string; longest?: Longest } = {},
): number | undefined {
  const node = reader.at(parent, key)
  const text = reader.text(node)
  const [, count, unit] = /^(\d{1,9})([smhdwMy])$/.exec(text ?? '') ?? []
  const seconds = unit === undefined ? 0 : Number(count) * UNITS[unit]!
  if (seconds > 0 && seconds <= longest.seconds) return seconds
  const found = text === undefined ? `no ${key}` : `the ${key} \`${text}\``
  const allowed = `a number and a unit: 90s, 5m, 1h, 1d; at most ${longest.text}`
  reader.problems.add(offsetOf(node) ?? offsetOf(parent), found, allowed)
  return undefined
}
