import { asBool, asJson, cast } from './expression.ts'
import { compareValues, isNumber, isTime, keyOf, nothing } from './values.ts'
import { notBuilt, semantic } from './errors.ts'
import type { Expression } from './expression.ts'
import type { Json, Row, Type, Value } from './values.ts'

/** Aggregates of `summarize`: what each keeps of a group, and what it makes of it in the end. */
export interface Aggregate {
  types: readonly Type[]
  /** A fresh group. */
  begin: () => { add: (row: Row) => void; end: () => readonly Value[] }
}

type Make = (args: readonly Expression[]) => Aggregate

/** An aggregate of one value. */
const single = <S>(
  type: Type,
  start: () => S,
  step: (state: S, row: Row) => S,
  end: (state: S) => Value,
): Aggregate => ({
  types: [type],
  begin: () => {
    let state = start()
    return { add: (row) => void (state = step(state, row)), end: () => [end(state)] }
  },
})

const count = (test: (row: Row) => boolean | null): Aggregate =>
  single(
    'long',
    () => 0,
    (total, row) => (test(row) === true ? total + 1 : total),
    (total) => total,
  )

const always = () => true

function numeric(value: Expression, who: string): Expression {
  const number = value.type === 'dynamic' ? cast(value, 'real') : value
  if (!isNumber(number.type) && !isTime(number.type))
    throw semantic(`${who}(): argument #1 expected to be a numeric expression`)
  return number
}

function sum(value: Expression, test: (row: Row) => boolean | null): Aggregate {
  const number = numeric(value, 'sum')
  return single<number>(
    number.type === 'int' ? 'long' : number.type,
    () => 0,
    (total, row) => (test(row) === true ? total + Number(number.of(row) ?? 0) : total),
    (total) => total,
  )
}

function average(value: Expression, test: (row: Row) => boolean | null): Aggregate {
  const number = numeric(value, 'avg')
  return single<[number, number]>(
    isTime(number.type) ? number.type : 'real',
    () => [0, 0],
    ([total, seen], row) => {
      const each = test(row) === true ? number.of(row) : null
      return typeof each === 'number' ? [total + each, seen + 1] : [total, seen]
    },
    ([total, seen]) => (seen === 0 ? null : total / seen),
  )
}

function extreme(value: Expression, sign: 1 | -1, test: (row: Row) => boolean | null): Aggregate {
  return single<Value>(
    value.type,
    () => null,
    (best, row) => {
      const each = test(row) === true ? value.of(row) : null
      if (each === null) return best
      return best === null || sign * compareValues(each, best) > 0 ? each : best
    },
    (best) => best ?? nothing(value.type),
  )
}

const distinctCount = (value: Expression, test: (row: Row) => boolean | null): Aggregate =>
  single(
    'long',
    () => new Set<string>(),
    (seen, row) => (test(row) === true ? seen.add(keyOf([value.of(row)])) : seen),
    (seen) => seen.size,
  )

/** The most that `make_set` and `make_list` keep unless told. */
const MOST = 1_048_576

function collect(
  value: Expression,
  most: Expression | undefined,
  distinct: boolean,
  test: (row: Row) => boolean | null,
) {
  const limit = most ? Number(most.of([])) : MOST
  const json = asJson(value)
  return single(
    'dynamic',
    () => ({ items: [] as Json[], seen: new Set<string>() }),
    (state, row) => {
      if (state.items.length >= limit || test(row) !== true) return state
      // A list that is collected into a set lends its items.
      const each = json(row)
      const items = distinct && Array.isArray(each) ? (each as readonly Json[]) : [each]
      for (const item of items) {
        if (item === null || state.items.length >= limit) continue
        const key = distinct ? keyOf([item]) : String(state.items.length)
        if (state.seen.has(key)) continue
        if (distinct) state.seen.add(key)
        state.items.push(item)
      }
      return state
    },
    ({ items }) => items,
  )
}

/** The row where the first argument is at its most, and what the others are there. */
function extremeRow(args: readonly Expression[], sign: 1 | -1): Aggregate {
  const [by, ...others] = args as [Expression, ...Expression[]]
  return {
    types: args.map(({ type }) => type),
    begin: () => {
      let best: Row | undefined
      let value: Value = null
      return {
        add: (row) => {
          const each = by.of(row)
          if (best && (each === null || (value !== null && sign * compareValues(each, value) <= 0))) return
          best = row
          value = each
        },
        end: () => [value, ...others.map(({ of, type }) => (best ? of(best) : nothing(type)))],
      }
    },
  }
}

const anyRow = (args: readonly Expression[]): Aggregate => ({
  types: args.map(({ type }) => type),
  begin: () => {
    let first: Row | undefined
    return {
      add: (row) => void (first ??= row),
      end: () => args.map(({ of, type }) => (first ? of(first) : nothing(type))),
    }
  },
})

function percentile([value, ...percents]: readonly Expression[]): Aggregate {
  const number = numeric(value!, 'percentile')
  return {
    types: percents.map(() => number.type),
    begin: () => {
      const seen: number[] = []
      return {
        add: (row) => {
          const each = number.of(row)
          if (typeof each === 'number') seen.push(each)
        },
        end: () => {
          seen.sort((a, b) => a - b)
          // The nearest rank, as Kusto takes it.
          return percents.map((percent) => {
            const rank = Math.ceil((Number(percent.of([])) / 100) * seen.length)
            return seen[Math.max(0, rank - 1)] ?? null
          })
        },
      }
    },
  }
}

/** Standard deviation of a sample. */
function deviation(value: Expression, end: (variance: number) => number): Aggregate {
  const number = numeric(value, 'stdev')
  return single<[number, number, number]>(
    'real',
    () => [0, 0, 0],
    ([seen, mean, squares], row) => {
      const each = number.of(row)
      if (typeof each !== 'number') return [seen, mean, squares]
      const next = mean + (each - mean) / (seen + 1)
      return [seen + 1, next, squares + (each - mean) * (each - next)]
    },
    ([seen, , squares]) => (seen === 0 ? null : end(seen === 1 ? 0 : squares / (seen - 1))),
  )
}

const args = (least: number, most: number, make: Make) => ({ least, most, make })

const AGGREGATES: Readonly<Record<string, { least: number; most: number; make: Make }>> = {
  count: args(0, 0, () => count(always)),
  countif: args(1, 1, ([test]) => count(asBool(test!))),
  dcount: args(1, 2, ([value]) => distinctCount(value!, always)),
  count_distinct: args(1, 1, ([value]) => distinctCount(value!, always)),
  dcountif: args(2, 3, ([value, test]) => distinctCount(value!, asBool(test!))),
  sum: args(1, 1, ([value]) => sum(value!, always)),
  sumif: args(2, 2, ([value, test]) => sum(value!, asBool(test!))),
  avg: args(1, 1, ([value]) => average(value!, always)),
  avgif: args(2, 2, ([value, test]) => average(value!, asBool(test!))),
  min: args(1, 1, ([value]) => extreme(value!, -1, always)),
  minif: args(2, 2, ([value, test]) => extreme(value!, -1, asBool(test!))),
  max: args(1, 1, ([value]) => extreme(value!, 1, always)),
  maxif: args(2, 2, ([value, test]) => extreme(value!, 1, asBool(test!))),
  make_set: args(1, 2, ([value, most]) => collect(value!, most, true, always)),
  makeset: args(1, 2, ([value, most]) => collect(value!, most, true, always)),
  make_set_if: args(2, 3, ([value, test, most]) => collect(value!, most, true, asBool(test!))),
  make_list: args(1, 2, ([value, most]) => collect(value!, most, false, always)),
  makelist: args(1, 2, ([value, most]) => collect(value!, most, false, always)),
  make_list_if: args(2, 3, ([value, test, most]) => collect(value!, most, false, asBool(test!))),
  arg_max: args(1, 500, (all) => extremeRow(all, 1)),
  arg_min: args(1, 500, (all) => extremeRow(all, -1)),
  take_any: args(1, 500, anyRow),
  any: args(1, 500, anyRow),
  percentile: args(2, 2, percentile),
  percentiles: args(2, 20, percentile),
  stdev: args(1, 1, ([value]) => deviation(value!, Math.sqrt)),
  variance: args(1, 1, ([value]) => deviation(value!, (variance) => variance)),
}

/** Aggregates that the language has and that are missing here. */
const MISSING =
  /^(make_bag|hll|tdigest|buildschema|binary_all|covariance|percentilesw|percentilew|stdevp|variancep|take_anyif|anyif)/

export const isAggregate = (name: string): boolean => Object.hasOwn(AGGREGATES, name) || MISSING.test(name)

/** The aggregate of this name. @throws KqlError for one that is not built, or arguments it does not take. */
export function aggregateOf(name: string, given: readonly Expression[]): Aggregate {
  const found = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name]! : undefined
  if (!found) throw notBuilt(`KQL's aggregate ${name}`)
  if (given.length < found.least || given.length > found.most)
    throw semantic(`${name}(): function expects ${found.least} argument(s)`)
  return found.make(given)
}
