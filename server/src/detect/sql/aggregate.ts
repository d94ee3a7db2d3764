import { answersOf } from '#detect/correlate/absence.ts'
import { thresholdsOf } from '#detect/correlate/condition.ts'
import type { RuleExpression, SigmaCorrelation, Threshold } from '#detect/sigma/documents.ts'
import { RADIUS_KM, SHORTEST_MS } from '#detect/correlate/speed.ts'
import type { Params } from '#store/clickhouse/params.ts'

/** What a window comes to, as expressions over its entries: `time`, `number`, `positions` (of rules), `value`, and what `derived` adds. */
export interface Aggregate {
  /** Further columns of the entries that have a value. */
  derived?: string
  /** Columns of the window; one is called `aggregate`, and is NULL where there is none. */
  aggregate: string
  /** Over those columns: whether the correlation holds. */
  holds: string
}

const OPERATORS: Record<Threshold['operator'], string> = { lt: '<', lte: '<=', gt: '>', gte: '>=', eq: '=', neq: '!=' }

/** The same as `createAggregate` of the stream, in SQL: see correlate/, where each has a file. */
export function aggregateOf(correlation: SigmaCorrelation, params: Params): Aggregate {
  const { type, condition, rules, percentile = 50 } = correlation
  const thresholds = thresholdsOf(correlation).map(
    ({ operator, value }) => `ifNull(aggregate ${OPERATORS[operator]} ${params.number(value)}, 0)`,
  )
  const meets = thresholds.length === 0 ? '1' : thresholds.join(' AND ')
  switch (type) {
    case 'event_count':
      return { aggregate: 'count() OVER behind AS aggregate', holds: meets }
    case 'value_count':
      return { aggregate: 'uniqExactIf(value, NOT has(value, [])) OVER behind AS aggregate', holds: meets }
    case 'temporal': {
      const holds = condition.kind === 'rules' ? testOf(condition.expression, rules, SEEN) : meets
      return { aggregate: `${SEEN_POSITIONS}, length(seen) AS aggregate`, holds }
    }
    case 'temporal_ordered':
      return condition.kind === 'rules'
        ? {
            aggregate: `${SEEN_POSITIONS}, ${setsInOrder(condition.expression, rules)} AS aggregate`,
            holds: 'isNotNull(aggregate)',
          }
        : { aggregate: `${longestInOrder(rules.length)} AS aggregate`, holds: `aggregate > 0 AND ${meets}` }
    case 'first_seen':
      return {
        aggregate: 'min(time) OVER behind AS earliest, count() OVER behind AS aggregate',
        holds: 'earliest = time',
      }
    case 'absence': {
      const comes = `arrayExists(p -> p IN (${answersOf(rules.map((_id, position) => position)).join(', ')}), positions)`
      const following = `countIf(${comes}) OVER ahead - countIf(${comes}) OVER moment`
      return { aggregate: `positions, ${following} AS aggregate`, holds: 'has(positions, 0) AND aggregate = 0' }
    }
    case 'speed':
      return { derived: speedOf(correlation, params), aggregate: 'max(kmh) OVER moment AS aggregate', holds: meets }
    case 'value_sum':
      return { aggregate: `${NUMBERS}, ${SUM} AS aggregate`, holds: meets }
    case 'value_avg':
      return { aggregate: `${NUMBERS}, if(empty(numbers), NULL, ${SUM} / length(numbers)) AS aggregate`, holds: meets }
    case 'value_percentile':
      return { aggregate: `${NUMBERS}, ${quantile(params.number(percentile / 100))} AS aggregate`, holds: meets }
  }
}

const SEEN_POSITIONS = 'groupUniqArrayArray(positions) OVER behind AS seen'

/** In the order of time: sums of fractions depend on it, and both engines shall come to the same. */
const NUMBERS =
  'arrayMap(e -> assumeNotNull(e.3), arraySort(groupArrayIf((time, number, value), isNotNull(value)) OVER behind)) AS numbers'
const SUM = 'arrayFold((total, n) -> total + n, numbers, toFloat64(0))'

/** With linear interpolation between neighbors. */
function quantile(part: string): string {
  const sorted = 'arraySort(numbers)'
  const position = `${part} * (length(numbers) - 1)`
  const below = `toUInt32(floor(${position}))`
  const [low, high] = [`${sorted}[${below} + 1]`, `${sorted}[least(${below} + 2, length(numbers))]`]
  return `if(empty(numbers), NULL, ${low} + (${high} - ${low}) * (${position} - ${below}))`
}

const IN_ORDER = 'arrayMap(e -> e.3, arraySort(groupArray((time, number, positions)) OVER behind))'

/** How many rules came in order: for each rule the longest chain that ends with it, event by event. */
function longestInOrder(count: number): string {
  const lengths = `arrayMap((length, p) -> if(has(event, p), greatest(length, toUInt8(1 + arrayMax(arrayPushBack(arraySlice(lengths, 1, p), toUInt8(0))))), length), lengths, range(toUInt8(${count})))`
  return `arrayMax(arrayFold((lengths, event) -> ${lengths}, ${IN_ORDER}, arrayWithConstant(${count}, toUInt8(0))))`
}

/** The most rules of any set that came in order and fits, as bits; NULL when none does. */
function setsInOrder(expression: RuleExpression, rules: readonly string[]): string {
  const longer = `arrayFlatten(arrayMap(p -> arrayMap(s -> s + bitShiftLeft(toUInt64(1), p), arrayFilter(s -> s < bitShiftLeft(toUInt64(1), p), sets)), event))`
  const sets = `arrayFold((sets, event) -> arrayDistinct(arrayConcat(sets, ${longer})), ${IN_ORDER}, [toUInt64(0)])`
  const fitting = `arrayFilter(s -> ${testOf(expression, rules, (rule) => `bitTest(s, ${rule})`, SEEN)}, ${sets})`
  return `arrayReduce('maxOrNull', arrayMap(s -> bitCount(s), ${fitting}))`
}

type RuleTest = (position: number) => string

const SEEN: RuleTest = (position) => `has(seen, ${position})`

/** `isIn` answers for rules as they stand, `isSeen` for rules under `not`. */
function testOf(expression: RuleExpression, rules: readonly string[], isIn: RuleTest, isSeen: RuleTest = isIn): string {
  if (expression.kind === 'rule') return isIn(rules.indexOf(expression.rule))
  if (expression.kind === 'not') return `(NOT ${testOf(expression.term, rules, isSeen, isIn)})`
  const terms = expression.terms.map((term) => testOf(term, rules, isIn, isSeen))
  return `(${terms.join(expression.kind === 'and' ? ' AND ' : ' OR ')})`
}

/** From the entry before, where that is near in time and far in space: see correlate/speed.ts, number by number. */
function speedOf({ timespanS, fartherThanKm = 0 }: SigmaCorrelation, params: Params): string {
  // A place is a list of one: engines have no tuples that may be absent.
  const [from, to] = ['before.1', 'value[1]']
  const [a, b] = [`radians(${from}.1)`, `radians(${to}.1)`]
  const [north, east] = [`sin((${b} - ${a}) / 2)`, `sin(radians(${to}.2 - ${from}.2) / 2)`]
  const part = `${north} * ${north} + cos(${a}) * cos(${b}) * ${east} * ${east}`
  const beside = 'PARTITION BY key ORDER BY time, number ROWS BETWEEN 1 PRECEDING AND CURRENT ROW'
  return `lagInFrame((value[1], ms, 1)) OVER (${beside}) AS before,
    floor(2 * ${RADIUS_KM} * asin(sqrt(least(1, ${part}))) + 0.5) AS km,
    floor((km * 3600000) / greatest(ms - before.2, ${SHORTEST_MS}) + 0.5) AS speed,
    if(before.3 = 1 AND ms - before.2 <= ${timespanS * 1000} AND km > ${params.number(fartherThanKm)}, speed, NULL) AS kmh`
}
