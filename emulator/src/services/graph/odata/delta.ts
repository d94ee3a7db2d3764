import { GraphError, notImplemented } from '#services/graph/errors.ts'
import type { Call } from '#services/graph/route.ts'
import type { Query, Reply } from '#http/exchange.ts'

import { parseFilter } from './filter.ts'
import { placeToken, readPlaceToken } from './skiptoken.ts'
import { preferenceApplied, preferencesOf } from './preferences.ts'
import { readNames } from './options.ts'

/**
 * Change tracking of directory objects: a first round gives everything there is, each later round what was made, changed and
 * removed since. The state is in the token, with the options of the first request; it lives for seven days.
 */
export interface Tracked {
  /** `users`: path and name of the set. */
  set: string
  /** `microsoft.graph.user` */
  type: string
  properties: readonly string[]
  /** What comes without `$select`. */
  usual: readonly string[]
  /** Every id there has ever been, in an order that never changes: a round goes on where its last page stopped. */
  ids(): Iterable<string>
  /** What became of objects after the change with this number, and the number to go on from. */
  since(number: number): { ids: readonly string[]; next: number }
  /** One object as it is shown; undefined for one that is gone. */
  show(id: string, select: readonly string[]): object | undefined
}

interface State {
  path: string
  /** Number of the last change that the client knows of; -1 in the first round. */
  since: number
  /** What the next round goes on from. */
  next: number
  given: number
  /** Tenant time of the round's beginning, milliseconds. */
  at: number
  select?: string
  ids?: string[]
}

const LIFETIME = 7 * 86_400_000
const USUAL_PAGE = 100
const LARGEST_PAGE = 999
const MOST_IDS = 50

/** Answers `GET /{set}/delta`. */
export function answerDelta(call: Call, tracked: Tracked): Reply {
  const { query } = call.request
  const state = readState(call, tracked)
  const select = readNames(state.select, tracked.properties, tracked.type)
  const { maxPageSize } = preferencesOf(call.request)
  const size = Math.min(maxPageSize ?? USUAL_PAGE, LARGEST_PAGE)
  const isLatest = query.get('$deltatoken')?.toLowerCase() === 'latest'
  const { entries, last } = isLatest ? { entries: [], last: true } : pageOf(tracked, state, select, size)
  const after = last ? { ...state, since: state.next, given: 0 } : { ...state, given: state.given + size }
  const token = placeToken(JSON.stringify(after), call.tenant.world.tenantId)
  return {
    status: 200,
    headers: preferenceApplied(maxPageSize !== undefined && `odata.maxpagesize=${maxPageSize}`),
    body: {
      '@odata.context': `${call.root}/$metadata#${tracked.set}${select ? `(${select.join(',')})` : ''}`,
      [last ? '@odata.deltaLink' : '@odata.nextLink']:
        `${call.root}/${tracked.set}/delta?${last ? '$deltatoken' : '$skiptoken'}=${token}`,
      value: entries,
    },
  }
}

function pageOf(tracked: Tracked, state: State, select: readonly string[] | undefined, size: number) {
  const entries: object[] = []
  const ids = state.ids ?? (state.since < 0 ? tracked.ids() : tracked.since(state.since).ids)
  const changed = state.ids && state.since >= 0 ? new Set(tracked.since(state.since).ids) : undefined
  let at = 0
  for (const id of ids) {
    if (at === state.given + size) return { entries, last: false }
    if (at++ < state.given || (changed && !changed.has(id))) continue
    const shown = tracked.show(id, withId(select ?? tracked.usual))
    if (shown) entries.push(shown)
    // Nobody has told the client of it yet.
    else if (state.since >= 0) entries.push({ id, '@removed': { reason: 'changed' } })
  }
  return { entries, last: true }
}

/** A change is told with its id, selected or not. */
const withId = (select: readonly string[]) => (select.includes('id') ? select : ['id', ...select])

function readState(call: Call, tracked: Tracked): State {
  const { query } = call.request
  const token = query.get('$skiptoken') ?? query.get('$deltatoken')
  if (token === undefined || token.toLowerCase() === 'latest' || token === '') return begin(call, tracked, query)
  const text = readPlaceToken(token, call.tenant.world.tenantId)
  const state = text === undefined ? undefined : (JSON.parse(text) as State)
  if (state?.path !== tracked.set) throw new GraphError(400, 'Request_BadRequest', 'Badly formed token.')
  const { changeCount, now } = call.tenant
  // Where fewer changes are known than were counted, the emulator was reset or another state was loaded.
  if (now - state.at > LIFETIME || state.next >= changeCount + 1) throw resyncRequired(call, tracked)
  if (query.get('$skiptoken') !== undefined) return state
  return { ...state, at: now, next: tracked.since(state.since).next }
}

function begin(call: Call, tracked: Tracked, query: Query): State {
  const unknown = query.names.find((name) => name.startsWith('$') && !/^\$(select|filter|top|deltatoken)$/i.test(name))
  if (unknown) throw notImplemented(`the query option ${unknown} with change tracking`)
  const [select, filter] = [query.get('$select'), query.get('$filter')]
  return {
    path: tracked.set,
    since: -1,
    next: tracked.since(-1).next,
    given: 0,
    at: call.tenant.now,
    ...(select === undefined ? {} : { select }),
    ...(filter?.trim() ? { ids: idsOf(filter) } : {}),
  }
}

/** `id eq 'a' or id eq 'b'`: nothing else can be tracked. @throws GraphError. */
function idsOf(text: string): string[] {
  const unsupported = () =>
    new GraphError(
      400,
      'Request_UnsupportedQuery',
      'Change tracking supports $filter by ids that are joined by or only.',
    )
  const { comparisons, operators } = parseFilter(text, { id: 'string' }, unsupported)
  const ids = comparisons.map(({ value }) => value)
  if ([...operators].some((operator) => operator !== 'eq' && operator !== 'or') || ids.length > MOST_IDS)
    throw unsupported()
  if (ids.length > 1 && !operators.has('or')) throw unsupported()
  return ids.filter((id) => typeof id === 'string')
}

const resyncRequired = (call: Call, { set }: Tracked) =>
  new GraphError(410, 'resyncRequired', 'The delta token is expired, and the data must be synchronized again.', {
    headers: { Location: `${call.root}/${set}/delta?$deltatoken=` },
  })
