import { isObject, put, unwrapJson } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'

/**
 * Name-and-value lists as objects, so that a value is found under its name. Microsoft writes the same list as
 * `[{"Name":"ForwardTo","Value":"x"}]`, `[{"Name":"Role","NewValue":"a","OldValue":"b"}]`, in Graph
 * `[{"key":"AppId","value":"x"}]` and `[{"displayName":"Role","oldValue":"a","newValue":"b"}]`, elsewhere `["HtmlBody"]`,
 * `-ForwardTo "x"`, or as JSON text of one of these. Anything else stays as it is.
 */
export function liftPairs(value: unknown): unknown {
  if (!Array.isArray(value) || value.length === 0) return value
  const pairs: [string, unknown][] = []
  for (const element of value) {
    const name = isObject(element) ? pairName(element) : undefined
    if (name === undefined) return value
    pairs.push([name, pairValue(element as JsonObject)])
  }
  return fromPairs(pairs)
}

/** Lists of bare names, and PowerShell's own notation, as objects too: only for fields known to hold name-and-value lists. */
export function liftNames(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? value : liftParameterText(value)
  if (!Array.isArray(value) || value.length === 0 || !value.every((name) => typeof name === 'string')) {
    return liftPairs(value)
  }
  const lifted: JsonObject = {}
  for (const name of value) put(lifted, name, true)
  return lifted
}

const NAME_FIELDS = ['Name', 'Key', 'key', 'name', 'displayName']
const VALUE_FIELDS = ['Value', 'value']
const CHANGE_FIELDS = ['NewValue', 'OldValue', 'newValue', 'oldValue']
const PAIR_FIELDS = new Set([...NAME_FIELDS, ...VALUE_FIELDS, ...CHANGE_FIELDS])

/** The name in a pair; undefined where the object holds anything else beside, or a display name alone. */
function pairName(pair: JsonObject): string | undefined {
  let name: unknown
  let names = 0
  let fields = 0
  for (const field in pair) {
    if (!PAIR_FIELDS.has(field)) return undefined
    fields += 1
    if (NAME_FIELDS.includes(field)) {
      name = pair[field]
      names += 1
    }
  }
  if (names !== 1 || typeof name !== 'string') return undefined
  return fields > 1 || 'Name' in pair || 'Key' in pair ? name : undefined
}

function pairValue(pair: JsonObject): unknown {
  const { Value: only } = pair
  // By far the most: a name and one value.
  if (only !== undefined && isAlone(pair)) return unwrap(only)
  const changes = CHANGE_FIELDS.filter((field) => field in pair)
  const values = VALUE_FIELDS.filter((field) => field in pair)
  if (changes.length === 0 && values.length < 2) return unwrap(pair[values[0] ?? 'Value'] ?? null)
  return Object.fromEntries([...changes, ...values].map((field) => [field, unwrap(pair[field])]))
}

function isAlone(pair: JsonObject): boolean {
  return !('value' in pair || 'NewValue' in pair || 'OldValue' in pair || 'newValue' in pair || 'oldValue' in pair)
}

function unwrap(value: unknown): unknown {
  return typeof value === 'string' ? unwrapJson(value) : value
}

/** A name that comes twice gets a list of both values. */
function fromPairs(pairs: Iterable<[string, unknown]>): JsonObject {
  const object: JsonObject = {}
  let repeated: Map<string, unknown[]> | undefined
  for (const [name, value] of pairs) {
    const list = repeated?.get(name)
    if (list !== undefined) {
      list.push(value)
    } else if (Object.hasOwn(object, name)) {
      const both = [object[name], value]
      repeated = (repeated ?? new Map<string, unknown[]>()).set(name, both)
      put(object, name, both)
    } else {
      put(object, name, value)
    }
  }
  return object
}

// Every alternative stops at its own opening character, so that a hostile text costs no more than its length.
const PARAMETER = /-(\w+)(?:\s+(?:"([^"]*(?:""[^"]*)*)"|\(([^()]*)\)|([^-"(\s]\S*)))?/g

/** `-Name "x" -Force "True"` as an object, the text itself kept under `_raw`. */
function liftParameterText(text: string): JsonObject {
  const pairs = text.matchAll(PARAMETER).map(([, name = '', quoted, listed, bare]): [string, unknown] => {
    return [name, quoted?.replaceAll('""', '"') ?? listed ?? bare ?? true]
  })
  return { _raw: text, ...fromPairs(pairs) }
}
