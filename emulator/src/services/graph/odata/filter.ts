import { GraphError } from '#services/graph/errors.ts'

import { Parser } from './parser.ts'
import { tokenize } from './tokens.ts'
import type { Fields, Read, Value } from './values.ts'

export { compare } from './values.ts'
export type { Fields, Value } from './values.ts'

/** What a filter lets through, and what a service may want to know of it. */
export interface Filter {
  matches: (read: Read) => boolean
  /** Properties in the order of their first appearance. */
  fields: string[]
  /** Operators used: `eq`, `startswith`, `not`, `any`, `$count` … */
  operators: Set<string>
  /** Every comparison with a value. Where `operators` has neither `or` nor `not`, all of them hold for what matches. */
  comparisons: readonly Comparison[]
}

export interface Comparison {
  field: string
  operator: string
  value: Value
}

/**
 * Reads an OData `$filter`: comparisons, `in`, `has`, `startswith`, `endswith`, `contains`, `tolower` and `toupper`, `any` and
 * `all` over lists, `/$count` of lists, `and`, `or`, `not`, parentheses. Strings compare without regard to case, as Graph
 * does. What an element has is either a field of type `list` with fields for its members, or, where one member is enough,
 * a field `targets/id` of type `strings`, asked for by `targets/any(t: t/id eq 'x')`.
 *
 * @throws GraphError BadRequest for a syntax error; what `refuse` makes for a property that cannot be filtered, Outlook's
 *   ErrorInvalidUrlQueryFilter unless given.
 */
export function parseFilter(
  text: string,
  fields: Fields,
  refuse: (field: string) => GraphError = notFilterable,
): Filter {
  const tokens = tokenize(text)
  if (typeof tokens === 'number') throw syntaxError(text, tokens)
  const parser = new Parser({ tokens, fields, refuse, wrong: (at) => syntaxError(text, at ?? text.length) })
  const { used, operators, comparisons } = parser
  return { matches: parser.parse(), fields: used, operators, comparisons }
}

const syntaxError = (text: string, at: number) =>
  new GraphError(400, 'BadRequest', `Invalid filter clause: Syntax error at position ${at} in '${text}'.`)

const notFilterable = () =>
  new GraphError(400, 'ErrorInvalidUrlQueryFilter', 'The query filter contains one or more invalid nodes.')
