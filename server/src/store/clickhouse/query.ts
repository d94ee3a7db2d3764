import ipaddr from 'ipaddr.js'
import { AppError } from '#domain/errors.ts'
import type { EventQuery } from '#domain/query.ts'
import type { Column } from './columns.ts'
import { columnAt } from './columns.ts'
import { Params } from './params.ts'

/**
 * An {@link EventQuery} as a SQL condition. Everything a person typed, fields included, becomes a bound parameter; the text of the
 * statement is made of this file's words and the column list alone. A condition is never NULL, so that `not` is the exact
 * complement, and comparing folds case on both sides in the engine, so that both sides fold alike.
 */

const MAX_TERMS = 500
const MAX_DEPTH = 50
const MAX_VALUE_LENGTH = 4_096
const MAX_STEPS = 12

/** The condition in SQL; its values are added to `params`. @throws AppError QUERY_TOO_LARGE, QUERY_SYNTAX_INVALID */
export function toCondition(query: EventQuery, params: Params): string {
  let terms = 0
  const visit = (term: EventQuery, depth: number): string => {
    terms += 1
    if (terms > MAX_TERMS) throw tooLarge(`It has more than ${MAX_TERMS} terms.`)
    if (depth > MAX_DEPTH) throw tooLarge(`It nests deeper than ${MAX_DEPTH} levels.`)
    switch (term.kind) {
      case 'all':
        return '1'
      case 'and':
      case 'or': {
        // An empty `and` holds, an empty `or` does not.
        if (term.terms.length === 0) return term.kind === 'and' ? '1' : '0'
        return `(${term.terms.map((each) => visit(each, depth + 1)).join(term.kind === 'and' ? ' AND ' : ' OR ')})`
      }
      case 'not':
        return `NOT (${visit(term.term, depth + 1)})`
      case 'text':
        return words(term.text, params)
      case 'exists':
        return exists(term.field, params)
      case 'match':
        return anyValue(term.field, params, matcher(term, params))
      case 'range':
        return range(term, params)
      case 'cidr':
        return anyValue(term.field, params, inBlock(term.block, params))
    }
  }
  return visit(query, 0)
}

/** The values of a field as an Array(String) expression, for grouping by them. */
export function valuesOf(field: string, params: Params): string {
  if (field === '@timestamp') return '[toString(time)]'
  const column = columnAt(field)
  if (column === undefined) return documentValues(field, params)
  if (column.kind === 'number') return `if(isNull(${column.name}), [], [toString(assumeNotNull(${column.name}))])`
  return isPlural(column) ? column.name : `[toString(${column.name})]`
}

/** Says of one value, an SQL expression of type String, whether it fits. */
type Test = (value: string) => string

/** One of the field's values passes the test. */
function anyValue(field: string, params: Params, test: Test): string {
  if (field === '@timestamp') return test('toString(time)')
  const column = columnAt(field)
  if (column === undefined) return anyDocumentValue(field, params, test)
  if (column.name === 'original') params.readsDocuments = true
  if (column.kind === 'number')
    return `(isNotNull(${column.name}) AND ${test(`toString(assumeNotNull(${column.name}))`)})`
  return isPlural(column) ? `arrayExists(v -> ${test('v')}, ${column.name})` : test(column.name)
}

function anyDocumentValue(field: string, params: Params, test: Test): string {
  return `(${hasKey(field, params)} AND arrayExists(v -> ${test('v')}, ${documentValues(field, params)}))`
}

function exists(field: string, params: Params): string {
  if (field === '@timestamp') return '1'
  const column = columnAt(field)
  if (column === undefined) return anyDocumentValue(field, params, () => '1')
  return column.kind === 'number' ? `isNotNull(${column.name})` : `notEmpty(${column.name})`
}

function matcher(term: EventQuery & { kind: 'match' }, params: Params): Test {
  const value = params.text(term.wildcard ? likePattern(limited(term.value)) : limited(term.value))
  return term.wildcard
    ? (v) => `(lowerUTF8(${v}) LIKE lowerUTF8(${value}))`
    : (v) => `(lowerUTF8(${v}) = lowerUTF8(${value}))`
}

/** `*` any length, `\*` a star, `\\` a backslash; everything else is itself. */
function likePattern(value: string): string {
  return value.replaceAll(/\\[*\\]|[*\\%_]/g, (part) => {
    if (part === '*') return '%'
    if (part === '\\*') return '*'
    return part.startsWith('\\') ? '\\\\' : `\\${part}`
  })
}

function inBlock(block: string, params: Params): Test {
  if (!ipaddr.isValidCIDR(block)) throw invalid(`\`${block.slice(0, 100)}\` is not an address block.`)
  const bound = params.text(block)
  // The function throws on what is not an address, and both sides of AND may be computed: hence the stand-in.
  return (v) => {
    const plain = `replaceRegexpOne(${v}, '^::ffff:([0-9.]+)$', '\\\\1')`
    const isAddress = `(isIPv4String(${plain}) OR isIPv6String(${plain}))`
    return `(${isAddress} AND isIPAddressInRange(if(${isAddress}, ${plain}, '::'), ${bound}))`
  }
}

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** Numbers compare as numbers; text, dates included, in its own order. */
function range(term: EventQuery & { kind: 'range' }, params: Params): string {
  const operator = OPERATORS[term.operator]
  const value = limited(term.value)
  if (term.field === '@timestamp') return `time ${operator} ${params.time(timeOf(value))}`
  const number = value.trim() === '' ? Number.NaN : Number(value)
  const column = columnAt(term.field)
  if (column?.kind === 'number') {
    if (!Number.isFinite(number))
      throw invalid(`\`${term.field}\` holds numbers and \`${value.slice(0, 100)}\` is none.`)
    return `ifNull(${column.name} ${operator} ${params.number(number)}, 0)`
  }
  if (column === undefined && Number.isFinite(number)) {
    const bound = params.number(number)
    return anyValue(term.field, params, (v) => `ifNull(toFloat64OrNull(${v}) ${operator} ${bound}, 0)`)
  }
  const bound = params.text(value)
  return anyValue(term.field, params, (v) => `(${v} != '' AND ${v} ${operator} ${bound})`)
}

/** A time as people write it; without a zone it is UTC. */
function timeOf(value: string): number {
  const zoned = /(?:z|[+-]\d\d:?\d\d|^\d{4}(?:-\d\d){0,2})$/i.test(value) ? value : `${value}Z`
  const ms = Date.parse(zoned)
  if (Number.isNaN(ms)) throw invalid(`\`${value.slice(0, 100)}\` is not a time.`)
  return ms
}

/** All words, in any order; found through the text index of the same expression. */
function words(text: string, params: Params): string {
  const bound = params.text(limited(text))
  // A text of punctuation alone has no word that an event could have.
  if (!/[\p{L}\p{N}\P{ASCII}]/u.test(text)) return '0'
  return `hasAllTokens(lowerUTF8(message), tokens(lowerUTF8(${bound}), 'splitByNonAlpha'))`
}

/**
 * The values a document has at a path, as text. Lists on the way are entered, as `Folders.FolderItems.Id` means the id of
 * each item of each folder: two lists of objects, and one of values at the end.
 */
function documentValues(field: string, params: Params): string {
  params.readsDocuments = true
  const path = stepsOf(field).map((step) => params.text(step))
  return textsOf(
    `arrayFlatten(arrayMap(l -> if(startsWith(l, '['), JSONExtractArrayRaw(l), [l]), ${rawValues('event', path, 2)}))`,
  )
}

/** As JSON. The engine parses the document for each call, so it is asked for whole paths and for few of them. */
function rawValues(document: string, path: readonly string[], lists: number): string {
  const direct = `[JSONExtractRaw(${[document, ...path].join(', ')})]`
  if (lists === 0 || path.length === 1) return direct
  const item = `item${lists}`
  const inLists = path
    .slice(1)
    .map((_, index) => [path.slice(0, index + 1), path.slice(index + 1)] as const)
    .map(
      ([list, rest]) =>
        `arrayFlatten(arrayMap(${item} -> ${rawValues(item, rest, lists - 1)}, JSONExtractArrayRaw(${[document, ...list].join(', ')})))`,
    )
  return `arrayConcat(${[direct, ...inLists].join(', ')})`
}

function textsOf(raw: string): string {
  return `arrayMap(l -> ${textOf('l')}, arrayFilter(l -> ${isValue('l')}, ${raw}))`
}

function textOf(raw: string): string {
  return `if(startsWith(${raw}, '"'), JSONExtractString(${raw}), ${raw})`
}

/** Neither absent, nor null, nor an object or a list. */
function isValue(raw: string): string {
  return `(${raw} NOT IN ('', 'null') AND NOT startsWith(${raw}, '{') AND NOT startsWith(${raw}, '['))`
}

/** Cheap and exact enough to spare most documents the walk: the last key occurs in the text of the document. */
function hasKey(field: string, params: Params): string {
  return `position(event, ${params.text(`${JSON.stringify(stepsOf(field).at(-1))}:`)}) > 0`
}

function stepsOf(field: string): string[] {
  const steps = limited(field).split('.')
  if (steps.length > MAX_STEPS) throw tooLarge(`A field has more than ${MAX_STEPS} steps.`)
  return steps
}

function isPlural(column: Column): boolean {
  return column.kind === 'keywords' || column.kind === 'texts'
}

function limited(value: string): string {
  if (value.length > MAX_VALUE_LENGTH) throw tooLarge(`A value is longer than ${MAX_VALUE_LENGTH} characters.`)
  return value
}

function tooLarge(why: string): AppError {
  return new AppError({
    code: 'QUERY_TOO_LARGE',
    what: 'The query is too large.',
    why,
    fix: 'Split it into several searches.',
  })
}

function invalid(why: string): AppError {
  return new AppError({
    code: 'QUERY_SYNTAX_INVALID',
    what: 'The query cannot be searched.',
    why,
    fix: 'Correct that value in the query.',
  })
}
