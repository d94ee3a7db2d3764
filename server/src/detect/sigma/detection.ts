import { isMap, isScalar, type Node } from 'yaml'

import { parseCondition } from './condition.ts'
import { Cost } from './cost.ts'
import { type Expression, join } from './expression.ts'
import { parseItem } from './item.ts'
import { type Entry, offsetOf, type Reader, type RuleValue } from './reader.ts'

/** Maps in lists in maps: nobody needs more. */
const MAX_DEPTH = 10
/** The selections of a rule or a filter, joined by its condition; undefined when something is wrong with them. */
export function readDetection(
  reader: Reader,
  entries: readonly Entry[],
  parent: number | undefined,
): Expression | undefined {
  const selections = new Map<string, Expression>()
  const selectionReader = new SelectionReader(reader)
  for (const { key, value, offset } of entries) {
    if (key === 'timeframe') {
      reader.problems.add(offset, '`timeframe`', 'a correlation rule with `timespan` (Sigma 2)')
    } else if (key !== 'condition') {
      // One that is wrong keeps its name, so that the condition is not blamed as well.
      selections.set(key, selectionReader.read(value, offset, 0) ?? WRONG)
    }
  }
  const condition = entries.find(({ key }) => key === 'condition')
  const nodes = condition ? reader.items(condition.value) : []
  if (nodes.length === 0)
    reader.problems.add(condition?.offset ?? parent, 'no condition', 'a condition over the selections')
  const terms = nodes.map((node) => readCondition(reader, node, condition?.offset, selections))
  return terms.length > 0 && terms.every((term) => term !== undefined) ? join('or', terms) : undefined
}

const WRONG: Expression = { kind: 'or', terms: [] }

function readCondition(
  reader: Reader,
  node: Node | undefined,
  offset: number | undefined,
  named: ReadonlyMap<string, Expression>,
): Expression | undefined {
  const source = reader.text(node)
  if (source === undefined) {
    reader.problems.add(offsetOf(node) ?? offset, 'no condition', 'a condition over the selections')
    return undefined
  }
  const result = parseCondition<Expression>(source, {
    named,
    join,
    negate: (term) => ({ kind: 'not', term }),
    weigh: countLeaves,
  })
  if ('condition' in result) return result.condition
  reader.problems.add((offsetOf(node) ?? 0) + result.offset, result.found, result.allowed)
  return undefined
}

const counted = new WeakMap<Expression, number>()

function countLeaves(expression: Expression): number {
  const known = counted.get(expression)
  if (known !== undefined) return known
  const terms = expression.kind === 'leaf' ? [] : expression.kind === 'not' ? [expression.term] : expression.terms
  const count = expression.kind === 'leaf' ? 1 : terms.reduce((sum, term) => sum + countLeaves(term), 0)
  counted.set(expression, count)
  return count
}

class SelectionReader {
  readonly #reader: Reader
  readonly #cost = new Cost()

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** A map is AND, a list is OR; a list of plain values is keywords. */
  read(given: Node | undefined, offset: number | undefined, depth: number): Expression | undefined {
    const node = this.#reader.resolve(given)
    if (depth > MAX_DEPTH) return this.#wrong(offset, 'selections nested too deep', 'plain maps and lists')
    if (isMap(node) && node.items.length > 0) {
      const terms = this.#reader.entries(node)!.map(({ key, value, offset: at }) => this.#item(key, value, at))
      return terms.every((term) => term !== undefined) ? join('and', terms) : undefined
    }
    if (this.#reader.isList(node)) {
      const items = this.#reader.items(node)
      if (items.length > 0 && items.every((item) => isScalar(item))) return this.#item(undefined, node, offset)
      const terms = items.map((item) =>
        isScalar(item) ? this.#item(undefined, item, offset) : this.read(item, offsetOf(item) ?? offset, depth + 1),
      )
      if (terms.length > 0) return terms.every((term) => term !== undefined) ? join('or', terms) : undefined
    }
    if (isScalar(node) && node.value !== null) return this.#item(undefined, node, offset)
    return this.#wrong(offset, 'an empty selection', 'a map of fields, or a list of keywords')
  }

  #item(key: string | undefined, node: Node | undefined, offset: number | undefined): Expression | undefined {
    const isList = this.#reader.isList(node)
    const values: RuleValue[] = []
    for (const item of isList ? this.#reader.items(node) : [node]) {
      const value = this.#reader.value(item)
      const at = offsetOf(item) ?? offset
      if (value === undefined) return this.#wrong(at, 'a nested value', 'text, a number, true, false or null')
      if (isList && value.value === null) return this.#wrong(at, 'null in a list', 'null as the only value of a field')
      values.push(value)
    }
    const tooMuch = this.#cost.add(key, values)
    if (tooMuch) return this.#wrong(offset, tooMuch.found, tooMuch.allowed)
    const item = parseItem(key, values)
    return 'found' in item ? this.#wrong(offset, item.found, item.allowed) : item
  }

  #wrong(offset: number | undefined, found: string, allowed: string): undefined {
    this.#reader.problems.add(offset, found, allowed)
  }
}
