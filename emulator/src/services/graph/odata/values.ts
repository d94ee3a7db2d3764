/**
 * Values as filters and orders see them: dates are milliseconds, lists hold texts or elements with members of their own.
 */
export type Value = string | boolean | number | null | readonly string[] | readonly Element[]
export type Element = Readonly<Record<string, unknown>>

/** `list` holds elements, whose members are fields of their own: `licenses: 'list', 'licenses/skuId': 'guid'`. */
export type FieldType = 'string' | 'guid' | 'boolean' | 'date' | 'number' | 'strings' | 'list'
export type Fields = Readonly<Record<string, FieldType>>

/** Gives the value of a field. */
export type Read = (field: string) => Value

/** The value of `status/errorCode` in a record; of a list on the way, the values in all its elements. */
export function valueAt(record: Element, path: string, type: FieldType | undefined): Value {
  const value = path.split('/').reduce<unknown>(memberOf, record)
  return type === 'date' && typeof value === 'string' ? Date.parse(value) : ((value ?? null) as Value)
}

/** Reads fields out of a record. */
export const reading =
  (record: Element, fields: Fields): Read =>
  (field) =>
    valueAt(record, field, fields[field])

function memberOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => memberOf(each, name)).filter((each) => each != null)
  return typeof value === 'object' && value !== null ? (value as Element)[name] : undefined
}

/** Negative, zero or positive; strings without regard to case, null before everything. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [a.toLowerCase(), b.toLowerCase()]
    return x < y ? -1 : x > y ? 1 : 0
  }
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return a < b ? -1 : 1
}
