import { createHash } from 'node:crypto'
import { isIPv4 } from 'node:net'

import { add, bin, difference, formatMoment, isUnit, startOf } from './moments.ts'
import { asBool, asJson, asText, cast, commonType, constant, derived } from './expression.ts'
import { compareValues, isNumber, isTime, keyOf, nothing, parseTimespan, textOf, timespanText } from './values.ts'
import { notBuilt, semantic } from './errors.ts'
import { regex } from './text.ts'
import { typeNamed } from './values.ts'
import type { Expression } from './expression.ts'
import type { Json, Row, Type, Value } from './values.ts'

/** Scalar functions of KQL. */
type Make = (args: readonly Expression[], now: number) => Expression

interface Scalar {
  least: number
  most: number
  make: Make
}

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

const MANY = 64
const scalar = (least: number, most: number, make: Make): Scalar => ({ least, most, make })

/** Over text: each argument as a string. */
const overText = (count: number, type: Type, work: (...texts: string[]) => Value, least = count) =>
  scalar(least, count, (args) => {
    const texts = args.map((arg, i) => asText(arg, `argument #${i + 1}`))
    return derived(type, args, (row) => work(...texts.map((text) => text(row))))
  })

/** Over one number or moment, null where there is none. */
const overNumber = (type: Type | 'same', work: (value: number) => Value, accepts: (type: Type) => boolean) =>
  scalar(1, 1, ([arg]) => {
    const value = arg!.type === 'dynamic' ? cast(arg!, 'real') : arg!
    if (!accepts(value.type)) throw semantic(`argument #1 has an unexpected type ${value.type}`)
    return derived(type === 'same' ? value.type : type, [arg!], (row) => {
      const number = value.of(row)
      return typeof number === 'number' ? work(number) : null
    })
  })

const overMoment = (type: Type, work: (value: number) => Value) =>
  overNumber(type, work, (accepted) => accepted === 'datetime')

const conversion = (to: Type) => scalar(1, 1, ([arg]) => cast(arg!, to))

const period = (unit: 'year' | 'month' | 'week' | 'day', end: boolean) =>
  scalar(1, 2, ([at, offset = constant('long', 0)]) => {
    if (at!.type !== 'datetime') throw semantic('argument #1 expected to be a datetime expression')
    return derived('datetime', [at!, offset], (row) => {
      const [time, shift] = [at!.of(row), offset.of(row)]
      if (typeof time !== 'number' || typeof shift !== 'number') return null
      return end ? startOf(unit, time, shift + 1) - 1e-4 : startOf(unit, time, shift)
    })
  })

/** Over dynamic values as they are. */
const overDynamic = (least: number, most: number, type: Type, work: (...values: Json[]) => Value) =>
  scalar(least, most, (args) => {
    const values = args.map(asJson)
    return derived(type, args, (row) => work(...values.map((value) => value(row))))
  })

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

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text === '' ? null : text
  }
}

const list = (value: Json): readonly Json[] | undefined => (Array.isArray(value) ? value : undefined)
const bag = (value: Json): Readonly<Record<string, Json>> | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : undefined

function parseUrl(text: string): Json {
  const [, scheme = '', user = '', password = '', host = '', port = '', path = '', query = '', fragment = ''] =
    /^(?:([A-Za-z][\w+.-]*):\/\/)?(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^:/?#]*)(?::(\d+))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(
      text,
    ) ?? []
  const parameters: Record<string, string> = {}
  for (const pair of query.split('&').filter(Boolean)) {
    const [name = '', ...rest] = pair.split('=')
    parameters[name] = rest.join('=')
  }
  return {
    Scheme: scheme,
    Host: host,
    Port: port,
    Path: path,
    Username: user,
    Password: password,
    'Query Parameters': parameters,
    Fragment: fragment,
  }
}

const ipv4 = (text: string): number | undefined =>
  isIPv4(text) ? text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : undefined

function isInRange(address: string, range: string): Value {
  const [network = '', bits = '32'] = range.split('/')
  const [a, b] = [ipv4(address), ipv4(network)]
  if (a === undefined || b === undefined || !/^\d+$/.test(bits) || Number(bits) > 32) return null
  const size = 2 ** (32 - Number(bits))
  return Math.floor(a / size) === Math.floor(b / size)
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

/** A pattern as a regular expression, read once where it is constant. */
function patternOf(expression: Expression, flags: string): (row: Row) => RegExp {
  const text = asText(expression, 'argument #1')
  const known = expression.constant ? regex(text([]), flags) : undefined
  return (row) => known ?? regex(text(row), flags)
}

const extract = scalar(3, 4, ([pattern, group, source, type]) => {
  const read = patternOf(pattern!, '')
  const text = asText(source!, 'extract(): argument #3')
  const to = (type && typeNamed(String(type.of([])))) ?? 'string'
  const found = derived('string', [pattern!, group!, source!], (row) => {
    const number = group!.of(row)
    return read(row).exec(text(row))?.[typeof number === 'number' ? number : 0] ?? ''
  })
  return cast(found, to)
})

const replaceRegex = scalar(3, 3, ([source, pattern, rewrite]) => {
  const [text, by] = [asText(source!, 'argument #1'), asText(rewrite!, 'argument #3')]
  const read = patternOf(pattern!, 'g')
  return derived('string', [source!, pattern!, rewrite!], (row) =>
    text(row).replaceAll(
      read(row),
      by(row)
        .replaceAll('$', '$$$$')
        .replaceAll(/\\(\d)/g, '$$$1')
        .replaceAll('$0', '$&'),
    ),
  )
})

const trimming = (start: boolean, end: boolean) =>
  scalar(2, 2, ([pattern, source]) => {
    const [cut, text] = [asText(pattern!, 'argument #1'), asText(source!, 'argument #2')]
    return derived('string', [pattern!, source!], (row) => {
      const body = `(?:${cut(row)})+`
      const left = start ? text(row).replace(regex(`^${body}`), '') : text(row)
      return end ? left.replace(regex(`${body}$`), '') : left
    })
  })

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

const pack = scalar(0, MANY, (args) => {
  const values = args.map(asJson)
  return derived('dynamic', args, (row) => {
    const packed: Record<string, Json> = {}
    for (let i = 0; i + 1 < values.length; i += 2) packed[String(values[i]!(row))] = values[i + 1]!(row)
    return packed
  })
})

const json = scalar(1, 1, ([arg]) => {
  if (arg!.type !== 'string') return cast(arg!, 'dynamic')
  return derived('dynamic', [arg!], (row) => parseJson(String(arg!.of(row))))
})

const strcat = scalar(1, MANY, (args) =>
  derived('string', args, (row) => args.map(({ of, type }) => textOf(of(row), type)).join('')),
)

const emptiness = (wanted: boolean) =>
  scalar(1, 1, ([arg]) => {
    const test = isNothing(arg!)
    return derived('bool', [arg!], (row) => test(row) === wanted)
  })

const nullness = (wanted: boolean) =>
  scalar(1, 1, ([arg]) => derived('bool', [arg!], (row) => (arg!.of(row) === null) === wanted))

const conditional = scalar(3, 3, ([condition, yes, no]) => choice([condition!], [yes!, no!], 'iff'))

const FUNCTIONS: Readonly<Record<string, Scalar>> = {
  ago: scalar(1, 1, ([length], now) => {
    if (length!.type !== 'timespan') throw semantic('ago(): argument #1 expected to be a timespan expression')
    return derived('datetime', [length!], (row) => now - Number(length!.of(row)))
  }),
  now: scalar(0, 1, ([offset], now) =>
    offset ? derived('datetime', [offset], (row) => now + Number(offset.of(row))) : constant('datetime', now),
  ),
  datetime_diff: scalar(3, 3, ([unit, later, earlier]) => {
    const name = String(unit!.of([])).toLowerCase()
    if (!isUnit(name)) throw semantic(`datetime_diff(): '${name}' is no period`)
    return derived('long', [later!, earlier!], (row) => {
      const [a, b] = [later!.of(row), earlier!.of(row)]
      return typeof a === 'number' && typeof b === 'number' ? difference(name, a, b) : null
    })
  }),
  datetime_add: scalar(3, 3, ([unit, amount, at]) => {
    const name = String(unit!.of([])).toLowerCase()
    if (!isUnit(name)) throw semantic(`datetime_add(): '${name}' is no period`)
    return derived('datetime', [amount!, at!], (row) => {
      const [a, b] = [amount!.of(row), at!.of(row)]
      return typeof a === 'number' && typeof b === 'number' ? add(name, a, b) : null
    })
  }),
  format_datetime: scalar(2, 2, ([at, pattern]) => {
    const text = asText(pattern!, 'format_datetime(): argument #2')
    return derived('string', [at!, pattern!], (row) => {
      const time = at!.of(row)
      return typeof time === 'number' ? formatMoment(time, text(row)) : ''
    })
  }),
  format_timespan: scalar(2, 2, ([length]) =>
    derived('string', [length!], (row) => {
      const value = length!.of(row)
      return typeof value === 'number' ? timespanText(value) : ''
    }),
  ),
  startofday: period('day', false),
  startofweek: period('week', false),
  startofmonth: period('month', false),
  startofyear: period('year', false),
  endofday: period('day', true),
  endofweek: period('week', true),
  endofmonth: period('month', true),
  endofyear: period('year', true),
  hourofday: overMoment('int', (time) => new Date(time).getUTCHours()),
  dayofmonth: overMoment('int', (time) => new Date(time).getUTCDate()),
  monthofyear: overMoment('int', (time) => new Date(time).getUTCMonth() + 1),
  getyear: overMoment('int', (time) => new Date(time).getUTCFullYear()),
  dayofweek: overMoment('timespan', (time) => new Date(time).getUTCDay() * 86_400_000),
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
  tolower: overText(1, 'string', (text) => text!.toLowerCase()),
  toupper: overText(1, 'string', (text) => text!.toUpperCase()),
  strlen: overText(1, 'long', (text) => text!.length),
  reverse: overText(1, 'string', (text) => [...text!].toReversed().join('')),
  substring: scalar(2, 3, ([source, start, length]) => {
    const text = asText(source!, 'substring(): argument #1')
    return derived('string', [source!, start!, ...(length ? [length] : [])], (row) => {
      const [whole, from, size] = [text(row), Number(start!.of(row)), length ? Number(length.of(row)) : Infinity]
      const begin = from < 0 ? Math.max(0, whole.length + from) : from
      return size <= 0 ? '' : whole.slice(begin, begin + size)
    })
  }),
  split: scalar(2, 3, ([source, delimiter, index]) => {
    const [text, by] = [asText(source!, 'split(): argument #1'), asText(delimiter!, 'split(): argument #2')]
    return derived('dynamic', [source!, delimiter!, ...(index ? [index] : [])], (row) => {
      const parts = by(row) === '' ? [text(row)] : text(row).split(by(row))
      if (!index) return parts
      const at = parts[Number(index.of(row))]
      return at === undefined ? [] : [at]
    })
  }),
  strcat,
  strcat_delim: scalar(2, MANY, ([delimiter, ...args]) =>
    derived('string', [delimiter!, ...args], (row) =>
      args.map(({ of, type }) => textOf(of(row), type)).join(String(delimiter!.of(row))),
    ),
  ),
  strcat_array: scalar(2, 2, ([array, delimiter]) =>
    derived('string', [array!, delimiter!], (row) =>
      (list(array!.of(row)) ?? []).map((item) => textOf(item, 'dynamic')).join(String(delimiter!.of(row))),
    ),
  ),
  replace_string: overText(3, 'string', (text, wanted, by) =>
    wanted === '' ? text! : text!.replaceAll(wanted!, () => by!),
  ),
  replace_regex: replaceRegex,
  replace: scalar(3, 3, ([pattern, rewrite, source], now) => replaceRegex.make([source!, pattern!, rewrite!], now)),
  extract,
  extract_all: scalar(2, 2, ([pattern, source]) => {
    const [read, text] = [patternOf(pattern!, 'g'), asText(source!, 'extract_all(): argument #2')]
    return derived('dynamic', [pattern!, source!], (row) =>
      [...text(row).matchAll(read(row))].map(([whole, ...groups]) =>
        groups.length > 1 ? groups.map((group) => group ?? '') : (groups[0] ?? whole),
      ),
    )
  }),
  trim: trimming(true, true),
  trim_start: trimming(true, false),
  trim_end: trimming(false, true),
  indexof: overText(2, 'long', (text, wanted) => text!.indexOf(wanted!)),
  countof: overText(2, 'long', (text, wanted) => (wanted === '' ? 0 : text!.split(wanted!).length - 1)),
  parse_json: json,
  todynamic: json,
  toobject: json,
  array_length: overDynamic(1, 1, 'long', (array) => list(array!)?.length ?? null),
  array_concat: overDynamic(1, MANY, 'dynamic', (...arrays) => arrays.flatMap((array) => list(array) ?? [])),
  array_index_of: overDynamic(2, 2, 'long', (array, value) => {
    return list(array!)?.findIndex((item) => keyOf([item]) === keyOf([value!])) ?? null
  }),
  array_slice: overDynamic(3, 3, 'dynamic', (array, from, to) => {
    const [start, end] = [Number(from), Number(to)]
    return list(array!)?.slice(start, end === -1 ? undefined : end + 1) ?? null
  }),
  set_has_element: overDynamic(2, 2, 'bool', (set, value) =>
    (list(set!) ?? []).some((item) => keyOf([item]) === keyOf([value!])),
  ),
  set_union: overDynamic(2, MANY, 'dynamic', (...sets) => unique(sets.flatMap((set) => list(set) ?? []))),
  set_intersect: overDynamic(2, 2, 'dynamic', (a, b) => {
    const keys = new Set((list(b!) ?? []).map((item) => keyOf([item])))
    return unique((list(a!) ?? []).filter((item) => keys.has(keyOf([item]))))
  }),
  set_difference: overDynamic(2, 2, 'dynamic', (a, b) => {
    const keys = new Set((list(b!) ?? []).map((item) => keyOf([item])))
    return unique((list(a!) ?? []).filter((item) => !keys.has(keyOf([item]))))
  }),
  pack_array: overDynamic(0, MANY, 'dynamic', (...values) => values),
  pack,
  bag_pack: pack,
  bag_keys: overDynamic(1, 1, 'dynamic', (value) => {
    const properties = bag(value!)
    return properties ? Object.keys(properties) : null
  }),
  bag_has_key: overDynamic(2, 2, 'bool', (value, key) => {
    const properties = bag(value!)
    return properties ? Object.hasOwn(properties, String(key)) : null
  }),
  bag_merge: overDynamic(2, MANY, 'dynamic', (...bags) =>
    Object.fromEntries(bags.toReversed().flatMap((each) => Object.entries(bag(each) ?? {}))),
  ),
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
  parse_url: overText(1, 'dynamic', (text) => parseUrl(text!)),
  url_decode: overText(1, 'string', (text) => {
    try {
      return decodeURIComponent(text!.replaceAll('+', ' '))
    } catch {
      return text!
    }
  }),
  url_encode: overText(1, 'string', (text) => encodeURIComponent(text!)),
  base64_encode_tostring: overText(1, 'string', (text) => Buffer.from(text!, 'utf8').toString('base64')),
  base64_decode_tostring: overText(1, 'string', (text) => Buffer.from(text!, 'base64').toString('utf8')),
  hash_sha256: scalar(1, 1, ([arg]) =>
    derived('string', [arg!], (row) =>
      createHash('sha256')
        .update(textOf(arg!.of(row), arg!.type))
        .digest('hex'),
    ),
  ),
  ipv4_is_in_range: overText(2, 'bool', (address, range) => isInRange(address!, range!)),
  ipv4_is_private: overText(1, 'bool', (address) =>
    ipv4(address!) === undefined ? null : PRIVATE.some((range) => isInRange(address!, range) === true),
  ),
  gettype: scalar(1, 1, ([arg]) =>
    derived('string', [arg!], (row) => {
      const value = arg!.of(row)
      if (arg!.type !== 'dynamic') return arg!.type
      if (value === null) return 'null'
      if (Array.isArray(value)) return 'array'
      return typeof value === 'object' ? 'dictionary' : typeof value === 'number' ? 'long' : typeof value
    }),
  ),
}

const unique = (items: readonly Json[]): Json[] => [...new Map(items.map((item) => [keyOf([item]), item])).values()]

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
