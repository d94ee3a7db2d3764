import { MANY, overDynamic, scalar } from './function-kinds.ts'
import { asJson, cast, derived } from './expression.ts'
import { keyOf } from './values.ts'
import type { Json } from './values.ts'
import type { Scalar } from './function-kinds.ts'

/** Functions of lists, sets and bags of properties. */

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

const unique = (items: readonly Json[]): Json[] => [...new Map(items.map((item) => [keyOf([item]), item])).values()]

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

export const DYNAMIC_FUNCTIONS: Readonly<Record<string, Scalar>> = {
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
