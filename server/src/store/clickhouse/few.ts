import type { TenantId } from '#domain/ids.ts'
import type { EventKey } from '#store/event-store.ts'

import { Params } from './params.ts'
import { KEY, MOMENT, onceEach, type Order, ORDERS, type Reader, type Scope } from './reader.ts'

/** With more, a page is found sooner from the end on, and counting costs less than handing the events over. */
const FEW = 10_000

/** An event that a search found: its time, and the hash of its id, which costs a fifth of the id to read. */
export interface Found {
  timeMs: number
  hash: string
}

/**
 * The events of a search that finds few: undefined where there are more. Most searches of an investigation are such, and the page,
 * the total and the histogram all follow from one look instead of three. Where there are more, the look ends as soon as it
 * knows.
 */
export async function findFew(reader: Reader, tenantId: TenantId, scope: Scope): Promise<Found[] | undefined> {
  const params = new Params()
  const rows = await reader.share<Found>(
    `SELECT ${MOMENT}, toString(event_hash) AS hash FROM ${reader.events}
      WHERE ${reader.whereOf(tenantId, scope, params)} LIMIT ${params.integer(FEW + 1)}`,
    params,
  )
  return rows.length > FEW ? undefined : [...new Map(rows.map((row) => [`${row.timeMs} ${row.hash}`, row])).values()]
}

/** The first `most` of them in an order, and all others of the last one's moment; each once. */
export async function firstOf(
  { events, select }: Reader,
  tenantId: TenantId,
  few: readonly Found[],
  { most, order }: { most: number; order: Order },
): Promise<EventKey[]> {
  const sign = order === ORDERS.asc ? 1 : -1
  const sorted = few.toSorted((a, b) => sign * (a.timeMs - b.timeMs))
  const last = sorted[most - 1]?.timeMs
  const wanted = last === undefined ? sorted : sorted.filter(({ timeMs }) => sign * (timeMs - last) <= 0)
  if (wanted.length === 0) return []
  const params = new Params()
  const times = params.times([...new Set(wanted.map(({ timeMs }) => timeMs))])
  const hashes = params.texts(wanted.map(({ hash }) => hash))
  // Two conditions, as the primary key knows the time alone. Whoever shares a moment with one and a hash with another is none.
  const rows = await select<EventKey & { hash: string }>(
    `SELECT ${KEY}, toString(event_hash) AS hash FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
      AND time IN (SELECT arrayJoin(${times})) AND event_hash IN (SELECT toUInt64(arrayJoin(${hashes}))) ORDER BY ${order.by}`,
    params,
  )
  const known = new Set(wanted.map(({ timeMs, hash }) => `${timeMs} ${hash}`))
  return onceEach(
    rows.filter(({ timeMs, hash }) => known.has(`${timeMs} ${hash}`)).map(({ timeMs, id }) => ({ timeMs, id })),
  )
}
