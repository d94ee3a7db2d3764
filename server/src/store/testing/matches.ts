import ipaddr from 'ipaddr.js'

import { fieldAt, type NormalizedEvent } from '#domain/event.ts'
import type { EventQuery } from '#domain/query.ts'
import { columnAt } from '#store/clickhouse/columns.ts'

/**
 * Whether an event fits a query, computed as plainly as can be: what a store must agree with. Letters beyond ASCII are left
 * out of it, since what folding and words mean there is the engine's to say.
 */
export function matches(query: EventQuery, event: NormalizedEvent): boolean {
  switch (query.kind) {
    case 'all':
      return true
    case 'and':
      return query.terms.every((term) => matches(term, event))
    case 'or':
      return query.terms.some((term) => matches(term, event))
    case 'not':
      return !matches(query.term, event)
    case 'text': {
      const there = new Set(wordsOf(event.event.message))
      const asked = wordsOf(query.text)
      return asked.length > 0 && asked.every((word) => there.has(word))
    }
    case 'exists':
      return valuesOf(event, query.field).some((value) => value !== '' || tellsEmpty(query.field))
    case 'match':
      return valuesOf(event, query.field).some((value) => isLike(value, query))
    case 'cidr':
      return valuesOf(event, query.field).some((value) => isInside(value, query.block))
    case 'range':
      return valuesOf(event, query.field).some((value) => isWithin(value, query))
  }
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

/** Whether an empty text is told from none: in the document, and in a list. */
function tellsEmpty(field: string): boolean {
  return columnAt(field, new Map()) === undefined || isPlural(field)
}

function isPlural(field: string): boolean {
  const kind = columnAt(field, new Map())?.kind
  return kind === 'keywords' || kind === 'texts'
}

/** As text; a column with one value holds the empty text where the event has none. */
function valuesOf({ event }: NormalizedEvent, field: string): string[] {
  const column = columnAt(field, new Map())
  if (column === undefined) return leavesAt(event, field.split('.')).map(String)
  const value = fieldAt(event, field)
  const scalars = [value].flat().filter((each) => each !== undefined && each !== null && typeof each !== 'object')
  if (isPlural(field)) return scalars.map(String)
  if (column.kind !== 'number') return [String(scalars[0] ?? '')]
  const number = Number(scalars[0])
  return scalars.length > 0 && scalars[0] !== '' && Number.isFinite(number) ? [String(number)] : []
}

function leavesAt(value: unknown, steps: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => leavesAt(each, steps))
  if (steps.length === 0) return value === undefined || value === null || typeof value === 'object' ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return leavesAt((value as Record<string, unknown>)[steps[0]!], steps.slice(1))
}

function isLike(value: string, { value: asked, wildcard, field }: EventQuery & { kind: 'match' }): boolean {
  if (!wildcard && columnAt(field, new Map())?.kind === 'number')
    return asked.trim() !== '' && Number(asked) === Number(value)
  if (!wildcard) return value.toLowerCase() === asked.toLowerCase()
  const pattern = asked.replaceAll(/\\([*\\])|[*]|[^]/g, (part, escaped: string | undefined) =>
    part === '*' ? '[^]*' : (escaped ?? part).replaceAll(/[^\w]/g, String.raw`\$&`),
  )
  return new RegExp(`^${pattern}$`, 'i').test(value)
}

function isInside(value: string, block: string): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(value)) return false
  const [network, bits] = ipaddr.parseCIDR(block)
  const address = ipaddr.parse(value)
  return network.kind() === address.kind() && address.match([network, bits] as [ipaddr.IPv4, number])
}

function isWithin(value: string, { field, operator, value: bound }: EventQuery & { kind: 'range' }): boolean {
  const column = columnAt(field, new Map())
  const asNumbers =
    bound.trim() !== '' && Number.isFinite(Number(bound)) && (column === undefined || column.kind === 'number')
  if (value === '' || (asNumbers && !/^-?\d+(\.\d+)?$/.test(value))) return false
  const [left, right] = asNumbers ? [Number(value), Number(bound)] : [value, bound]
  if (operator === 'gt') return left > right
  if (operator === 'gte') return left >= right
  return operator === 'lt' ? left < right : left <= right
}
