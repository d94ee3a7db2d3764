import { fieldOf } from '#detect/correlate/correlator.ts'
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
 * value for the group is in none.
 *
 * @param numbers of rules and correlations in the table of hits, by id.
 */
export function correlationQuery(
  correlation: LoadedCorrelation,
  numbers: ReadonlyMap<string, number>,
  { events, hits }: Tables,
  params: Params,
): string {
  const { rules, groupBy, fields, type, timespanS } = correlation
  const all = rules.map((id) => numbers.get(id)!)
  // Times are whole milliseconds; half of one is far more than what the division loses.
  const unit = (timespanS * 1000 + 0.5) / REACH
  const keys = groupBy.map((name) => {
    const read = rules.map((id) => `texts[${params.text(fieldOf(correlation, name, id))}]`)
    return folded(`arrayElement([${read.join(', ')}], position + 1)`)
  })
  const isTuple = type === 'value_count'
  const value = isTuple
    ? `[${fields.map((field) => folded(`texts[${params.text(field)}]`)).join(', ')}]`
    : firstNumber(fields[0], params)
  const hasKey = groupBy.length === 0 ? '1' : 'NOT has(key, [])'
  const { aggregate, holds } = aggregateOf(correlation, params)
  return `
    WITH
      matched AS (
        SELECT rule, number FROM ${hits} WHERE rule IN (${all.join(', ')})
      ),
      facts AS (${factsOf(events, hits)}),
      entries AS (
        SELECT number, time, key, arraySort(groupUniqArray(position)) AS positions, any(value) AS value
        FROM (
          SELECT number, toFloat64(assumeNotNull(time)) / ${unit} AS time,
            toUInt8(indexOf([${all.join(', ')}], rule) - 1) AS position,
            ${groupBy.length === 0 ? 'emptyArrayString()' : `[${keys.join(', ')}]`} AS key,
            ${value} AS value
          FROM matched INNER JOIN facts USING (number)
        )
        WHERE ${hasKey}
        GROUP BY number, time, key
      ),
      windows AS (
        SELECT number, key, ${aggregate}
        FROM entries
        WINDOW behind AS (PARTITION BY key ORDER BY time RANGE BETWEEN ${REACH} PRECEDING AND CURRENT ROW)
      )
    SELECT number, key, if(isHeld, toFloat64(aggregate), NULL) AS aggregate
    FROM (SELECT *, toUInt8(${holds}) AS isHeld, max(isHeld) OVER (PARTITION BY key) AS isHeldThere FROM windows)
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

function firstNumber(field: string | undefined, params: Params): string {
  if (field === undefined) return "CAST(NULL, 'Nullable(Float64)')"
  const form = params.text(NUMBER.source)
  const numbers = `arrayFilter(t -> match(t, ${form}), texts[${params.text(field)}])`
  return `toFloat64OrNull(arrayElement(${numbers}, 1))`
}
