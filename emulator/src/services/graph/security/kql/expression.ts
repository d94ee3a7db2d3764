import { semantic } from './errors.ts'
import { compareValues, convert, isNumber, isTime, jsonOf, textOf } from './values.ts'
import type { Column, Row, Type, Value } from './values.ts'

/** A scalar that can be worked out for a row. */
export interface Expression {
  type: Type
  of: (row: Row) => Value
  /** Does not look at the row. */
  constant: boolean
  /** Position of the column it is, where it is nothing but a column. */
  column?: number
}

export const constant = (type: Type, value: Value): Expression => ({ type, of: () => value, constant: true })

export const columnAt = (columns: readonly Column[], index: number): Expression => ({
  type: columns[index]!.type,
  of: (row) => row[index]!,
  constant: false,
  column: index,
})

/** One that looks at `parts` alone: worked out once where they are constant. */
export function derived(type: Type, parts: readonly Expression[], of: (row: Row) => Value): Expression {
  if (!parts.every((part) => part.constant)) return { type, of, constant: false }
  let known: { value: Value } | undefined
  return { type, of: () => (known ??= { value: of([]) }).value, constant: true }
}

/** As text: strings, ids and dynamic values are; others are refused in the words of `who`. */
export function asText(expression: Expression, who: string): (row: Row) => string {
  const { type, of } = expression
  if (type === 'string') return of as (row: Row) => string
  if (type === 'dynamic' || type === 'guid') return (row) => textOf(of(row), type)
  throw semantic(`${who} expected to be a string expression`)
}

/** Converted to a type, as `tolong` and its likes do. */
export function cast(expression: Expression, to: Type): Expression {
  if (expression.type === to) return expression
  const { type, of } = expression
  return derived(to, [expression], (row) => convert(of(row), type, to))
}

/** As true, false or null. */
export function asBool(expression: Expression): (row: Row) => boolean | null {
  const { type, of } = expression
  if (type === 'bool') return of as (row: Row) => boolean | null
  if (type !== 'dynamic' && !isNumber(type))
    throw semantic(`A value of type '${type}' cannot be used where a value of type 'bool' is expected`)
  return (row) => convert(of(row), type, 'bool') as boolean | null
}

/** The type in which values of two types meet: for comparison, for `iff`, for `union`. Undefined where they do not. */
export function commonType(a: Type, b: Type): Type | undefined {
  if (a === b) return a
  if (isNumber(a) && isNumber(b)) return a === 'real' || b === 'real' ? 'real' : 'long'
  if (a === 'dynamic') return b
  if (b === 'dynamic') return a
  if (a === 'guid' && b === 'string') return 'string'
  if (b === 'guid' && a === 'string') return 'string'
  return undefined
}

const ORDER: Record<string, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
}

/** `==`, `!=` and the four of order. Two nulls are neither equal nor different; null and a value are different. */
export function compared(operator: string, left: Expression, right: Expression): Expression {
  const common = comparable(left, right)
  const [a, b] = [cast(left, common).of, cast(right, common).of]
  const order = ORDER[operator]
  const equal = operator === '=='
  return derived('bool', [left, right], (row) => {
    const [x, y] = [a(row), b(row)]
    if (order) return x === null || y === null ? null : order(compareValues(x, y))
    if (x === null && y === null) return null
    return (compareValues(x, y) === 0) === equal
  })
}

function comparable(left: Expression, right: Expression): Type {
  const common = commonType(left.type, right.type)
  if (common) return common
  // Flags are documented as 1 and 0 and are compared with those texts.
  if ([left.type, right.type].every((type) => type === 'bool' || type === 'string' || isNumber(type))) {
    if (left.type === 'bool' || right.type === 'bool') return 'bool'
  }
  throw semantic(`Cannot compare values of types ${left.type} and ${right.type}. Try adding explicit casts`)
}

/** `+ - * / %` over numbers, moments and lengths of time. */
export function arithmetic(operator: string, left: Expression, right: Expression): Expression {
  const type = arithmeticType(operator, left.type, right.type)
  if (!type)
    throw semantic(
      `Scalar operator '${operator}' cannot be applied to operands of types '${left.type}' and '${right.type}'`,
    )
  const [a, b] = [left, right].map((side) => (side.type === 'dynamic' ? cast(side, type) : side)) as [
    Expression,
    Expression,
  ]
  const work = OPERATIONS[operator]!
  const isWhole = type === 'int' || type === 'long'
  return derived(type, [left, right], (row) => {
    const [x, y] = [a.of(row), b.of(row)]
    if (typeof x !== 'number' || typeof y !== 'number') return null
    const result = work(x, y)
    if (!isWhole) return result
    return Number.isFinite(result) ? Math.trunc(result) : null
  })
}

const OPERATIONS: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => ((a % b) + Math.abs(b)) % Math.abs(b),
}

function arithmeticType(operator: string, a: Type, b: Type): Type | undefined {
  if (a === 'dynamic' && b === 'dynamic') return 'real'
  if (a === 'dynamic') return arithmeticType(operator, isTime(b) ? 'timespan' : b, b)
  if (b === 'dynamic') return arithmeticType(operator, a, isTime(a) ? 'timespan' : a)
  if (isNumber(a) && isNumber(b)) return commonType(a, b)
  if (operator === '+' || operator === '-') {
    if (a === 'datetime' && b === 'timespan') return 'datetime'
    if (a === 'timespan' && b === 'timespan') return 'timespan'
    if (a === 'timespan' && b === 'datetime' && operator === '+') return 'datetime'
    return a === 'datetime' && b === 'datetime' && operator === '-' ? 'timespan' : undefined
  }
  if (a === 'timespan' && b === 'timespan') return operator === '/' ? 'real' : operator === '%' ? 'timespan' : undefined
  if (a === 'timespan' && isNumber(b)) return 'timespan'
  return operator === '*' && isNumber(a) && b === 'timespan' ? 'timespan' : undefined
}

/** `a.b` and `a[0]`, `a['b']`: null where there is nothing. */
export function element(target: Expression, key: Expression): Expression {
  if (target.type !== 'dynamic') throw semantic(`Path expression source must be of type dynamic, not ${target.type}`)
  return derived('dynamic', [target, key], (row) => {
    const [whole, at] = [target.of(row), key.of(row)]
    if (Array.isArray(whole) && typeof at === 'number') return (whole.at(at) as Value | undefined) ?? null
    if (whole === null || typeof whole !== 'object' || Array.isArray(whole) || typeof at !== 'string') return null
    return Object.hasOwn(whole, at) ? ((whole as Record<string, Value>)[at] ?? null) : null
  })
}

/** A value as it lies in dynamic data. */
export const asJson =
  ({ type, of }: Expression) =>
  (row: Row) =>
    jsonOf(of(row), type)
