import type { TenantId } from '#domain/ids.ts'
import type { ArrivalCursor, ArrivalPage, ArrivalRequest, ArrivedEvent, EventStore } from '#store/event-store.ts'
import { ARRIVAL_STRETCH_MS } from '#store/event-store.ts'

import { Params } from './params.ts'
import { toCondition } from './query.ts'
import type { EventTables } from './schema.ts'

/**
 * Reading in the order of arrival.
 *
 * A row is stamped while its INSERT runs and seen when that ends, so a row with an earlier stamp may be seen later than one
 * with a later stamp. A cursor that simply follows the stamps would pass it by. Hence the **horizon**: the moment before
 * which nothing can show up any more. It is the present, or the beginning of the oldest INSERT that runs. An INSERT that
 * stamps before the horizon has begun before it; had it still been running, the horizon would be its beginning; so it had
 * ended, and a look that comes *after* the question for the horizon sees its rows. Only rows before the horizon are read.
 *
 * Rows of one INSERT have one stamp: the cursor has the event's time and id as well, and since no row of a stamp before the
 * horizon is missing, it can stand between two of them. A copy of an event that is stored again has a later stamp: whichever
 * of the two merging leaves, one comes.
 *
 * The engine's clock may be set back, and those of a cluster differ: the horizon keeps a distance.
 */
const DISTANCE_MS = 1_000

/** Documents of a page, together, in bytes. */
const PAGE_BYTES = 8_000_000
const MAX_PAGE = 10_000

const PLACE =
  'toFloat64(toUnixTimestamp64Milli(arrived)) AS arrivedMs, toFloat64(toUnixTimestamp64Milli(time)) AS timeMs, event_id AS id'

export function createArrivals(
  { events, processes }: Pick<EventTables, 'events' | 'processes'>,
  select: <Result>(sql: string, params: Params) => Promise<Result[]>,
): Pick<EventStore, 'arrivals' | 'arrivedTimes' | 'backlog'> {
  async function readHorizon(): Promise<number> {
    const params = new Params()
    const [row] = await select<{ horizonMs: number }>(
      `SELECT toFloat64(toUnixTimestamp64Milli(now64(3))) - max(elapsed) * 1000 - ${params.integer(DISTANCE_MS)} AS horizonMs
        FROM ${processes} WHERE query_kind = 'Insert'`,
      params,
    )
    return Math.floor(row!.horizonMs)
  }

  function whereOf(tenantId: TenantId, { query, after }: Omit<ArrivalRequest, 'limit'>, params: Params): string {
    const where = [`tenant_id = ${params.uuid(tenantId)}`, `(${toCondition(query, params)})`]
    if (after) {
      const arrived = params.time(after.arrivedMs)
      // The first half is what the index knows.
      where.push(`arrived >= ${arrived}`)
      where.push(`(arrived, time, event_id) > (${arrived}, ${params.time(after.timeMs)}, ${params.text(after.id)})`)
    }
    return where.join(' AND ')
  }

  /** Each with its document, until there are bytes enough: then without. What was removed meanwhile is left out. */
  async function withDocuments(tenantId: TenantId, rows: readonly ArrivalCursor[]): Promise<Map<string, ArrivedEvent>> {
    const params = new Params()
    params.readsDocuments = true
    const times = params.times(rows.map(({ timeMs }) => timeMs))
    const ids = params.texts(rows.map(({ id }) => id))
    const found = await select<ArrivedEvent>(
      `SELECT arrivedMs, timeMs, id, dataset, if(behind - length(event) < ${params.integer(PAGE_BYTES)}, event, '') AS document
        FROM (
          SELECT ${PLACE}, event_dataset AS dataset, event, sum(length(event)) OVER (ORDER BY arrived, time, event_id) AS behind
          FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
            AND (time, event_id) IN (SELECT arrayJoin(arrayZip(${times}, ${ids})))
          ORDER BY arrived, time, event_id LIMIT 1 BY time, event_id
        )`,
      params,
    )
    return new Map(found.map((event) => [nameOf(event), event]))
  }

  return {
    async arrivals(tenantId, { limit, ...request }): Promise<ArrivalPage> {
      const horizonMs = await readHorizon()
      const params = new Params()
      const where = whereOf(tenantId, request, params)
      const size = Math.min(limit, MAX_PAGE)
      const rows = await select<ArrivalCursor>(
        `SELECT ${PLACE} FROM ${events} WHERE arrived < ${params.time(horizonMs)} AND ${where}
          ORDER BY arrived, time, event_id LIMIT 1 BY time, event_id LIMIT ${params.integer(size)}`,
        params,
      )
      const documents = rows.length > 0 ? await withDocuments(tenantId, rows) : new Map<string, ArrivedEvent>()
      const cut = rows.findIndex((row) => documents.get(nameOf(row))?.document === '')
      const page = cut === -1 ? rows : rows.slice(0, cut)
      const isLast = cut === -1 && rows.length < size
      return {
        events: page.flatMap((row) => documents.get(nameOf(row)) ?? []),
        next: isLast
          ? later({ arrivedMs: horizonMs, timeMs: Number.MIN_SAFE_INTEGER, id: '' }, request.after)
          : page.at(-1)!,
        isLast,
      }
    },

    async arrivedTimes(tenantId, afterMs) {
      const horizonMs = await readHorizon()
      if (afterMs === undefined) return { stretches: [], untilMs: horizonMs }
      const params = new Params()
      const size = params.integer(ARRIVAL_STRETCH_MS)
      const rows = await select<{ stretch: number }>(
        `SELECT toFloat64(floor(toUnixTimestamp64Milli(time) / ${size}) * ${size}) AS stretch FROM ${events}
          WHERE tenant_id = ${params.uuid(tenantId)} AND arrived >= ${params.time(afterMs)} AND arrived < ${params.time(horizonMs)}
          GROUP BY stretch ORDER BY stretch`,
        params,
      )
      return { stretches: rows.map(({ stretch }) => stretch), untilMs: Math.max(horizonMs, afterMs) }
    },

    async backlog(tenantId, request) {
      const params = new Params()
      const [row] = await select<{ total: string; sinceMs: number }>(
        `SELECT toString(count()) AS total, toFloat64(toUnixTimestamp64Milli(min(arrived))) AS sinceMs
          FROM ${events} WHERE ${whereOf(tenantId, request, params)}`,
        params,
      )
      const count = Number(row?.total ?? 0)
      return count === 0 ? { count } : { count, sinceMs: row!.sinceMs }
    },
  }
}

/** An INSERT that runs long holds the horizon where the cursor has been already. */
function later(horizon: ArrivalCursor, after: ArrivalCursor | undefined): ArrivalCursor {
  return after && after.arrivedMs >= horizon.arrivedMs ? after : horizon
}

function nameOf({ timeMs, id }: { timeMs: number; id: string }): string {
  return `${timeMs} ${id}`
}
