import type { SigmaFilter } from './documents.ts'
import { readDetection } from './detection.ts'
import type { Expression } from './expression.ts'
import { readHead, readLogsource, readNames } from './head.ts'
import { offsetOf, type Reader } from './reader.ts'

/** A filter; undefined when something is wrong with it. Its condition is joined to a rule's by `and`. */
export function readFilter(reader: Reader): SigmaFilter | undefined {
  const head = readHead(reader)
  const logsource = readLogsource(reader)
  const node = reader.at(reader.root, 'filter')
  const entries = reader.entries(node)
  if (entries === undefined) {
    reader.problems.add(offsetOf(node) ?? 0, 'no filter', '`rules`, selections and a condition')
    return undefined
  }
  const own = entries.find(({ key }) => key === 'rules')
  if (own === undefined) reader.problems.add(offsetOf(node), 'a filter without `rules`', 'ids or names, or `any`')
  const named = readNames(reader, own?.value, 'ids or names of rules, or `any`')
  const selections = entries.filter(({ key }) => key !== 'rules')
  const expression = readDetection(reader, selections, offsetOf(node))
  if (expression === undefined) return undefined
  if (!negates(expression)) {
    const condition = entries.find(({ key }) => key === 'condition')
    reader.problems.warn(
      offsetOf(condition?.value),
      'a condition without `not`, which keeps only what the selections match',
      '`not selection`, to exclude what it matches',
    )
  }
  const isAny = named.length === 0 || (named.length === 1 && named[0]!.text.toLowerCase() === 'any')
  return {
    kind: 'filter',
    ...head,
    logsource,
    rules: isAny ? 'any' : named.map(({ text }) => text),
    places: Object.fromEntries(named.map(({ text, offset }) => [text, reader.problems.place(offset)])),
    expression,
  }
}

function negates(expression: Expression): boolean {
  if (expression.kind === 'leaf') return false
  return expression.kind === 'not' || expression.terms.some(negates)
}
