import { bad } from './errors.ts'

/**
 * Filters as the portal writes them: `{"severity": {"eq": [2]}, "date": {"gte": 1763625600000}}`. Every filter must hold, and
 * within one every operator.
 */

/** What an entity holds under a filter's name: one value, several, or nothing. */
export type Field = string | number | boolean | null | readonly (string | number)[]
export type Fields<T> = Readonly<Record<string, (entity: T) => Field>>

const DAY = 86_400_000
type Test = (field: Field, wanted: unknown, now: number) => boolean

const many = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])
const texts = (field: Field): string[] => many(field ?? []).map((each) => String(each).toLowerCase())
const some = (field: Field, wanted: unknown, test: (have: string, want: string) => boolean) =>
  many(wanted).some((want) => texts(field).some((have) => test(have, String(want).toLowerCase())))
const compare = (test: (order: number) => boolean): Test => {
  return (field, wanted) => many(field ?? []).some((have) => test(Number(have) - Number(many(wanted)[0])))
}
const isSet = (field: Field) => field !== null && (!Array.isArray(field) || field.length > 0)

const OPERATORS: Record<string, Test> = {
  eq: (field, wanted) => some(field, wanted, (have, want) => have === want),
  neq: (field, wanted) => !some(field, wanted, (have, want) => have === want),
  deq: (field, wanted) => some(field, wanted, (have, want) => have === want),
  gt: compare((order) => order > 0),
  gte: compare((order) => order >= 0),
  lt: compare((order) => order < 0),
  lte: compare((order) => order <= 0),
  range: (field, wanted) =>
    many(wanted).some((each) => {
      const { start = -Infinity, end = Infinity } = (each ?? {}) as { start?: number; end?: number }
      return many(field ?? []).some((have) => Number(have) >= start && Number(have) <= end)
    }),
  gte_ndays: (field, wanted, now) => Number(field) >= now - Number(many(wanted)[0]) * DAY,
  lte_ndays: (field, wanted, now) => Number(field) <= now - Number(many(wanted)[0]) * DAY,
  contains: (field, wanted) => some(field, wanted, (have, want) => have.includes(want)),
  ncontains: (field, wanted) => !some(field, wanted, (have, want) => have.includes(want)),
  startswith: (field, wanted) => some(field, wanted, (have, want) => have.startsWith(want)),
  endswith: (field, wanted) => some(field, wanted, (have, want) => have.endsWith(want)),
  text: (field, wanted) => some(field, wanted, (have, want) => have.includes(want)),
  isset: isSet,
  isnotset: (field) => !isSet(field),
}

/** A test of entities. @throws CloudAppsError 400 for a filter or operator that there is not. */
export function readFilters<T>(value: unknown, fields: Fields<T>, now: number): (entity: T) => boolean {
  if (value === undefined || value === null) return () => true
  if (typeof value !== 'object' || Array.isArray(value)) throw bad('filters must be an object.')
  const tests = Object.entries(value).flatMap(([name, operators]) => {
    const field = Object.hasOwn(fields, name) ? fields[name]! : undefined
    if (!field) throw bad(`Unknown filter: ${name}.`)
    if (typeof operators !== 'object' || operators === null) throw bad(`The filter ${name} needs an operator.`)
    return Object.entries(operators as object).map(([operator, wanted]) => {
      const test = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator]! : undefined
      if (!test) throw bad(`Unknown operator for ${name}: ${operator}.`)
      return (entity: T) => test(field(entity), wanted, now)
    })
  })
  return (entity) => tests.every((test) => test(entity))
}

/** The bounds that a filter on a time sets, milliseconds, so that no more is made than can match. */
export function boundsOf(value: unknown, name: string, now: number): { from: number; to: number } {
  const operators = ((value as Record<string, unknown> | undefined)?.[name] ?? {}) as Record<string, unknown>
  const number = (operator: string) => (operator in operators ? Number(many(operators[operator])[0]) : Number.NaN)
  const ranges = many(operators['range'] ?? []) as { start?: number; end?: number }[]
  const lows = [
    number('gte'),
    number('gt'),
    now - number('gte_ndays') * DAY,
    ...ranges.map(({ start }) => start ?? Number.NaN),
  ]
  const highs = [
    number('lte'),
    number('lt'),
    now - number('lte_ndays') * DAY,
    ...ranges.map(({ end }) => end ?? Number.NaN),
  ]
  const known = (list: number[]) => list.filter((each) => Number.isFinite(each))
  return {
    from: ranges.length > 1 ? Math.min(...known(lows)) : Math.max(-Infinity, ...known(lows)),
    to: ranges.length > 1 ? Math.max(...known(highs)) : Math.min(Infinity, ...known(highs)),
  }
}
