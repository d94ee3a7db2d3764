import type { TenantId } from '#domain/ids.ts'
import type { EventKey } from '#store/event-store.ts'

import { Params } from './params.ts'
import { KEY, nameOf, type Order, ORDERS, type Reader, type Scope } from './reader.ts'

/** With more, a page is found sooner from the end on, and counting costs less than handing the keys over. */
const FEW = 10_000

/**
 * The events of a search that finds few: undefined where there are more. Most searches of an investigation are such, and the page,
 * the total and the histogram all follow from one look instead of three. Where there are more, the look ends as soon as it
 * knows.
 */
export async function findFew(reader: Reader, tenantId: TenantId, scope: Scope): Promise<EventKey[] | undefined> {
  const params = new Params()
  const rows = await reader.share<EventKey>(
    `SELECT ${KEY} FROM ${reader.events} WHERE ${reader.whereOf(tenantId, scope, params)} LIMIT ${params.integer(FEW + 1)}`,
    params,
  )
  return rows.length > FEW ? undefined : [...new Map(rows.map((row) => [nameOf(row), row])).values()]
}

/** Events of one moment in the order of their ids' bytes, as the engine has it. */
export function inOrder(keys: readonly EventKey[], order: Order): EventKey[] {
  const sign = order === ORDERS.asc ? 1 : -1
  return keys.toSorted((a, b) => sign * (a.timeMs - b.timeMs || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))))
}
