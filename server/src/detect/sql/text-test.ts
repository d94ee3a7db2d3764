import { foldPattern, type Pattern, type PatternPart, shapeOf } from '#detect/sigma/pattern.ts'
import { NUMBER } from '#detect/sigma/item.ts'
import type { ValueTest } from '#detect/sigma/expression.ts'
import type { Params } from '#store/clickhouse/params.ts'

import { networkTest } from './network-test.ts'
import { timeTest } from './time-test.ts'

/** Says of one text, an SQL expression of type String, whether it passes: an expression that is 0 or 1. */
export type TextTest = (text: string) => string

/**
 * A test of a rule's value over one text. The engine folds case as JavaScript does (both ask ICU), so a rule's text is folded
 * before it is bound, and the event's text in the engine.
 */
export function textTest(test: ValueTest, params: Params): TextTest {
  switch (test.kind) {
    case 'pattern': {
      if (test.cased) return patternTest(test.pattern, params)
      const matches = patternTest(foldPattern(test.pattern), params)
      return (text) => matches(`lowerUTF8(${text})`)
    }
    case 'regex': {
      // A dot is any character for this engine unless it is told otherwise.
      const flags = `${test.flags}${test.flags.includes('s') ? '' : '-s'}`
      const source = params.text(`(?${flags}:${test.source})`)
      return (text) => `match(${text}, ${source})`
    }
    case 'cidr':
      return networkTest(test.block, params)
    case 'compare': {
      const operator = OPERATORS[test.operator]
      const form = params.text(NUMBER.source)
      const value = params.number(test.value)
      return (text) => `(match(${text}, ${form}) AND ifNull(toFloat64OrNull(${text}) ${operator} ${value}, 0))`
    }
    case 'time':
      return timeTest(test.part, test.value, params)
    case 'list':
    case 'field':
    case 'null':
    case 'exists':
      // No list of that name was given; the others are no tests of a text. See compile/to-predicate.ts.
      return () => '0'
  }
}

const OPERATORS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

function patternTest(pattern: Pattern, params: Params): TextTest {
  const shape = shapeOf(pattern)
  if (shape.kind === 'anything') return () => '1'
  if (shape.kind === 'glob') {
    const expression = params.text(`(?s)\\A${shape.parts.map(expressionOf).join('')}\\z`)
    return (text) => `match(${text}, ${expression})`
  }
  const sought = params.text(shape.text)
  return (text) => COMPARE[shape.kind](text, sought)
}

/** How one text stands to another, both SQL expressions of type String. */
export const COMPARE = {
  equals: (text: string, other: string) => `(${text} = ${other})`,
  contains: (text: string, other: string) => `(position(${text}, ${other}) > 0)`,
  startswith: (text: string, other: string) => `startsWith(${text}, ${other})`,
  endswith: (text: string, other: string) => `endsWith(${text}, ${other})`,
}

function expressionOf(part: PatternPart): string {
  if (part.kind === 'any') return '.*'
  if (part.kind === 'one') return '.'
  return part.text.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`).replaceAll('\0', String.raw`\x00`)
}
