import { enumPreferenceApplied } from '#services/graph/odata/evolvable.ts'
import { GraphError, badRequest } from '#services/graph/errors.ts'
import { allowOptions, project, readSelect, readSkip, readTop } from '#services/graph/odata/options.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import { boundTo, readSkiptoken, skiptoken } from '#services/graph/odata/skiptoken.ts'
import type { Call } from '#services/graph/route.ts'
import type { Fields, Value } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'

/** Lists of the security service: `$filter`, `$top`, `$skip`, `$count`, `$select`. */
export interface Listing<T> {
  /** `security/incidents` */
  path: string
  /** `microsoft.graph.security.incident` */
  type: string
  /** What can be filtered by; any other property is refused. */
  fields: Fields
  properties: readonly string[]
  usualPage: number
  largestPage: number
  /** How next links go on: by `$skip`, the usual way, or by a token. */
  pages?: 'token'
  /** Query options besides the usual ones. */
  options?: readonly string[]
  /** What a caller sees of one. */
  shape: (item: T) => Record<string, unknown>
}

/** The page that is asked for. @throws GraphError 400. */
export function listPage<T>(call: Call, listing: Listing<T>, items: readonly T[]): Reply {
  const { query } = call.request
  const { path, type, fields, properties, shape } = listing
  if (query.get('$orderby') !== undefined && !listing.options?.includes('$orderby')) throw notAllowed('OrderBy')
  if (query.get('$expand') !== undefined && !listing.options?.includes('$expand')) throw notAllowed('Expand')
  const place = listing.pages === 'token' ? '$skiptoken' : '$skip'
  allowOptions(query, ['$filter', '$top', place, '$count', '$select', ...(listing.options ?? [])])
  const top = readTop(query, listing.usualPage, listing.largestPage, (value) => tooMany(listing.largestPage, value))
  const skip = listing.pages === 'token' ? readPlace(call) : readSkip(query)
  const select = readSelect(query, properties, type)
  const text = query.get('$filter')
  const filter = text === undefined ? undefined : parseFilter(text, fields, (name) => cannotFilter(name))
  const shaped = items.map(shape)
  const found = filter ? shaped.filter((each) => filter.matches((field) => valueOf(each, field, fields))) : shaped
  const page = found.slice(skip, skip + top)
  const after = listing.pages === 'token' ? skiptoken(skip + top, boundTo(call)) : String(skip + top)
  const next = skip + top < found.length ? query.with({ [place]: after }) : undefined
  return {
    status: 200,
    headers: enumPreferenceApplied(call),
    body: {
      '@odata.context': `${call.root}/$metadata#${path}${select ? `(${select.join(',')})` : ''}`,
      ...(query.get('$count') === 'true' ? { '@odata.count': found.length } : {}),
      ...(next === undefined ? {} : { '@odata.nextLink': `${call.root}/${path}?${next}` }),
      value: page.map((each) => (select ? project(each, select) : each)),
    },
  }
}

/** How many to pass over. @throws GraphError 400 for a token that is none of ours. */
export function readPlace(call: Call): number {
  const token = call.request.query.get('$skiptoken')
  const place = token === undefined ? 0 : readSkiptoken(token, boundTo(call))
  if (place === undefined) throw badRequest('The skip token is not valid.')
  return place
}

const notAllowed = (option: string) =>
  badRequest(
    `The query specified in the URI is not valid. Query option '${option}' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.`,
  )

/** More were asked for than a page holds. */
export const tooMany = (most: number, asked: string): GraphError =>
  badRequest(
    `The query specified in the URI is not valid. The limit of '${most}' for Top query has been exceeded. The value from the incoming request is '${asked}'.`,
  )

/** A property that the service does not filter by. */
export const cannotFilter = (property: string): GraphError =>
  badRequest(
    `The query specified in the URI is not valid. The property '${property}' cannot be used in the $filter query option.`,
  )

function valueOf(item: Record<string, unknown>, field: string, fields: Fields): Value {
  const value = item[field] as Value | undefined
  return fields[field] === 'date' && typeof value === 'string' ? Date.parse(value) : (value ?? null)
}

/** One object. */
export function entity(
  call: Call,
  { path, type, properties }: Pick<Listing<unknown>, 'path' | 'type' | 'properties'>,
  shaped: Record<string, unknown>,
  options: readonly string[] = [],
): Reply {
  allowOptions(call.request.query, ['$select', ...options])
  const select = readSelect(call.request.query, properties, type)
  const context = `${call.root}/$metadata#${path}${select ? `(${select.join(',')})` : ''}/$entity`
  return {
    status: 200,
    headers: enumPreferenceApplied(call),
    body: { '@odata.context': context, ...(select ? project(shaped, select) : shaped) },
  }
}

export const noResource = (id: string) => new GraphError(404, 'NotFound', `Resource '${id}' does not exist.`)

/** A moment as the service writes it: without zeros at the end of the fraction. */
export const moment = (time: number): string =>
  new Date(time).toISOString().replace(/(\.\d*?)0*Z$/, (_, fraction: string) => `${fraction === '.' ? '' : fraction}Z`)
