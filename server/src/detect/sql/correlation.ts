import { fieldOf, type JudgedFrom } from '#detect/correlate/correlator.ts'
import { FOLDED } from '#detect/correlate/group-key.ts'
import type { LoadedCorrelation } from '#detect/rule-set.ts'
import { NUMBER } from '#detect/sigma/item.ts'
import type { Params } from '#store/clickhouse/params.ts'

import { aggregateOf } from './aggregate.ts'

/** Where what is known so far lies. */
export interface Tables {
  /** See {@link EVENTS}. */
  events: string
  /** See {@link HITS}. */
  hits: string
}

/** What matched which event: rules, with the vocabulary they read it in, and correlations, with `CORRELATED`. */
export const HITS = '(rule UInt32, number UInt32, vocabulary UInt16) ENGINE = MergeTree ORDER BY (rule, number)'
export const CORRELATED = 65_535

/** An event of a group in which a correlation holds somewhere. */
export interface Entry {
  number: number
  /** For each field of `group-by` its texts, folded where case means nothing. */
  key: string[][]
  /** Null where it does not hold at this event. */
  aggregate: number | null
}

/** The engine's frames reach back at most so many of the units in which events are ordered. */
const REACH = 2 ** 31 - 2

/**
 * Where a correlation holds, with all events of the groups in which it does, in the order of groups and of events. Each event that
 * one of its rules matched is judged with the frame behind it, `[t - timespan, t]`, both ends in, in its group; an event without a
 * value for the group is in none. Of an absence it is the frame ahead, and that has to be known.
 *
 * @param numbers of rules and correlations in the table of hits, by id.
 */
export function correlationQuery(
  correlation: LoadedCorrelation,
  numbers: ReadonlyMap<string, number>,
  { events, hits, judgedFrom, known }: Tables & { judgedFrom: JudgedFrom; known: ReadonlyMap<string, number> },
  params: Params,
): string {
  const { type, rules, groupBy, timespanS } = correlation
  const all = rules.map((id) => numbers.get(id)!)
  // Times are whole milliseconds; half of one is far more than what the division loses.
  const unit = (timespanS * 1000 + 0.5) / REACH
  const keys = groupBy.map((name) => {
    const read = rules.map((id) => `texts[${params.text(fieldOf(correlation, name, id))}]`)
    return folded(`arrayElement([${read.join(', ')}], position + 1)`)
  })
  const hasKey = groupBy.length === 0 ? '1' : 'NOT has(key, [])'
  const { aggregate, holds, derived } = aggregateOf(correlation, params)
  const from = judgedFrom.get(correlation.id)
  const isJudged = from === undefined ? '1' : `time >= toFloat64(${params.number(from)}) / ${unit}`
  const until = type === 'absence' ? known.get(correlation.id)! - timespanS * 1000 : Infinity
  const isOver = Number.isFinite(until) ? `ms <= ${params.number(until)}` : String(Number(until > 0))
  return `
    WITH
      matched AS (
        SELECT rule, number FROM ${hits} WHERE rule IN (${all.join(', ')})
      ),
      facts AS (${factsOf(events, hits)}),
      entries AS (
        SELECT number, time, key, ms, arraySort(groupUniqArray(position)) AS positions, any(value) AS value
        FROM (
          SELECT number, assumeNotNull(facts.time) AS ms, toFloat64(ms) / ${unit} AS time,
            toUInt8(indexOf([${all.join(', ')}], rule) - 1) AS position,
            ${groupBy.length === 0 ? 'emptyArrayString()' : `[${keys.join(', ')}]`} AS key,
            ${valueOf(correlation, params)} AS value
          FROM matched INNER JOIN facts USING (number)
        )
        WHERE ${hasKey}
        GROUP BY number, time, key, ms
      ),
      windows AS (
        SELECT number, key, time, ms, ${aggregate}
        FROM ${derived === undefined ? 'entries' : `(SELECT *, ${derived} FROM entries WHERE notEmpty(value))`}
        WINDOW
          moment AS (PARTITION BY key, time),
          behind AS (PARTITION BY key ORDER BY time RANGE BETWEEN ${REACH} PRECEDING AND CURRENT ROW),
          ahead AS (PARTITION BY key ORDER BY time RANGE BETWEEN CURRENT ROW AND ${REACH} FOLLOWING)
      )
    SELECT number, key, if(isHeld, toFloat64(aggregate), NULL) AS aggregate
    FROM (SELECT *, toUInt8(${holds} AND ${isJudged} AND ${isOver}) AS isHeld, max(isHeld) OVER (PARTITION BY key) AS isHeldThere FROM windows)
    WHERE isHeldThere
    ORDER BY key, number`
}

/** The events that rules matched, each with a field as the first of the vocabularies in which any did reads it. */
function factsOf(events: string, hits: string): string {
  return `SELECT number, any(e.time) AS time,
      mapFromArrays(
        arrayDistinct(arrayFlatten(groupArray(mapKeys(e.texts)))) AS names,
        arrayMap(
          name -> arrayFirst(t -> notEmpty(t), arrayMap(v -> v.2[name], arraySort(v -> v.1, groupArray((e.vocabulary, e.texts))))),
          names
        )
      ) AS texts
    FROM ${events} AS e
    WHERE isNotNull(e.time) AND (e.number, e.vocabulary) IN (SELECT number, vocabulary FROM ${hits})
    GROUP BY number`
}

/** Texts as keys of groups and as values to count: see correlate/group-key.ts. */
function folded(texts: string): string {
  return `arrayMap(t -> if(match(t, '${FOLDED.source.replaceAll('\\', '\\\\')}'), lowerUTF8(t), t), ${texts})`
}

/** What is counted or summed, or where it was: as `valueOf` of the stream. */
function valueOf({ type, fields }: LoadedCorrelation, params: Params): string {
  if (type === 'value_count') {
    return `[${fields.map((field) => folded(`texts[${params.text(field)}]`)).join(', ')}]`
  }
  if (type !== 'speed') return firstNumber(fields[0], params)
  const [latitude, longitude] = fields.map((field) => firstNumber(field, params))
  const isPlace = `abs(ifNull(${latitude}, 91)) <= 90 AND abs(ifNull(${longitude}, 181)) <= 180`
  const place = `(ifNull(${latitude}, 0), ifNull(${longitude}, 0))`
  return `if(${isPlace}, [${place}], [])`
}

function firstNumber(field: string | undefined, params: Params): string {
  if (field === undefined) return "CAST(NULL, 'Nullable(Float64)')"
  const form = params.text(NUMBER.source)
  const numbers = `arrayFilter(t -> match(t, ${form}), texts[${params.text(field)}])`
  return `toFloat64OrNull(arrayElement(${numbers}, 1))`
}
