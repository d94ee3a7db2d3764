import type { EventQuery } from '#domain/query.ts'

import { columnAt, COLUMNS } from './columns.ts'
import { isInDocument, isPlural, type Promoted, TIME } from './field-values.ts'
import { Params } from './params.ts'
import { limited, tooLarge } from './refusals.ts'
import { condition, type FieldTerm, type Match, MAX_STARS, numberOf, words } from './term.ts'

/**
 * An {@link EventQuery} as a SQL condition. Everything a person typed, fields included, becomes a bound parameter; the text of the
 * statement is made of this file's words and the column list alone. A condition is never NULL, so that `not` is the exact
 * complement, and comparing folds case on both sides in the engine, so that both sides fold alike.
 */

const MAX_TERMS = 500
const MAX_DEPTH = 50
const MAX_PATTERNS = 60
/** Each parses every document that the rest of the query leaves. */
const MAX_DOCUMENT_TERMS = 30

const NONE: Promoted = new Map()

/**
 * The condition in SQL; its values are added to `params`.
 *
 * @param promoted further columns, by path.
 * @throws AppError QUERY_TOO_LARGE, QUERY_SYNTAX_INVALID
 */
export function toCondition(query: EventQuery, params: Params, promoted: Promoted = NONE): string {
  const used = { terms: 0, patterns: 0, documents: 0 }
  const visit = (term: EventQuery, depth: number): string => {
    used.terms += 1
    if (used.terms > MAX_TERMS) throw tooLarge(`It has more than ${MAX_TERMS} terms.`)
    if (depth > MAX_DEPTH) throw tooLarge(`It nests deeper than ${MAX_DEPTH} levels.`)
    switch (term.kind) {
      case 'all':
        return '1'
      case 'and':
        // An empty `and` holds, an empty `or` does not.
        return term.terms.length === 0
          ? '1'
          : `(${cheapestFirst(term.terms, promoted)
              .map((each) => visit(each, depth + 1))
              .join(' AND ')})`
      case 'or':
        return term.terms.length === 0 ? '0' : `(${alternatives(term.terms, depth).join(' OR ')})`
      case 'not':
        return `NOT (${visit(term.term, depth + 1)})`
      case 'text':
        return words(term.text, params)
      default: {
        const terms = fieldsOf(term, promoted)
        return terms.length === 0 ? '0' : `(${terms.map((each) => leaf(each)).join(' OR ')})`
      }
    }
  }

  /** Values of one field are looked up together: one look at it, however long the list. */
  const alternatives = (terms: readonly EventQuery[], depth: number): string[] => {
    const lists = Map.groupBy(terms.filter(isPlainMatch), ({ field }) => field)
    const others = terms.filter((term) => !isPlainMatch(term) || lists.get(term.field)!.length === 1)
    const conditions = others.map((each) => visit(each, depth + 1))
    for (const list of lists.values()) if (list.length > 1) conditions.push(leaf(list))
    return conditions
  }

  const leaf = (term: FieldTerm | Match[]): string => {
    const first = Array.isArray(term) ? term[0]! : term
    const { field } = first
    if (Array.isArray(term)) used.terms += term.length
    if (used.terms > MAX_TERMS) throw tooLarge(`It has more than ${MAX_TERMS} terms.`)
    if (field !== TIME && isInDocument(columnAt(field, promoted))) used.documents += 1
    if (used.documents > MAX_DOCUMENT_TERMS) {
      throw tooLarge(`It has more than ${MAX_DOCUMENT_TERMS} terms on fields without a column.`)
    }
    if (first.kind === 'match' && first.wildcard) used.patterns += 1
    if (used.patterns > MAX_PATTERNS) throw tooLarge(`It has more than ${MAX_PATTERNS} values with a star.`)
    return `(${condition(term, params, promoted)})`
  }
  return visit(query, 0)
}

/** @throws AppError QUERY_SYNTAX_INVALID, QUERY_TOO_LARGE where a search with this term would. */
export function checkTerm(term: EventQuery, promoted: Promoted): void {
  toCondition(term, new Params(), promoted)
}

/** The engine looks at the second condition only where the first holds, in the order in which they are written. */
function cheapestFirst(terms: readonly EventQuery[], promoted: Promoted): EventQuery[] {
  const costs = new Map(terms.map((term) => [term, costOf(term, promoted)]))
  return terms.toSorted((a, b) => costs.get(a)! - costs.get(b)!)
}

/** What a term costs beside others, roughly: the dearest of its parts. A document is read and parsed for each look at it. */
function costOf(term: EventQuery, promoted: Promoted): number {
  switch (term.kind) {
    case 'all':
      return 0
    case 'and':
    case 'or':
      return Math.max(0, ...term.terms.map((each) => costOf(each, promoted)))
    case 'not':
      return costOf(term.term, promoted)
    case 'text':
      return COSTS.text
    default: {
      const column = columnAt(term.field, promoted)
      if (term.field !== TIME && isInDocument(column)) return COSTS.document
      if (term.kind === 'cidr') return COSTS.address
      if (column !== undefined && isPlural(column)) return COSTS.list
      return term.kind === 'match' && term.wildcard ? COSTS.pattern : COSTS.value
    }
  }
}

const COSTS = { value: 1, pattern: 2, text: 3, list: 4, address: 5, document: 6 } as const

function isPlainMatch(term: EventQuery): term is Match {
  return term.kind === 'match' && !term.wildcard && term.field !== TIME && !term.field.includes('*')
}

/** The term for each of the fields that its name means: `user.*` means every one with a column. */
function fieldsOf(term: FieldTerm, promoted: Promoted): FieldTerm[] {
  if (!term.field.includes('*')) return [term]
  const parts = limited(term.field).replaceAll(/\*+/g, '*').split('*')
  const pattern = new RegExp(`^${parts.map((part) => part.replaceAll(/[^\w@]/g, '\\$&')).join('.*')}$`, 'i')
  if (parts.length > MAX_STARS) throw tooLarge(`The name of a field has more than ${MAX_STARS} stars.`)
  const paths = [...COLUMNS.map(({ path }) => path), ...promoted.keys()].filter((path) => pattern.test(path))
  return paths.flatMap((field) => {
    const isNumber = columnAt(field, promoted)?.kind === 'number'
    return term.kind === 'range' && isNumber && numberOf(term.value) === undefined ? [] : [{ ...term, field }]
  })
}
