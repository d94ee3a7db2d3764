import { GraphError, badRequest, notImplemented } from '#services/graph/errors.ts'
import { Query } from '#http/exchange.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { boundToPath, placeToken, readPlaceToken } from '#services/graph/odata/skiptoken.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { page, pageSize, short } from './list.ts'
import { readProjection, show } from './entity.ts'
import type { EntityType } from './entity.ts'
import type { Source } from './list.ts'

/**
 * Change tracking: all objects page by page, then a link that gives what has changed since. The state is in the token. After
 * seven days the directory does not know any more what has changed, and the client has to start again.
 */
export interface Tracked<T> {
  type: EntityType<T>
  /** All there are. */
  source: Source<T>
  /** What has changed after the change with this number, as far as reads have heard of everything up to `next`. */
  since: (number: number) => { changes: readonly Change<T>[]; next: number }
  /** More about an object, such as who came and went in a group; `after` is undefined in the first round. */
  extra?: (object: T, after: number | undefined) => object
}

/** An object that was made or changed, or that one is gone: `changed` to the recycle bin, `deleted` for good. */
export type Change<T> = { object: T } | { id: string; removed: 'changed' | 'deleted' }

interface State {
  select?: string
  /** Objects the client wants to hear of; all unless given. */
  ids?: string[]
  /** Changes after this number are told in this round; absent in the first. */
  after?: number
  /** Where the next round begins. */
  next: number
  place: number
  /** Tenant time of the round's beginning, milliseconds. */
  at: number
}

const LIFETIME = 7 * 86_400_000
const USUAL_PAGE = 200
const MOST_IDS = 50

/** Answers `/delta`. */
export function delta<T>(call: Call, { type, source, since, extra = () => ({}) }: Tracked<T>): Reply {
  allowOptions(call.request.query, ['$select', '$top', '$filter', '$skiptoken', '$deltatoken'])
  const latest = call.request.query.get('$deltatoken')?.toLowerCase() === 'latest'
  const state = readState(call, (after) => since(after).next)
  const query = new Query(state.select === undefined ? '' : `$select=${encodeURIComponent(state.select)}`)
  const projection = readProjection({ ...call, request: { ...call.request, query } }, type)
  const wanted = (id: string) => state.ids?.includes(id) ?? true
  const idOf = (object: T) => String(type.properties['id']!(call, object))
  const told: Source<Change<T>> = state.after === undefined ? first(source, latest) : short(since(state.after).changes)
  const chosen: Source<Change<T>> = {
    *from(place) {
      for (const pair of told.from(place)) if (wanted('id' in pair[1] ? pair[1].id : idOf(pair[1].object))) yield pair
    },
  }
  const { objects, next } = page(chosen, state.place, pageSize(call, { usual: USUAL_PAGE }))
  const names = projection.select ? `(${projection.select.join(',')})` : ''
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#${type.set}${names}`,
      ...link(call, state, next),
      value: objects.map((change) =>
        'removed' in change
          ? { id: change.id, '@removed': { reason: change.removed } }
          : {
              // The id comes whether selected or not: without it nobody knows what has changed.
              id: idOf(change.object),
              ...show(call, type, change.object, projection),
              ...extra(change.object, state.after),
            },
      ),
    },
  }
}

const first = <T>(source: Source<T>, latest: boolean): Source<Change<T>> => ({
  *from(place) {
    if (!latest) for (const [next, object] of source.from(place)) yield [next, { object }]
  },
})

function link(call: Call, state: State, place: number | undefined): object {
  const path = `${call.request.origin}${call.request.path}`
  const token = (kept: object) => placeToken(JSON.stringify(kept), boundToPath(call))
  if (place !== undefined) return { '@odata.nextLink': `${path}?$skiptoken=${token({ ...state, place })}` }
  const { next, ...kept } = state
  const after: Omit<State, 'at'> = { ...kept, after: next, next: 0, place: 0 }
  return { '@odata.deltaLink': `${path}?$deltatoken=${token({ ...after, at: call.tenant.now })}` }
}

function readState(call: Call, nextOf: (after: number) => number): State {
  const { query } = call.request
  const deltatoken = query.get('$deltatoken')
  const token = query.get('$skiptoken') ?? (deltatoken?.toLowerCase() === 'latest' ? undefined : deltatoken)
  if (token === undefined) {
    const [select, filter] = [query.get('$select'), query.get('$filter')]
    return {
      ...(select === undefined ? {} : { select }),
      ...(filter === undefined ? {} : { ids: readIds(filter) }),
      next: nextOf(-1),
      place: 0,
      at: call.tenant.now,
    }
  }
  const text = readPlaceToken(token, boundToPath(call))
  const state = text === undefined ? undefined : (JSON.parse(text) as State)
  if (!state) throw badRequest('Badly formed token.')
  if (
    call.tenant.now - state.at > LIFETIME ||
    state.next > call.tenant.changeCount ||
    (state.after ?? 0) > call.tenant.changeCount
  )
    throw new GraphError(
      410,
      'SyncStateNotFound',
      'The sync state generation is not found. The delta token is expired and data must be synchronized again.',
      { headers: { location: `${call.request.origin}${call.request.path}?$deltatoken=` } },
    )
  return deltatoken === undefined ? state : { ...state, next: nextOf(state.after ?? -1) }
}

/** `id eq 'a' or id eq 'b'`: all that change tracking filters by. */
function readIds(filter: string): string[] {
  const ids = filter.split(/\s+or\s+/i).map((part) => /^\s*id\s+eq\s+'([^']+)'\s*$/i.exec(part)?.[1]?.toLowerCase())
  if (ids.includes(undefined)) throw notImplemented(`the filter '${filter}' of change tracking`)
  if (ids.length > MOST_IDS) throw badRequest(`Too many ids in the filter; at most ${MOST_IDS} are allowed.`)
  return ids as string[]
}
