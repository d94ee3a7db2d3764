import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventKey, EventSearch, EventStore } from '#store/event-store.ts'

import { decodeCursor, encodeCursor } from './cursor.ts'
import { cutOf, findLines, newestOf, reachOf } from './lines.ts'
import { Params } from './params.ts'
import {
  hasHash,
  hasKey,
  isBehind,
  KEY,
  nameOf,
  onceEach,
  type Order,
  ORDERS,
  type Reader,
  type Scope,
  tooMany,
} from './reader.ts'

const MAX_PAGE = 1_000
/** Events to read rather than to look up. */
const FEW = 500
/** Copies of events there may be on a page before it has to be read again. */
const SPARE = 32

/** Documents of an export are read in pages of about so many bytes, and of so many events. */
const EXPORT_PAGE_BYTES = 8_000_000
const EXPORT_PAGE_MIN = 20
const EXPORT_PAGE_MAX = 5_000

/** The condition that an event is one of some. */
type Identity = (params: Params) => string

/** Reading events themselves: pages of them, some by id, all of them. */
export function createPages(
  reader: Reader,
): Pick<EventStore, 'storedIds' | 'search' | 'everything' | 'read' | 'readMany'> {
  const { events, select, whereOf } = reader

  /** Events by identity: a jump through the primary key, so that a search reads no document it does not show. */
  async function documents(
    tenantId: TenantId,
    identity: Identity | undefined,
    order: Order = ORDERS.desc,
  ): Promise<(EventKey & { event: EcsEvent })[]> {
    if (identity === undefined) return []
    const params = new Params()
    params.readsDocuments = true
    // Of an event's copies the one that came last, which is what merging leaves.
    const rows = await select<EventKey & { document: string }>(
      `SELECT ${KEY}, event AS document FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
        AND ${identity(params)}
        ORDER BY ${order.by}, arrived DESC LIMIT 1 BY time, event_id`,
      params,
    )
    return rows.map(({ document, ...key }) => ({ ...key, event: JSON.parse(document) as EcsEvent }))
  }

  /** Which events begin with a page and one more; undefined where there are none. */
  async function findPage(
    tenantId: TenantId,
    { cursor, behind, limit, order: direction = 'desc', counted = false, ...scope }: EventSearch,
  ): Promise<Identity | undefined> {
    const order = ORDERS[direction]
    const most = limit + 1
    const start = cursor === undefined ? behind : decodeCursor(cursor)
    if (!counted) return identityOf(await readKeys(tenantId, scope, { start, most, order }))
    const cut = cutOf(scope)
    const lines = await findLines(reader, tenantId, scope, cut)
    const newest = start || direction === 'asc' ? undefined : newestOf(lines, most)
    if (newest) return newest.length === 0 ? undefined : (params) => hasHash(newest, params)
    const range = reachOf(lines, cut, scope.range, { start, most, direction })
    return range && identityOf(await readKeys(tenantId, { ...scope, range }, { start, most, order, isShort: true }))
  }

  /**
   * The keys of the first `most` events of a scope. Read in the table's own order, so that reading ends with the last; of a short
   * span, in which hardly more lie, all are read and sorted, which costs a third.
   */
  async function readKeys(
    tenantId: TenantId,
    scope: Scope,
    {
      start,
      most,
      order,
      isShort = false,
    }: { start: EventKey | undefined; most: number; order: Order; isShort?: boolean },
  ): Promise<EventKey[]> {
    for (let size = most + SPARE; ; size *= 2) {
      const params = new Params()
      const where = [whereOf(tenantId, scope, params), ...(start ? [isBehind(start, order, params)] : [])]
      const rows = await select<EventKey>(
        `SELECT ${KEY} FROM ${events} WHERE ${where.join(' AND ')} ORDER BY ${order.by} LIMIT ${params.integer(size)}
          ${isShort ? 'SETTINGS optimize_read_in_order = 0' : ''}`,
        params,
      )
      const keys = onceEach(rows)
      if (keys.length >= most || rows.length < size) return keys.slice(0, most)
    }
  }

  /**
   * What is stored from the first to the last of these times, unless that is more than a few: most batches are a new
   * stretch of a log, of which a look at the times says that hardly anything is stored, and no id need be looked up.
   */
  async function storedAround(tenantId: TenantId, keys: readonly EventKey[]): Promise<EventKey[] | undefined> {
    const times = keys.map((key) => key.timeMs)
    const params = new Params()
    const rows = await select<EventKey>(
      `SELECT ${KEY} FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
        AND time >= ${params.time(Math.min(...times))} AND time <= ${params.time(Math.max(...times))}
        LIMIT ${params.integer(FEW + 1)}`,
      params,
    )
    return rows.length > FEW ? undefined : rows
  }

  return {
    async storedIds(tenantId, keys) {
      if (keys.length === 0) return new Set()
      const neighbors = keys.length > FEW ? await storedAround(tenantId, keys) : undefined
      if (neighbors) {
        const found = new Set(neighbors.map(nameOf))
        return new Set(keys.filter((key) => found.has(nameOf(key))).map(({ id }) => id))
      }
      const params = new Params()
      const rows = await select<{ id: string }>(
        `SELECT DISTINCT event_id AS id FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
          AND ${hasKey(keys, params)}`,
        params,
      )
      return new Set(rows.map((row) => row.id))
    },

    async search(tenantId, request) {
      if (request.limit > MAX_PAGE) throw tooMany(`A page has at most ${MAX_PAGE} events.`)
      const rows = await documents(tenantId, await findPage(tenantId, request), ORDERS[request.order ?? 'desc'])
      const page = rows.slice(0, request.limit)
      return {
        events: page.map(({ event }) => event),
        ...(rows.length > page.length ? { nextCursor: encodeCursor(page.at(-1)!) } : {}),
      }
    },

    async *everything(tenantId, { originals = false, ...scope }) {
      const order = ORDERS.asc
      let start: EventKey | undefined
      for (let size = 200; ;) {
        const params = new Params()
        const where = [whereOf(tenantId, scope, params), ...(start ? [isBehind(start, order, params)] : [])]
        params.readsDocuments = true
        const rows = await select<EventKey & { document: string; original?: string }>(
          `SELECT ${KEY}, event AS document${originals ? ', original' : ''} FROM ${events}
            WHERE ${where.join(' AND ')} ORDER BY ${order.by}, arrived DESC LIMIT ${params.integer(size)}`,
          params,
        )
        // A copy that the next page would begin with is behind the key of the last.
        yield onceEach(rows)
        if (rows.length < size) return
        start = rows.at(-1)
        const bytes = rows.reduce((sum, { document, original = '' }) => sum + document.length + original.length, 0)
        size = Math.min(Math.max(Math.round((EXPORT_PAGE_BYTES * size) / bytes), EXPORT_PAGE_MIN), EXPORT_PAGE_MAX)
      }
    },

    async read(tenantId, eventId) {
      const params = new Params()
      // The folded comparison is the one the bloom filter knows, the exact one is what identity means.
      const id = params.text(eventId)
      const [row] = await select<{ event: string; original: string }>(
        `SELECT event, original FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)} 
          AND lowerUTF8(event_id) = lowerUTF8(${id}) AND event_id = ${id} ORDER BY arrived DESC LIMIT 1`,
        params,
      )
      return row && { event: JSON.parse(row.event) as EcsEvent, original: row.original }
    },

    async readMany(tenantId, eventIds) {
      if (eventIds.length === 0) return []
      const params = new Params()
      const keys = await select<EventKey>(
        `SELECT DISTINCT ${KEY} FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
          AND event_id IN (SELECT arrayJoin(${params.texts(eventIds)}))`,
        params,
      )
      return (await documents(tenantId, identityOf(keys))).map(({ event }) => event)
    },
  }
}

function identityOf(keys: readonly EventKey[]): Identity | undefined {
  return keys.length === 0 ? undefined : (params) => hasKey(keys, params)
}
