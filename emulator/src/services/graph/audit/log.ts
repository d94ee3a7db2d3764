import { GraphError, badRequest } from '#services/graph/errors.ts'
import { allowOptions, project, readSelect, readTop } from '#services/graph/odata/options.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import { valueAt } from '#services/graph/odata/values.ts'
import { boundTo, placeToken, readPlaceToken } from '#services/graph/odata/skiptoken.ts'
import type { Call } from '#services/graph/route.ts'
import type { Fields, Filter } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'
import type { Trace } from '#world/surface.ts'

/**
 * Listing a log of the directory: newest first or oldest first, page by page. A log reaches a month back and a day of it
 * may hold ten thousand records, so it is read a span at a time from the end that is asked for. One answer looks through
 * at most {@link FARTHEST}: where a filter finds little, a page is short or empty and has a next link all the same.
 */
export interface LogListing {
  /** `auditLogs/signIns` */
  path: string
  /** `microsoft.graph.signIn` */
  type: string
  /** The property that says when it happened. */
  time: string
  /** What can be selected: of a record, what is shown. */
  properties: readonly string[]
  fields: Fields
  /** Milliseconds. */
  keptFor: number
  largestPage: number
  usualPage: number
  /** What to say of a page that is too large. */
  tooLarge: (top: string) => GraphError
  /** What happened in [from, to) and can be read by now, oldest first. */
  between: (from: number, to: number, filter: Filter | undefined) => readonly Trace<Record<string, unknown>>[]
}

const HOUR = 3_600_000
const FIRST_SPAN = 6 * HOUR
const FARTHEST = 10 * 24 * HOUR

export function listLog(call: Call, listing: LogListing): Reply {
  const { query } = call.request
  const { path, type, properties, fields } = listing
  allowOptions(query, ['$filter', '$top', '$orderby', '$select', '$skiptoken'])
  const top = readTop(query, listing.usualPage, listing.largestPage, listing.tooLarge)
  const select = readSelect(query, properties, type)
  const text = query.get('$filter')
  const filter = text === undefined ? undefined : parseFilter(text, fields, (name) => noProperty(name, type))
  const ascending = readOrder(query.get('$orderby'), listing)
  const page = readPage(call, listing, filter, ascending, top)
  const skip = page.next === undefined ? undefined : placeToken(page.next, boundTo(call))
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#${path}${select ? `(${select.join(',')})` : ''}`,
      ...(skip ? { '@odata.nextLink': `${call.root}/${path}?${query.with({ $skiptoken: skip })}` } : {}),
      value: page.found.map(({ record }) => project(record, select ?? properties)),
    },
  }
}

/** One record by its id, looked for from the newest on. @throws GraphError 404. */
export function findInLog(call: Call, listing: LogListing, id: string): Reply {
  const { query } = call.request
  allowOptions(query, ['$select'])
  const select = readSelect(query, listing.properties, listing.type)
  const { now } = call.tenant
  for (const [from, to] of spans(now - listing.keptFor, now + 1, false)) {
    const found = listing.between(from, to, undefined).find((trace) => trace.id === id)
    if (!found) continue
    const context = `${call.root}/$metadata#${listing.path}${select ? `(${select.join(',')})` : ''}/$entity`
    return { status: 200, body: { '@odata.context': context, ...project(found.record, select ?? listing.properties) } }
  }
  throw new GraphError(404, 'ResourceNotFound', `Resource '${id}' does not exist.`)
}

interface Page {
  found: Trace<Record<string, unknown>>[]
  /** Where the next page begins; undefined at the end. */
  next?: string
}

function readPage(call: Call, listing: LogListing, filter: Filter | undefined, ascending: boolean, top: number): Page {
  const { now } = call.tenant
  const asked = boundsOf(filter, listing.time)
  const place = readPlace(call)
  let [from, to] = [Math.max(asked.from, now - listing.keptFor), Math.min(asked.to, now + 1)]
  if (place && ascending) from = Math.max(from, place.at)
  if (place && !ascending) to = Math.min(to, place.at + 1)
  const found: Page['found'] = []
  let looked = 0
  for (const [start, end] of spans(from, to, ascending)) {
    if (looked >= FARTHEST) return { found, next: `${ascending ? start : end - 1} ` }
    looked += end - start
    const traces = listing.between(start, end, filter)
    for (const trace of ascending ? traces : traces.toReversed()) {
      if (place && trace.at === place.at && !isBeyond(trace.id, place.id, ascending)) continue
      if (filter && !filter.matches((field) => valueAt(trace.record, field, listing.fields[field]))) continue
      const last = found.at(-1)
      if (found.length === top) return { found, next: `${last!.at} ${last!.id}` }
      found.push(trace)
    }
  }
  return { found }
}

/** Records of one moment are in the order of their ids. */
const isBeyond = (id: string, last: string, ascending: boolean) => last === '' || (ascending ? id > last : id < last)

/** Longer and longer spans that make up [from, to), beginning with the end that is asked for. */
function* spans(from: number, to: number, ascending: boolean): Generator<[number, number]> {
  for (let [start, end, span] = [from, to, FIRST_SPAN]; start < end; span *= 2) {
    const cut = ascending ? Math.min(end, start + span) : Math.max(start, end - span)
    yield ascending ? [start, cut] : [cut, end]
    if (ascending) start = cut
    else end = cut
  }
}

/** Between which moments everything lies that a filter lets through. */
function boundsOf(filter: Filter | undefined, time: string): { from: number; to: number } {
  const bounds = { from: -Infinity, to: Infinity }
  if (!filter || filter.operators.has('or') || filter.operators.has('not')) return bounds
  for (const { field, operator, value } of filter.comparisons) {
    if (field !== time || typeof value !== 'number') continue
    // What is more exact than the record's time is told by the filter itself.
    if (['ge', 'gt', 'eq'].includes(operator)) bounds.from = Math.max(bounds.from, value - 1)
    if (['le', 'lt', 'eq'].includes(operator)) bounds.to = Math.min(bounds.to, value + 1)
  }
  return bounds
}

function readOrder(text: string | undefined, { time, type }: LogListing): boolean {
  if (!text?.trim()) return false
  const [field = '', direction = 'asc', ...more] = text.trim().split(/\s+/)
  if (field.toLowerCase() !== time.toLowerCase()) throw noProperty(field, type)
  if (more.length > 0 || !['asc', 'desc'].includes(direction.toLowerCase()))
    throw badRequest(`Invalid $orderby clause: '${text}'.`)
  return direction.toLowerCase() === 'asc'
}

function readPlace(call: Call): { at: number; id: string } | undefined {
  const token = call.request.query.get('$skiptoken')
  if (token === undefined) return undefined
  const place = readPlaceToken(token, boundTo(call))
  if (place === undefined) throw badRequest('Invalid skip token.')
  const [at, ...id] = place.split(' ')
  return { at: Number(at), id: id.join(' ') }
}

const noProperty = (name: string, type: string) =>
  badRequest(`Invalid filter clause: Could not find a property named '${name}' on type '${type}'.`)
