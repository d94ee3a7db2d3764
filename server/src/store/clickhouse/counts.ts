import type { TenantId } from '#domain/ids.ts'
import type { EventStore, HistogramBucket, HistogramRequest } from '#store/event-store.ts'

import { valuesOf } from './field-values.ts'
import { cutOf, findLines } from './lines.ts'
import { Params } from './params.ts'
import { moment, type Reader, type Scope, tooMany } from './reader.ts'

const MAX_BUCKETS = 10_000
const MAX_FACETS = 50

/** Counting events: all that fit, over time, by the values of their fields. */
export function createCounts(
  reader: Reader,
): Pick<EventStore, 'count' | 'histogram' | 'topValues' | 'facets' | 'datasets'> {
  const { select, whereOf, each, events } = reader

  async function count(tenantId: TenantId, scope: Scope): Promise<number> {
    const lines = await findLines(reader, tenantId, scope)
    return lines.reduce((sum, { total }) => sum + total, 0)
  }

  return {
    count,

    async histogram(tenantId, request) {
      const { range, query, intervalMs } = request
      const { from, buckets } = emptyBuckets(request)
      // As `count` does, where its stretches add up to these buckets: the same statement then answers both.
      const shared = cutOf(request)
      const isShared = from % shared.grainMs === 0 && intervalMs % shared.grainMs === 0
      const cut = isShared ? shared : { fromMs: from, grainMs: intervalMs }
      for (const { number, total } of await findLines(reader, tenantId, { range, query }, cut)) {
        const bucket = buckets[Math.floor((cut.fromMs + number * cut.grainMs - from) / intervalMs)]
        if (bucket) bucket.count += total
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
