import { MAX_DEPTH, isObject, isWithinDepth, unwrapJson, put } from './json.ts'
import type { JsonObject } from './json.ts'
import { RecordFault } from './normalizer.ts'
import { liftPairs } from './steps/pairs.ts'

/**
 * The parsed record as an object that can be written again; undefined where it holds nothing.
 *
 * @throws RecordFault where it is no object, or nests too deep.
 */
export function objectIn(value: unknown): JsonObject | undefined {
  if (!isObject(value)) throw new RecordFault('A record is a JSON object; this is not one.')
  if (Object.keys(value).length === 0) return undefined
  if (!isWithinDepth(value, MAX_DEPTH)) throw new RecordFault(`The record nests deeper than ${MAX_DEPTH} levels.`)
  return value
}

/**
 * The value taken apart, however deep: JSON texts become what they say, name-and-value lists objects. Shares with `value`
 * what holds neither, and leaves a text alone whose content would nest deeper than a record may. `unwrap` says what a text
 * says: {@link unwrapJson} unless told.
 */
export function unwrapDeep(value: unknown, levels = MAX_DEPTH, unwrap = unwrapJson): unknown {
  if (typeof value === 'string') {
    const inner = unwrap(value)
    return inner === value || !isWithinDepth(inner, levels) ? value : unwrapDeep(inner, levels, unwrap)
  }
  if (Array.isArray(value)) {
    const unwrapped = value.map((element) => unwrapDeep(element, levels - 1, unwrap))
    return liftPairs(unwrapped.some((element, at) => element !== value[at]) ? unwrapped : value)
  }
  if (!isObject(value)) return value
  let copy: JsonObject | undefined
  for (const name of Object.keys(value)) {
    const inner = unwrapDeep(value[name], levels - 1, unwrap)
    if (inner !== value[name]) put((copy ??= { ...value }), name, inner)
  }
  return copy ?? value
}
