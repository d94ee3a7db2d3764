import { GraphError, notImplemented } from '#services/graph/errors.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { readExpand } from './expand.ts'
import { allowOptions, project, readSelect, readTop } from './options.ts'
import { answerCount } from './count.ts'
import { boundTo, readSkiptoken, skiptoken } from './skiptoken.ts'
import { inOrder, readOrder } from './order.ts'
import { isEventual, refuseAdvanced, refuseCount } from './advanced.ts'
import { parseFilter } from './filter.ts'
import { preferenceApplied, preferencesOf } from './preferences.ts'
import { readDirectorySearch } from './search.ts'
import { reading } from './values.ts'
import type { Element, Fields } from './values.ts'

/** How a list of directory objects is asked: what can be selected, filtered, searched and ordered by. */
export interface DirectoryList {
  /** Below the version root: `servicePrincipals`, `servicePrincipals/{id}/owners`. */
  path: string
  /** What the context says. */
  context: string
  /** `microsoft.graph.servicePrincipal` */
  type: string
  properties: readonly string[]
  /** What comes without `$select`; all properties unless given. */
  usual?: readonly string[]
  fields: Fields
  /** Fields that can be ordered by; none unless given. */
  ordered?: Fields
  /** Properties that `$search` looks into; none unless given. */
  searched?: readonly string[]
  /** Every object in full, in the usual order. */
  all: () => Iterable<Element>
  /** Fills in what `$expand` asks for, by the name of the navigation property. */
  expand?: Readonly<Record<string, (value: Element) => unknown>>
}

const USUAL_PAGE = 100
const LARGEST_PAGE = 999

/** One page of a list. */
export function answerDirectoryList(call: Call, list: DirectoryList): Reply {
  const { query } = call.request
  const options = ['$select', '$top', '$filter', '$count', '$skiptoken', '$orderby']
  allowOptions(query, [...options, ...(list.searched ? ['$search'] : []), ...(list.expand ? ['$expand'] : [])])
  const { maxPageSize } = preferencesOf(call.request)
  const top = Math.min(readTop(query, USUAL_PAGE, LARGEST_PAGE, pageTooLarge), maxPageSize ?? LARGEST_PAGE)
  const select = readSelect(query, list.properties, list.type)
  const expanded = readExpanded(call, list)
  const found = matching(call, list)
  const start = readStart(call)
  const next = start + top
  const link = `${call.root}/${list.path}?${query.with({ $skiptoken: skiptoken(next, boundTo(call)) })}`
  return {
    status: 200,
    headers: preferenceApplied(maxPageSize !== undefined && `odata.maxpagesize=${maxPageSize}`),
    body: {
      '@odata.context': `${call.root}/$metadata#${list.context}${select ? `(${select.join(',')})` : ''}`,
      // Without ConsistencyLevel the directory ignores $count.
      ...(query.get('$count') === 'true' && isEventual(call) ? { '@odata.count': found.length } : {}),
      ...(next < found.length ? { '@odata.nextLink': link } : {}),
      value: found.slice(start, next).map((value) => shown(value, list, select, expanded)),
    },
  }
}

/** `/$count` of a list. */
export function countDirectoryList(call: Call, list: DirectoryList): Reply {
  allowOptions(call.request.query, ['$filter', ...(list.searched ? ['$search'] : [])])
  refuseCount(call)
  return answerCount(call.request, matching(call, list).length)
}

/** One object. */
export function answerDirectoryObject(call: Call, list: Omit<DirectoryList, 'all'>, value: Element): Reply {
  const { query } = call.request
  allowOptions(query, ['$select', ...(list.expand ? ['$expand'] : [])])
  const select = readSelect(query, list.properties, list.type)
  const context = `${call.root}/$metadata#${list.context}${select ? `(${select.join(',')})` : ''}/$entity`
  return { status: 200, body: { '@odata.context': context, ...shown(value, list, select, readExpanded(call, list)) } }
}

function matching(call: Call, list: DirectoryList): Element[] {
  const { query } = call.request
  const text = query.get('$filter')
  const noProperty = (name: string) =>
    new GraphError(400, 'Request_UnsupportedQuery', `Unsupported Query. The property '${name}' cannot be filtered.`)
  const filter = text?.trim() ? parseFilter(text, list.fields, noProperty) : undefined
  const order = readOrder(query.get('$orderby'), list.ordered ?? {}, () => unsupportedOrder())
  refuseAdvanced(call, filter, order)
  const finds = readDirectorySearch(call, list.searched ?? [])
  const found = [...list.all()].filter(
    (value) => (filter?.matches(reading(value, list.fields)) ?? true) && (finds?.(value) ?? true),
  )
  return inOrder(found, order, (value) => reading(value, list.ordered ?? {}))
}

type Expanded = readonly (readonly [string, (value: Element) => unknown])[]

function readExpanded(call: Call, { expand }: Pick<DirectoryList, 'expand'>): Expanded {
  return readExpand(call.request.query, Object.keys(expand ?? {})).map(({ property, options }) => {
    const select = options
      .get('$select')
      ?.split(',')
      .map((name) => name.trim())
    const unknown = [...options.keys()].find((name) => name !== '$select')
    if (unknown) throw notImplemented(`${unknown} within $expand=${property}`)
    const fill = expand![property]!
    return [property, (value) => narrowed(fill(value), select)] as const
  })
}

const narrowed = (value: unknown, select: readonly string[] | undefined): unknown => {
  if (!select) return value
  if (Array.isArray(value)) return value.map((each: unknown) => narrowed(each, select))
  return typeof value === 'object' && value !== null
    ? project(value as Record<string, unknown>, ['@odata.type', ...select])
    : value
}

function shown(
  value: Element,
  { properties, usual = properties }: Pick<DirectoryList, 'properties' | 'usual'>,
  select: readonly string[] | undefined,
  expanded: Expanded,
): Record<string, unknown> {
  const filled = Object.fromEntries(expanded.map(([name, fill]) => [name, fill(value)]))
  const typed = '@odata.type' in value ? ['@odata.type'] : []
  return { ...project(value, [...typed, ...(select ?? usual)]), ...filled }
}

function readStart(call: Call): number {
  const token = call.request.query.get('$skiptoken')
  if (token === undefined) return 0
  const start = readSkiptoken(token, boundTo(call))
  if (start !== undefined) return start
  throw new GraphError(
    400,
    'Directory_ExpiredPageToken',
    'The specified page token value has expired and cannot be included in the request.',
  )
}

const pageTooLarge = (top: string) =>
  new GraphError(
    400,
    'Request_BadRequest',
    `Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`,
  )

const unsupportedOrder = () =>
  new GraphError(400, 'Request_UnsupportedQuery', 'Sorting not supported for current query.')
