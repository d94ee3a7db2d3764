import { DYNAMIC_FUNCTIONS } from './dynamic-functions.ts'
import { MANY, overNumber, scalar } from './function-kinds.ts'
import { TEXT_FUNCTIONS } from './text-functions.ts'
import { TIME_FUNCTIONS } from './time-functions.ts'
import { asBool, cast, commonType, constant, derived } from './expression.ts'
import { bin } from './moments.ts'
import { compareValues, isNumber, isTime, nothing, parseTimespan } from './values.ts'
import { notBuilt, semantic } from './errors.ts'
import type { Expression } from './expression.ts'
import type { Row, Type } from './values.ts'
import type { Scalar } from './function-kinds.ts'

/** Scalar functions of KQL: looked up by name, and those of numbers, of conversion and of choice. */

/** The function of this name with these arguments. @throws KqlError for one that does not exist, or is not built. */
export function callFunction(name: string, args: readonly Expression[], now: number): Expression {
  const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]! : undefined
  if (!found) {
    if (MISSING.test(name)) throw notBuilt(`KQL's function ${name}`)
    throw semantic(`Unknown function: '${name}'`)
  }
  if (args.length < found.least || args.length > found.most) throw semantic(wrongCount(name, found))
  return found.make(args, now)
}

const wrongCount = (name: string, { least, most }: Scalar) =>
  `${name}(): function expects ${least === most ? least : most === MANY ? `at least ${least}` : `${least}-${most}`} argument(s)`

/** Functions that the language has and that are missing here. */
const MISSING =
  /^(series_|geo_|hash|row_|bag_|array_|set_|parse_|ipv[46]_|base64_|binary_|bitset_|url_|unicode_|make_|datetime_|format_|has_|week_|welch_|zip|zlib_|gzip_|gamma|beta_|rank_|percentrank|tdigest|hll|dcount_|extent_|ingestion_|current_|cursor_|estimate_|materialized_|prev$|next$|sin$|cos$|tan$|log|exp|pow$|sign$|rand$|treepath$|translate$|strrep$|new_guid$|dynamic_to_json$|toutf8|repeat$|pi$|assert$|punycode)/

const conversion = (to: Type) => scalar(1, 1, ([arg]) => cast(arg!, to))

const rounding = scalar(2, 2, ([value, size]) => {
  const type = isTime(value!.type) ? value!.type : commonType(value!.type, size!.type)
  if (!type || (!isNumber(type) && !isTime(type)) || (isTime(type) && size!.type !== 'timespan'))
    throw semantic(`bin(): cannot round a value of type ${value!.type} to ${size!.type}`)
  const [number, step] = [cast(value!, type), size!]
  return derived(type, [value!, size!], (row) => {
    const [x, y] = [number.of(row), step.of(row)]
    return typeof x === 'number' && typeof y === 'number' ? bin(x, y, type === 'datetime') : null
  })
})

/** The first of several types in which all of them meet. */
function together(types: readonly Type[], who: string): Type {
  return types.reduce((a, b) => {
    const common = commonType(a, b)
    if (!common) throw semantic(`${who}(): arguments of types ${a} and ${b} cannot be used together`)
    return common
  })
}

function choice(conditions: readonly Expression[], results: readonly Expression[], who: string): Expression {
  const type = together(
    results.map((result) => result.type),
    who,
  )
  const tests = conditions.map(asBool)
  const values = results.map((result) => cast(result, type).of)
  return derived(type, [...conditions, ...results], (row) => {
    const index = tests.findIndex((test) => test(row) === true)
    return values[index < 0 ? tests.length : index]!(row)
  })
}

const isNothing = ({ type, of }: Expression) => {
  return (row: Row) => {
    const value = of(row)
    return type === 'string' ? value === '' : value === null || (type === 'dynamic' && value === '')
  }
}

const extreme = (sign: 1 | -1, who: string) =>
  scalar(1, MANY, (args) => {
    const type = together(
      args.map((arg) => arg.type),
      who,
    )
    const values = args.map((arg) => cast(arg, type).of)
    return derived(type, args, (row) =>
      values
        .map((value) => value(row))
        .reduce((best, value) =>
          best === null || (value !== null && sign * compareValues(value, best) > 0) ? value : best,
        ),
    )
  })

const emptiness = (wanted: boolean) =>
  scalar(1, 1, ([arg]) => {
    const test = isNothing(arg!)
    return derived('bool', [arg!], (row) => test(row) === wanted)
  })

const nullness = (wanted: boolean) =>
  scalar(1, 1, ([arg]) => derived('bool', [arg!], (row) => (arg!.of(row) === null) === wanted))

const conditional = scalar(3, 3, ([condition, yes, no]) => choice([condition!], [yes!, no!], 'iff'))

const FUNCTIONS: Readonly<Record<string, Scalar>> = {
  ...TIME_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...DYNAMIC_FUNCTIONS,
  bin: rounding,
  floor: rounding,
  ceiling: overNumber('real', Math.ceil, isNumber),
  abs: overNumber('same', Math.abs, (type) => isNumber(type) || type === 'timespan'),
  sqrt: overNumber('real', Math.sqrt, isNumber),
  round: scalar(1, 2, ([value, digits = constant('long', 0)]) => {
    const number = cast(value!, 'real')
    return derived('real', [value!, digits], (row) => {
      const [x, n] = [number.of(row), digits.of(row)]
      return typeof x === 'number' && typeof n === 'number' ? Math.round(x * 10 ** n) / 10 ** n : null
    })
  }),
  min_of: extreme(-1, 'min_of'),
  max_of: extreme(1, 'max_of'),
  tostring: conversion('string'),
  toint: conversion('int'),
  tolong: conversion('long'),
  todouble: conversion('real'),
  toreal: conversion('real'),
  todecimal: conversion('real'),
  tobool: conversion('bool'),
  toboolean: conversion('bool'),
  todatetime: conversion('datetime'),
  totimespan: scalar(1, 1, ([arg]) =>
    arg!.type === 'string'
      ? derived('timespan', [arg!], (row) => parseTimespan(String(arg!.of(row)).trim()) ?? null)
      : cast(arg!, 'timespan'),
  ),
  toguid: conversion('guid'),
  isempty: emptiness(true),
  isnotempty: emptiness(false),
  isnull: nullness(true),
  isnotnull: nullness(false),
  notnull: nullness(false),
  notempty: emptiness(false),
  isnan: overNumber('bool', Number.isNaN, isNumber),
  not: scalar(1, 1, ([arg]) => {
    const test = asBool(arg!)
    return derived('bool', [arg!], (row) => {
      const value = test(row)
      return value === null ? null : !value
    })
  }),
  iff: conditional,
  iif: conditional,
  case: scalar(3, MANY, (args) => {
    if (args.length % 2 === 0) throw semantic('case(): an odd number of arguments is expected')
    const conditions = args.filter((_, i) => i % 2 === 0 && i < args.length - 1)
    const results = args.filter((_, i) => i % 2 === 1 || i === args.length - 1)
    return choice(conditions, results, 'case')
  }),
  coalesce: scalar(2, MANY, (args) => {
    const type = together(
      args.map((arg) => arg.type),
      'coalesce',
    )
    const values = args.map((arg) => cast(arg, type))
    const tests = values.map(isNothing)
    return derived(type, args, (row) => {
      const index = tests.findIndex((test) => !test(row))
      return index < 0 ? nothing(type) : values[index]!.of(row)
    })
  }),
}

/** Functions that keep the name of the column they are given: `tostring(Subject)` is called `Subject`. */
export const NAME_KEEPING = new Set(
  [
    'bin',
    'floor',
    'tostring',
    'toint',
    'tolong',
    'todouble',
    'toreal',
    'tobool',
    'todatetime',
    'todynamic',
    'toguid',
  ].concat(['parse_json', 'startofday', 'startofweek', 'startofmonth', 'startofyear']),
)
