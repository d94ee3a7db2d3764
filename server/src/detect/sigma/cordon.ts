import type { Node } from 'yaml'

import { readAliases } from './aliases.ts'
import type { Absence, FirstSeen, Judgment, SigmaRule, Speed } from './documents.ts'
import { readDistinct } from './head.ts'
import { offsetOf, type Reader } from './reader.ts'
import { type Longest, readTimespan } from './timespan.ts'

/**
 * Our own key of a rule, `cordon`: what makes one alert, and what Sigma has no words for. Who reads plain Sigma passes it by,
 * and has the rule of single events that it is about.
 */
export function readCordon(reader: Reader): Pick<SigmaRule, 'groupBy' | 'judgment'> {
  const node = reader.at(reader.root, 'cordon')
  const keys = Object.keys(JUDGMENTS)
  readKeys(reader, node, '`cordon`', ['group-by', ...keys])
  const groupBy = reader.texts(reader.at(node, 'group-by')).map(({ text }) => text)
  const [key, second] = keys.filter((each) => reader.at(node, each))
  if (key === undefined) return { groupBy }
  if (second !== undefined) {
    const found = `\`${second}\` beside \`${key}\``
    reader.problems.add(offsetOf(reader.at(node, second)), found, 'one of them in a rule')
  }
  if (groupBy.length > 0) {
    const allowed = 'no `group-by`: the fields of the other key make one alert'
    reader.problems.add(offsetOf(reader.at(node, 'group-by')), `\`group-by\` beside \`${key}\``, allowed)
  }
  const judgment = JUDGMENTS[key]!(reader, reader.at(node, key)!)
  return { groupBy, ...(judgment && { judgment }) }
}

const JUDGMENTS: Record<string, (reader: Reader, node: Node) => Judgment | undefined> = {
  'first-seen': readFirstSeen,
  speed: readSpeed,
  absence: readAbsence,
}

/** What is remembered grows with it; a store that keeps events for less knows no more than that. */
const LONGEST_MEMORY: Longest = { text: '90d', seconds: 90 * 86_400 }
const LONGEST_TRAVEL: Longest = { text: '7d', seconds: 7 * 86_400 }
/** What waits is remembered as long. */
const LONGEST_WAIT: Longest = { text: '7d', seconds: 7 * 86_400 }
/** The stream judges no event that is later than that with those around it (ADR 17). */
const LATEST: Longest = { text: '1d', seconds: 86_400 }
const MAX_FIELDS = 10
const MAX_RULES = 20
/** What somebody does in a week, most of them do in every week. */
const LEARNING_S = 7 * 86_400

function readFirstSeen(reader: Reader, node: Node): FirstSeen | undefined {
  readKeys(reader, node, '`first-seen`', ['fields', 'timespan', 'learning'])
  const groupBy = readFields(reader, node, 'fields')
  const timespanS = readTimespan(reader, node, { longest: LONGEST_MEMORY })
  if (timespanS === undefined) return undefined
  const longest = { text: reader.text(reader.at(node, 'timespan'))!, seconds: timespanS }
  const learningS = readLearning(reader, node, longest)
  return groupBy && learningS !== undefined ? { type: 'first_seen', groupBy, timespanS, learningS } : undefined
}

function readLearning(reader: Reader, node: Node, longest: Longest): number | undefined {
  return readIfSaid(reader, node, { key: 'learning', longest, usual: Math.min(LEARNING_S, longest.seconds) })
}

/** A time that may be none. */
function readIfSaid(
  reader: Reader,
  node: Node,
  { key, longest, usual }: { key: string; longest: Longest; usual: number },
): number | undefined {
  const text = reader.text(reader.at(node, key))
  if (text === undefined) return usual
  return /^0[smhd]$/.test(text) ? 0 : readTimespan(reader, node, { key, longest })
}

function readSpeed(reader: Reader, node: Node): Speed | undefined {
  readKeys(reader, node, '`speed`', ['group-by', 'timespan', 'faster-than', 'farther-than'])
  const groupBy = readFields(reader, node, 'group-by')
  const timespanS = readTimespan(reader, node, { longest: LONGEST_TRAVEL })
  const fasterThanKmh = readMeasure(reader, node, { key: 'faster-than', unit: 'km/h', most: 100_000 })
  const fartherThanKm = readMeasure(reader, node, { key: 'farther-than', unit: 'km', most: 20_000 })
  if (!groupBy || timespanS === undefined || fasterThanKmh === undefined || fartherThanKm === undefined)
    return undefined
  return { type: 'speed', groupBy, timespanS, fasterThanKmh, fartherThanKm }
}

function readAbsence(reader: Reader, node: Node): Absence | undefined {
  readKeys(reader, node, '`absence`', ['of', 'group-by', 'timespan', 'lateness', 'aliases'])
  const of = reader.at(node, 'of')
  const named = readDistinct(reader, of, { allowed: 'ids or names of rules', each: 'rule' })
  const rules = named.map(({ text }) => text)
  if (of && rules.length === 0) reader.problems.add(offsetOf(of), '`of` without a rule', 'ids or names of rules')
  if (rules.length > MAX_RULES)
    reader.problems.add(named[MAX_RULES]!.offset, `${rules.length} rules`, `at most ${MAX_RULES}`)
  const groupBy = reader.at(node, 'group-by') ? readFields(reader, node, 'group-by') : []
  const aliases = readAliases(reader, node)
  const timespanS = readTimespan(reader, node, { longest: LONGEST_WAIT })
  const latenessS = readIfSaid(reader, node, { key: 'lateness', longest: LATEST, usual: LATEST.seconds })
  if (!groupBy || timespanS === undefined || latenessS === undefined) return undefined
  const places = Object.fromEntries(named.map(({ text, offset }) => [text, reader.problems.place(offset)]))
  return { type: 'absence', rules, places, groupBy, aliases, timespanS, latenessS }
}

function readKeys(reader: Reader, node: Node | undefined, name: string, keys: readonly string[]): void {
  const entries = reader.entries(node)
  if (node && entries === undefined) reader.problems.add(offsetOf(node), `${name} that is no mapping`, keys.join(', '))
  for (const { key, offset } of entries ?? []) {
    if (!keys.includes(key)) reader.problems.add(offset, `\`${key}\` in ${name}`, keys.join(', '))
  }
}

function readFields(reader: Reader, parent: Node, key: string): string[] | undefined {
  const node = reader.at(parent, key)
  const named = readDistinct(reader, node, { allowed: 'names of fields', each: 'field' })
  const fields = named.map(({ text }) => text)
  const at = offsetOf(node) ?? offsetOf(parent)
  if (fields.length === 0) reader.problems.add(at, `no ${key}`, 'names of fields')
  if (fields.length > MAX_FIELDS) reader.problems.add(at, `${fields.length} fields`, `at most ${MAX_FIELDS}`)
  return fields.length > 0 ? fields : undefined
}

/** A number with its unit, above zero: `900 km/h`. */
function readMeasure(
  reader: Reader,
  parent: Node,
  { key, unit, most }: { key: string; unit: string; most: number },
): number | undefined {
  const node = reader.at(parent, key)
  const text = reader.text(node)
  const [, digits] = /^(\d{1,6}(?:\.\d{1,3})?) (\S+)$/.exec(text?.endsWith(` ${unit}`) ? text : '') ?? []
  const number = Number(digits ?? 0)
  if (number > 0 && number <= most) return number
  const found = text === undefined ? `no ${key}` : `the ${key} \`${text}\``
  reader.problems.add(offsetOf(node) ?? offsetOf(parent), found, `a number and the unit, up to ${most} ${unit}`)
  return undefined
}
