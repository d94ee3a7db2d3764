import { integerOf, isObject } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { parseTime } from '#normalize/steps/time.ts'
import type { EcsField, EcsType } from './fields.ts'

/** `value` as the field's type has it, in one spelling; undefined where it is not valid for the field. */
export function readField({ type, isList }: EcsField, value: unknown): unknown {
  const read = READERS[type]
  if (!Array.isArray(value)) {
    const one = read(value)
    return one !== undefined && isList ? [one] : one
  }
  const all = value.map(read)
  return all.length === 0 || all.includes(undefined) ? undefined : all
}

const READERS: Readonly<Record<EcsType, (value: unknown) => unknown>> = {
  keyword: textIn,
  folded: (value) => textIn(value)?.toLowerCase(),
  ip: (value) => parseAddress(value)?.ip,
  long: integerOf,
  float: (value) => (typeof value === 'number' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  date: parseTime,
  geo_point: placeIn,
  labels: labelsIn,
}

/** ECS takes a number or a boolean for a keyword, and means its text. */
function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function placeIn(value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined
  const { lat, lon } = value
  return typeof lat === 'number' && typeof lon === 'number' && Object.keys(value).length === 2
    ? { lat, lon }
    : undefined
}

/** Labels have any name, and one value each. */
function labelsIn(value: unknown): JsonObject | undefined {
  if (!isObject(value) || Object.hasOwn(value, '__proto__')) return undefined
  const labels = Object.entries(value).map(([name, label]) => [name, textIn(label)] as const)
  return labels.length > 0 && labels.every(([, label]) => label !== undefined) ? Object.fromEntries(labels) : undefined
}
