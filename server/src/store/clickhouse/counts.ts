import type { TenantId } from '#domain/ids.ts'
import type { EventStore, HistogramBucket, HistogramRequest } from '#store/event-store.ts'

import { findFew } from './few.ts'
import { Params } from './params.ts'
import { valuesOf } from './field-values.ts'
import { moment, type Reader, type Scope, tooMany } from './reader.ts'

const MAX_BUCKETS = 10_000
const MAX_FACETS = 50
/** Hashes that a count may hold in memory: some sixty megabytes. */
const MANY = 3_000_000
/** Each is a part of the next, so what is counted by one adds up to the others. */
const GRAINS_MS = [1_000, 60_000, 3_600_000, 86_400_000]
/** A tally has about so many lines at most, but for spans of years. */
const MAX_LINES = 1_500

/** Counting events: all that fit, over time, by the values of their fields. */
export function createCounts(
  reader: Reader,
): Pick<EventStore, 'count' | 'histogram' | 'topValues' | 'facets' | 'datasets'> {
  const { select, share, whereOf, each, events } = reader

  /**
   * How many events begin in each stretch of `grainMs` from `fromMs` on, each once. By the hashes of their ids where those can
   * be held in memory; FINAL, which is for more, looks at every event between which a copy may lie, whether it fits or not.
   */
  async function tally(tenantId: TenantId, scope: Scope, fromMs: number, grainMs: number): Promise<readonly Line[]> {
    const line = (params: Params) =>
      `floor((toUnixTimestamp64Milli(time) - ${params.integer(fromMs)}) / ${params.integer(grainMs)}) AS line`
    const many = new Params()
    const rows = await share<Line & { seen: number }>(
      `SELECT line, toUInt32(count()) AS seen, toFloat64(uniqExact(event_hash)) AS total FROM (
        SELECT ${line(many)}, event_hash FROM ${events} WHERE ${whereOf(tenantId, scope, many)} LIMIT ${many.integer(MANY + 1)}
      ) GROUP BY line`,
      many,
    )
    if (rows.reduce((sum, { seen }) => sum + seen, 0) <= MANY) return rows
    const params = new Params()
    return await share<Line>(
      `SELECT line, toFloat64(count()) AS total
        FROM (${each(line(params), whereOf(tenantId, scope, params), params)}) GROUP BY line`,
      params,
    )
  }

  async function count(tenantId: TenantId, scope: Scope): Promise<number> {
    const few = await findFew(reader, tenantId, scope)
    if (few) return few.length
    const lines = await tally(tenantId, scope, 0, grainOf(scope))
    return lines.reduce((sum, { total }) => sum + total, 0)
  }

  return {
    count,

    async histogram(tenantId, request) {
      const { range, query, intervalMs } = request
      const { from, buckets } = emptyBuckets(request)
      const add = (ms: number, number: number) => {
        const bucket = buckets[Math.floor((ms - from) / intervalMs)]
        if (bucket) bucket.count += number
      }
      const few = await findFew(reader, tenantId, { range, query })
      if (few) for (const { timeMs } of few) add(timeMs, 1)
      if (few) return buckets
      // As `count` does, where its lines add up to these buckets: the same statement then answers both.
      const grain = grainOf(request)
      const isShared = from % grain === 0 && intervalMs % grain === 0
      const [start, step] = isShared ? [0, grain] : [from, intervalMs]
      for (const { line, total } of await tally(tenantId, { range, query }, start, step))
        add(start + line * step, total)
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

interface Line {
  /** Number of the stretch. */
  line: number
  total: number
}

function grainOf({ range }: Scope): number {
  const spanMs = moment(range.to) - moment(range.from)
  return GRAINS_MS.find((grainMs) => spanMs <= grainMs * MAX_LINES) ?? GRAINS_MS.at(-1)!
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
