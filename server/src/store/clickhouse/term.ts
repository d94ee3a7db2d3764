import ipaddr from 'ipaddr.js'

import type { EventQuery } from '#domain/query.ts'

import { columnAt } from './columns.ts'
import { anyValue, exists, isPlural, type Promoted, type Test, TIME } from './field-values.ts'
import type { Params } from './params.ts'
import { invalid, limited, tooLarge } from './refusals.ts'

/** One term of a query as an SQL condition. */

/** The engine tries a pattern on every event, and each star multiplies the ways it may fit. */
export const MAX_STARS = 8

export type Match = EventQuery & { kind: 'match' }
export type FieldTerm = Extract<EventQuery, { field: string }>

/** What a term says of its field; of a list of values of one field, that it has one of them. */
export function condition(term: FieldTerm | Match[], params: Params, promoted: Promoted): string {
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

/** Undefined for a text that is no number. */
export function numberOf(text: string): number | undefined {
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
export function words(text: string, params: Params): string {
  const bound = params.text(limited(text))
  // A text of punctuation alone has no word that an event could have.
  if (!/[\p{L}\p{N}\P{ASCII}]/u.test(text)) return '0'
  return `hasAllTokens(lowerUTF8(message), tokens(lowerUTF8(${bound}), 'splitByNonAlpha'))`
}
