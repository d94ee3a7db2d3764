import ipaddr from 'ipaddr.js'
import { AppError } from '#domain/errors.ts'
import type { EventQuery } from '#domain/query.ts'
import type { Column } from './columns.ts'
import { columnAt, COLUMNS } from './columns.ts'
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
/** The engine tries a pattern on every event, and each star multiplies the ways it may fit. */
const MAX_STARS = 8
const MAX_PATTERNS = 60
/** Each parses every document that the rest of the query leaves. */
const MAX_DOCUMENT_TERMS = 30

type Promoted = ReadonlyMap<string, Column>
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
        return term.terms.length === 0 ? '1' : `(${term.terms.map((each) => visit(each, depth + 1)).join(' AND ')})`
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

type Match = EventQuery & { kind: 'match' }
type FieldTerm = Extract<EventQuery, { field: string }>

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

function condition(term: FieldTerm | Match[], params: Params, promoted: Promoted): string {
  if (Array.isArray(term)) {
    const { field } = term[0]!
    const numbers = columnAt(field, promoted)?.kind === 'number'
    if (numbers) return term.map((each) => condition(each, params, promoted)).join(' OR ')
    const values = params.texts(term.map(({ value }) => limited(value)))
    const column = columnAt(field, promoted)
    // A set where it may be: a list is gone through from its start for each value.
    return column && !isPlural(column)
      ? anyValue(field, params, promoted, (v) => `(lowerUTF8(${v}) IN (SELECT lowerUTF8(arrayJoin(${values}))))`)
      : anyValue(field, params, promoted, (v) => `has(arrayMap(o -> lowerUTF8(o), ${values}), lowerUTF8(${v}))`)
  }
  switch (term.kind) {
    case 'exists':
      return exists(term.field, params, promoted)
    case 'match':
      return match(term, params, promoted)
    case 'range':
      return range(term, params, promoted)
    case 'cidr':
      return anyValue(term.field, params, promoted, inBlock(term.block, params))
  }
}

const TIME = '@timestamp'

function isInDocument(column: Column | undefined): boolean {
  return column === undefined || column.name === 'original' || column.filling === true
}

/** The values of a field as an Array(String) expression, for grouping by them. */
export function valuesOf(field: string, params: Params, promoted: Promoted): string {
  if (field === TIME) return '[toString(time)]'
  const column = columnAt(field, promoted)
  if (column === undefined) return documentValues(field, params)
  if (isInDocument(column)) params.readsDocuments = true
  if (column.kind === 'number') return `if(isNull(${column.name}), [], [toString(assumeNotNull(${column.name}))])`
  return isPlural(column) ? column.name : `[toString(${column.name})]`
}

/** Says of one value, an SQL expression of type String, whether it fits. */
type Test = (value: string) => string

/** One of the field's values passes the test. */
function anyValue(field: string, params: Params, promoted: Promoted, test: Test): string {
  if (field === TIME) return test('toString(time)')
  const column = columnAt(field, promoted)
  if (column === undefined) return anyDocumentValue(field, params, test)
  if (isInDocument(column)) params.readsDocuments = true
  if (column.kind === 'number')
    return `(isNotNull(${column.name}) AND ${test(`toString(assumeNotNull(${column.name}))`)})`
  return isPlural(column) ? `arrayExists(v -> ${test('v')}, ${column.name})` : test(column.name)
}

function anyDocumentValue(field: string, params: Params, test: Test): string {
  return `(${hasKey(field, params)} AND arrayExists(v -> ${test('v')}, ${documentValues(field, params)}))`
}

function exists(field: string, params: Params, promoted: Promoted): string {
  if (field === TIME) return '1'
  const column = columnAt(field, promoted)
  if (column === undefined) return anyDocumentValue(field, params, () => '1')
  if (isInDocument(column)) params.readsDocuments = true
  return column.kind === 'number' ? `isNotNull(${column.name})` : `notEmpty(${column.name})`
}

function match(term: Match, params: Params, promoted: Promoted): string {
  if (term.wildcard) {
    const pattern = params.text(likePattern(term.value))
    return anyValue(term.field, params, promoted, (v) => `(lowerUTF8(${v}) LIKE lowerUTF8(${pattern}))`)
  }
  if (term.field === TIME) return during(term.value, params)
  const column = columnAt(term.field, promoted)
  if (column?.kind === 'number') {
    const number = numberOf(limited(term.value))
    return number === undefined ? '0' : `ifNull(${column.name} = ${params.number(number)}, 0)`
  }
  const value = params.text(limited(term.value))
  return anyValue(term.field, params, promoted, (v) => `(lowerUTF8(${v}) = lowerUTF8(${value}))`)
}

function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : undefined
}

/** `*` any length, `\*` a star, `\\` a backslash; everything else is itself. */
function likePattern(value: string): string {
  const pattern = limited(value).replaceAll(/(?<!\\)((?:\\\\)*)\*{2,}/g, '$1*')
  if ((pattern.match(/\\[*\\]|\*/g) ?? []).filter((part) => part === '*').length > MAX_STARS) {
    throw tooLarge(`A value has more than ${MAX_STARS} stars.`)
  }
  return pattern.replaceAll(/\\[*\\]|[*\\%_]/g, (part) => {
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
function range(term: EventQuery & { kind: 'range' }, params: Params, promoted: Promoted): string {
  const operator = OPERATORS[term.operator]
  const value = limited(term.value)
  if (term.field === TIME) return `time ${operator} ${params.time(timeOf(value))}`
  const number = numberOf(value)
  const column = columnAt(term.field, promoted)
  if (column?.kind === 'number') {
    if (number === undefined) throw invalid(`\`${term.field}\` holds numbers and \`${value.slice(0, 100)}\` is none.`)
    return `ifNull(${column.name} ${operator} ${params.number(number)}, 0)`
  }
  if ((column === undefined || promoted.has(term.field)) && number !== undefined) {
    const bound = params.number(number)
    return anyValue(term.field, params, promoted, (v) => `ifNull(toFloat64OrNull(${v}) ${operator} ${bound}, 0)`)
  }
  const bound = params.text(value)
  return anyValue(term.field, params, promoted, (v) => `(${v} != '' AND ${v} ${operator} ${bound})`)
}

/** A day, a minute or a second where only that is given. */
function during(value: string, params: Params): string {
  const from = timeOf(limited(value))
  const length = LENGTHS.find(([written]) => written.test(value))?.[1] ?? 1
  return `(time >= ${params.time(from)} AND time < ${params.time(from + length)})`
}

const LENGTHS: readonly (readonly [RegExp, number])[] = [
  [/^\d{4}-\d\d-\d\d$/, 86_400_000],
  [/[T ]\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?$/i, 60_000],
  [/[T ]\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?$/i, 1_000],
]

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
