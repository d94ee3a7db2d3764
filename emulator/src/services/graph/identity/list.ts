import { GraphError } from '#services/graph/errors.ts'
import { allowOptions, readTop } from '#services/graph/odata/options.ts'
import { answerCount } from '#services/graph/odata/count.ts'
import { inOrder, readOrder } from '#services/graph/odata/order.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import { preferenceApplied, preferencesOf } from '#services/graph/odata/preferences.ts'
import { boundTo, placeToken, readPlaceToken } from '#services/graph/odata/skiptoken.ts'
import type { Call } from '#services/graph/route.ts'
import type { Filter, Value } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'

import { badRequest, unsupported } from './errors.ts'
import { parseSearch } from './search.ts'
import { readProjection, show } from './entity.ts'
import type { EntityType } from './entity.ts'

/**
 * Lists of the directory: paging from a place on, filters, search, order and count. What an ordinary replica does not serve
 * (`ne`, `not`, `endswith`, `$search`, a filter together with an order) is refused unless the client asks for the search
 * replica by `ConsistencyLevel: eventual` and `$count=true`.
 */
export interface Source<T> {
  /** In order from a place on, each with the place after it. Places are whole numbers; 0 is the start. */
  from(place: number): Iterable<readonly [next: number, object: T]>
  /** Those that may have a value; undefined where only a walk would tell. */
  lookUp?: (field: string, value: string) => readonly T[] | undefined
  /** How many there are, where that is known without a walk. */
  count?: () => number
}

export const LARGEST_PAGE = 999

/** A list that is short enough to be made whole. */
export const short = <T>(objects: readonly T[]): Source<T> => ({
  *from(place) {
    for (let i = place; i < objects.length; i++) yield [i + 1, objects[i]!]
  },
  count: () => objects.length,
})

export const isEventual = (call: Call): boolean =>
  call.request.headers['consistencylevel']?.toLowerCase() === 'eventual'

export const asksForCount = ({ request: { query } }: Call): boolean => query.get('$count')?.toLowerCase() === 'true'

export interface ListOptions {
  /** What follows `$metadata#`; the type's set unless given. */
  context?: string
  /** Each object says what it is. */
  typed?: boolean
  /** `$top` where the client gives none. */
  usual?: number
  most?: number
}

/** Answers a request for a list. */
export function list<T>(call: Call, type: EntityType<T>, source: Source<T>, options: ListOptions = {}): Reply {
  const { query } = call.request
  allowOptions(query, ['$select', '$top', '$filter', '$count', '$skiptoken', '$orderby', '$search', '$expand'])
  const projection = readProjection(call, type)
  const top = pageSize(call, options)
  const chosen = choose(call, type, source)
  const { objects, next } = page(chosen, readPlace(call), top)
  const names = projection.select ? `(${projection.select.join(',')})` : ''
  return {
    status: 200,
    headers: pageSizeApplied(call),
    body: {
      '@odata.context': `${call.root}/$metadata#${options.context ?? type.set}${names}`,
      // Without ConsistencyLevel the directory ignores $count.
      ...(asksForCount(call) && isEventual(call) ? { '@odata.count': countOf(chosen) } : {}),
      ...(next === undefined ? {} : { '@odata.nextLink': nextLink(call, next) }),
      value: objects.map((object) => show(call, type, object, projection, options.typed)),
    },
  }
}

/** @throws GraphError for a client that does not ask for the search replica. */
export function requireEventual(call: Call): void {
  if (!isEventual(call)) throw badRequest('$count is not currently supported.')
}

/** Answers `/$count`. */
export function count<T>(call: Call, type: EntityType<T>, source: Source<T>): Reply {
  requireEventual(call)
  allowOptions(call.request.query, ['$filter', '$search'])
  return answerCount(call.request, countOf(choose(call, type, source, true)))
}

/** `$top`, or less where the client prefers smaller pages. @throws GraphError. */
export function pageSize({ request }: Call, { usual = 100, most = LARGEST_PAGE }: ListOptions = {}): number {
  const top = readTop(request.query, usual, most, (value) =>
    badRequest(`Invalid page size specified: '${value}'. Must be between 1 and ${most} inclusive.`),
  )
  return Math.min(top, preferencesOf(request).maxPageSize ?? most)
}

/** Says that a preference for smaller pages was followed. */
export function pageSizeApplied({ request }: Call): Record<string, string> {
  const { maxPageSize } = preferencesOf(request)
  return preferenceApplied(maxPageSize !== undefined && `odata.maxpagesize=${maxPageSize}`)
}

export function nextLink(call: Call, place: number): string {
  const { origin, path, query } = call.request
  return `${origin}${path}?${query.with({ $skiptoken: placeToken(String(place), boundTo(call)) })}`
}

/** @throws GraphError for a token that is none of ours, or was given for another query. */
export function readPlace(call: Call): number {
  const token = call.request.query.get('$skiptoken')
  if (token === undefined) return 0
  const place = readPlaceToken(token, boundTo(call))
  if (place === undefined || !/^\d{1,16}$/.test(place))
    throw new GraphError(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and cannot be included in the request.',
    )
  return Number(place)
}

/** The objects of one page, and the place of the next; undefined after the last. */
export function page<T>({ from }: Source<T>, place: number, top: number): { objects: T[]; next: number | undefined } {
  const objects: T[] = []
  let next = place
  for (const [after, object] of from(place)) {
    if (objects.length === top) return { objects, next }
    objects.push(object)
    next = after
  }
  return { objects, next: undefined }
}

export function countOf<T>(source: Source<T>): number {
  if (source.count) return source.count()
  return Iterator.from(source.from(0)).reduce((sum) => sum + 1, 0)
}

/** Those of the source that the request asks for, in its order. */
function choose<T>(call: Call, type: EntityType<T>, source: Source<T>, counting = false): Source<T> {
  const { query } = call.request
  const [filterText, searchText, order] = [query.get('$filter'), query.get('$search'), query.get('$orderby')]
  if (!filterText && !searchText && !order) return source
  const advanced = isEventual(call) && (counting || asksForCount(call))
  const read = (object: T) => (field: string) => valueOf(type, call, object, field)
  const tests: ((object: T) => boolean)[] = []
  let narrowed = source
  if (filterText) {
    const filter = parseFilter(filterText, type.filters, (field) => notFilterable(field, type.name))
    refuseAdvanced(filter, advanced)
    if (order && !advanced) throw unsupported('Sorting not supported for current query.')
    narrowed = narrow(source, filter, filterText, (object) => String(read(object)('id')))
    tests.push((object) => filter.matches(read(object)))
  }
  if (searchText) {
    if (!isEventual(call))
      throw unsupported(
        "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
      )
    const search = parseSearch(searchText, type.searches)
    tests.push((object) => search((field) => String(read(object)(field) ?? '')))
  }
  const matching: Source<T> = {
    *from(place) {
      for (const pair of narrowed.from(place)) if (tests.every((test) => test(pair[1]))) yield pair
    },
  }
  return order ? sorted(call, type, matching, order) : matching
}

/** Of comparisons joined by these alone, one must hold for whatever matches. */
const UNITING = new Set(['eq', 'or', 'any'])

/** Only those whom a filter by a look-up property can mean: nobody walks 50,000 users for one address. */
function narrow<T>(
  source: Source<T>,
  { operators, comparisons }: Filter,
  text: string,
  idOf: (object: T) => string,
): Source<T> {
  const found = ({ field, operator, value }: Filter['comparisons'][number]) =>
    operator === 'eq' && typeof value === 'string' ? source.lookUp?.(field, value) : undefined
  if (!operators.has('or') && !operators.has('not')) {
    for (const comparison of comparisons) {
      const some = found(comparison)
      if (some) return short(some)
    }
    return source
  }
  // `any()` holds for whoever has something, whatever it is.
  if ([...operators].some((operator) => !UNITING.has(operator)) || /\(\s*\)/.test(text)) return source
  const each = comparisons.map(found)
  if (each.includes(undefined)) return source
  return short([...new Map(each.flatMap((some) => some!.map((object) => [idOf(object), object]))).values()])
}

function sorted<T>(call: Call, type: EntityType<T>, source: Source<T>, text: string): Source<T> {
  const fields = Object.fromEntries(type.orders.map((name) => [name, type.filters[name] ?? 'string'] as const))
  const order = readOrder(text, fields, () => unsupported('Sorting not supported for current query.'))
  const objects = Array.from(source.from(0), ([, object]) => object)
  return short(inOrder(objects, order, (object) => (field) => valueOf(type, call, object, field)))
}

/** Some operators are served only by the search replica, which a caller must ask for. */
function refuseAdvanced(filter: Filter, advanced: boolean): void {
  const operator = ['contains', 'ne', 'not', 'endswith'].find((name) => filter.operators.has(name))
  if (operator === 'contains') throw unsupported('Unsupported or invalid query filter clause specified for property.')
  if (operator && !advanced)
    throw unsupported(
      `Operator '${operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header.`,
    )
}

const notFilterable = (field: string, type: string) =>
  unsupported(
    `Unsupported or invalid query filter clause specified for property '${field}' of resource '${titled(type)}'.`,
  )

/** `User` of `microsoft.graph.user`. */
const titled = (type: string) => type.slice(type.lastIndexOf('.') + 1).replace(/^./, (first) => first.toUpperCase())

function valueOf<T>(type: EntityType<T>, call: Call, object: T, field: string): Value {
  const [property = '', member] = field.split('/')
  const whole = type.properties[property]!(call, object)
  const value = (member === undefined ? whole : within(whole, member)) as Value | undefined
  if (type.filters[field] === 'date' && typeof value === 'string') return Date.parse(value)
  return value ?? null
}

/** A member of an object, or of every object in a list. */
const within = (value: unknown, member: string): unknown =>
  Array.isArray(value)
    ? value.map((each: Record<string, unknown>) => each[member])
    : (value as Record<string, unknown> | null)?.[member]
