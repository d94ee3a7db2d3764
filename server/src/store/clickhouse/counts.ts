import type { TenantId } from '#domain/ids.ts'
import type { EventStore, HistogramBucket, HistogramRequest } from '#store/event-store.ts'

import { Params } from './params.ts'
import { valuesOf } from './query.ts'
import { moment, type Reader, type Scope, tooMany } from './reader.ts'

const MAX_BUCKETS = 10_000
const MAX_FACETS = 50
/** Keys that a count may hold in memory: some tens of megabytes. */
const FEW = 200_000

/** Counting events: all that fit, over time, by the values of their fields. */
export function createCounts(
  reader: Reader,
): Pick<EventStore, 'count' | 'histogram' | 'topValues' | 'facets' | 'datasets'> {
  const { select, whereOf, each, events } = reader

  /**
   * Counts groups of few events in one pass, by their keys; undefined where they are too many for that. FINAL, which is for
   * many, has to look at every event between which a copy may lie, whether it fits or not.
   */
  async function countFew<Row extends { seen: number }>(
    group: string,
    rest: string,
    where: string,
    params: Params,
  ): Promise<Row[] | undefined> {
    const rows = await select<Row>(
      `SELECT ${group} toUInt32(count()) AS seen, toString(uniqExact(time, event_id)) AS total
        FROM (SELECT time, event_id FROM ${events} WHERE ${where} LIMIT ${params.integer(FEW + 1)}) ${rest}`,
      params,
    )
    return rows.reduce((sum, { seen }) => sum + seen, 0) > FEW ? undefined : rows
  }

  async function count(tenantId: TenantId, scope: Scope): Promise<number> {
    const few = new Params()
    const found = await countFew<{ seen: number; total: string }>('', '', whereOf(tenantId, scope, few), few)
    if (found) return Number(found[0]?.total ?? 0)
    const params = new Params()
    const [row] = await select<{ total: string }>(
      `SELECT toString(count()) AS total FROM (${each('1', whereOf(tenantId, scope, params), params)})`,
      params,
    )
    return Number(row?.total ?? 0)
  }

  return {
    count,

    async histogram(tenantId, request) {
      const { from, buckets } = emptyBuckets(request)
      const bucketOf = (params: Params, ms: string) =>
        `toUInt32(intDiv(${ms} - ${params.integer(from)}, ${params.integer(request.intervalMs)})) AS bucket`
      const few = new Params()
      const inMs = 'toUnixTimestamp64Milli(time)'
      const params = new Params()
      const rows =
        (await countFew<{ seen: number; bucket: number; total: string }>(
          `${bucketOf(few, inMs)},`,
          'GROUP BY bucket',
          whereOf(tenantId, request, few),
          few,
        )) ??
        (await select<{ bucket: number; total: string }>(
          `SELECT ${bucketOf(params, 'ms')}, toString(count()) AS total
            FROM (${each(`${inMs} AS ms`, whereOf(tenantId, request, params), params)}) GROUP BY bucket`,
          params,
        ))
      for (const row of rows) {
        const bucket = buckets[row.bucket]
        if (bucket !== undefined) bucket.count = Number(row.total)
      }
      return buckets
    },

    async topValues(tenantId, { field, limit, prefix = '', ...scope }) {
      const params = new Params()
      const all = `arrayDistinct(${valuesOf(field, params, reader.promoted)})`
      const start = `lowerUTF8(${params.text(prefix)})`
      const values = prefix === '' ? all : `arrayFilter(v -> startsWith(lowerUTF8(v), ${start}), ${all})`
      const found = each(`${values} AS distinct_values`, whereOf(tenantId, scope, params), params)
      const rows = await select<{ value: string; total: string }>(
        `SELECT arrayJoin(distinct_values) AS value, toString(count()) AS total FROM (${found}) GROUP BY value HAVING value != '' ORDER BY count() DESC, value LIMIT ${params.integer(limit)}`,
        params,
      )
      return rows.map((row) => ({ value: row.value, count: Number(row.total) }))
    },

    async facets(tenantId, { fields, limit, ...scope }) {
      if (fields.length > MAX_FACETS) throw tooMany(`Values of at most ${MAX_FACETS} fields are counted at once.`)
      if (fields.length === 0) return { total: await count(tenantId, scope), facets: [] }
      const params = new Params()
      // All fields in one pass over the events: a value goes with the number of its field. Absent is the empty text.
      const values = fields.map((field, number) => {
        const own = `arrayFilter(v -> v != '', arrayDistinct(${valuesOf(field, params, reader.promoted)}))`
        return `arrayMap(v -> (toUInt8(${number}), v), if(empty(${own}), [''], ${own}))`
      })
      const pairs = values.length === 1 ? values[0]! : `arrayConcat(${values.join(', ')})`
      const found = each(`${pairs} AS pairs`, whereOf(tenantId, scope, params), params)
      const rows = await select<{ field: number; value: string; count: string; distinct: string }>(
        `SELECT field, value, toString(total) AS count, toString(distinct_values) AS distinct FROM (
          SELECT pair.1 AS field, pair.2 AS value, count() AS total,
            countIf(pair.2 != '') OVER (PARTITION BY field) AS distinct_values
          FROM (SELECT arrayJoin(pairs) AS pair FROM (${found})) GROUP BY pair
        ) ORDER BY value = '' DESC, total DESC, value LIMIT ${params.integer(limit + 1)} BY field`,
        params,
      )
      return {
        total: await count(tenantId, scope),
        facets: fields.map((field, number) => {
          const own = rows.filter((row) => row.field === number)
          return {
            field,
            values: own
              .flatMap((row) => (row.value === '' ? [] : [{ value: row.value, count: Number(row.count) }]))
              .slice(0, limit),
            distinct: Number(own[0]?.distinct ?? 0),
            missing: Number(own.find(({ value }) => value === '')?.count ?? 0),
          }
        }),
      }
    },

    async datasets(tenantId) {
      const params = new Params()
      const rows = await select<{ dataset: string; total: string; oldestMs: number }>(
        `SELECT dataset, toString(count()) AS total, toFloat64(toUnixTimestamp64Milli(min(time))) AS oldestMs
          FROM (SELECT event_dataset AS dataset, time FROM ${events} FINAL WHERE tenant_id = ${params.uuid(tenantId)})
          GROUP BY dataset ORDER BY dataset`,
        params,
      )
      return rows.map(({ dataset, total, oldestMs }) => ({
        dataset,
        events: Number(total),
        oldest: new Date(oldestMs).toISOString(),
      }))
    },
  }
}

function emptyBuckets({ range, intervalMs, originMs }: HistogramRequest): { from: number; buckets: HistogramBucket[] } {
  const start = moment(range.from)
  const from = originMs === undefined ? start : start - modulo(start - originMs, intervalMs)
  const length = Math.ceil((moment(range.to) - from) / intervalMs)
  if (!(length <= MAX_BUCKETS)) throw tooMany(`A histogram has at most ${MAX_BUCKETS} buckets.`)
  const buckets = Array.from({ length: Math.max(length, 0) }, (_, index) => ({
    time: new Date(from + index * intervalMs).toISOString(),
    count: 0,
  }))
  return { from, buckets }
}

function modulo(dividend: number, divisor: number): number {
  return ((dividend % divisor) + divisor) % divisor
}
