import { GraphError } from '#services/graph/errors.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import type { Fields, Value } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'

import { context } from './route.ts'
import { notImplemented, odataError } from './errors.ts'
import type { Call } from './route.ts'

/** OData lists of this service: `$filter`, `$top` up to ten thousand, `$skip`, `$orderby` by one property, `$count`. */
const LARGEST_PAGE = 10_000
const KNOWN = new Set(['$filter', '$top', '$skip', '$orderby', '$count'])

/**
 * Answers a list. Reads no further than it must: with neither filter nor order it stops at the end of the page.
 *
 * @throws DefenderError ODataError.
 */
export function list<T extends Record<string, unknown>>(
  call: Call,
  what: string,
  fields: Fields,
  all: Iterable<T>,
): Reply {
  const { query } = call.request
  const unknown = query.names.find((name) => name.startsWith('$') && !KNOWN.has(name.toLowerCase()))
  if (unknown) throw notImplemented(`the query option ${unknown} here`)
  const [top, skip] = [readNumber(call, '$top', LARGEST_PAGE), readNumber(call, '$skip', 0)]
  const matches = readFilter(query.get('$filter'), fields)
  const order = readOrder(query.get('$orderby'), fields)
  const counts = query.get('$count') === 'true'
  const found: T[] = []
  for (const value of all) {
    if (!matches(value)) continue
    found.push(value)
    if (!order && !counts && found.length >= skip + top) break
  }
  if (order) found.sort(order)
  const value = found.slice(skip, skip + top)
  return {
    status: 200,
    body: { '@odata.context': context(what), ...(counts ? { '@odata.count': found.length } : {}), value },
  }
}

function readNumber(call: Call, name: string, usual: number): number {
  const text = call.request.query.get(name)
  if (text === undefined) return usual
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(number)) throw odataError(`Invalid value '${text}' for ${name} query option found.`)
  if (name === '$top' && number > LARGEST_PAGE)
    throw odataError(`The limit of '${LARGEST_PAGE}' for Top query has been exceeded. The value is '${number}'.`)
  return number
}

function readFilter(text: string | undefined, fields: Fields): (value: Record<string, unknown>) => boolean {
  if (!text) return () => true
  try {
    const filter = parseFilter(text, fields, (field) => {
      throw odataError(`The property '${field}' cannot be used in the $filter query option.`)
    })
    return (value) => filter.matches((field) => asValue(fields, field, value[field]))
  } catch (error) {
    if (error instanceof GraphError) throw odataError(error.message)
    throw error
  }
}

const asValue = (fields: Fields, field: string, value: unknown): Value =>
  fields[field] === 'date' && typeof value === 'string' ? Date.parse(value) : ((value ?? null) as Value)

function readOrder<T extends Record<string, unknown>>(text: string | undefined, fields: Fields) {
  if (!text) return undefined
  const [field = '', direction = 'asc', ...rest] = text.trim().split(/\s+/)
  if (!(field in fields) || rest.length > 0 || !['asc', 'desc'].includes(direction))
    throw odataError(`The $orderby query option '${text}' is not valid.`)
  const sign = direction === 'desc' ? -1 : 1
  return (a: T, b: T) => sign * (String(a[field]) < String(b[field]) ? -1 : String(a[field]) > String(b[field]) ? 1 : 0)
}
