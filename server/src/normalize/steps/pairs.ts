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
  const lifted = new Lifted()
  for (const element of value) {
    if (!isObject(element)) return value
    const { Name: usual } = element
    if (typeof usual === 'string' && isUsual(element)) {
      lifted.add(usual, unwrap(element.Value ?? null))
      continue
    }
    const name = pairName(element)
    if (name === undefined) return value
    lifted.add(name, pairValue(element))
  }
  return lifted.object
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

/** By far the most: a name and one value, and nothing beside. */
function isUsual(pair: JsonObject): boolean {
  let fields = 0
  for (const field in pair) {
    fields += 1
    if (fields > 2 || (field !== 'Name' && field !== 'Value')) return false
  }
  return fields === 2
}

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
  const changes = CHANGE_FIELDS.filter((field) => field in pair)
  const values = VALUE_FIELDS.filter((field) => field in pair)
  if (changes.length === 0 && values.length < 2) return unwrap(pair[values[0] ?? 'Value'] ?? null)
  return Object.fromEntries([...changes, ...values].map((field) => [field, unwrap(pair[field])]))
}

function unwrap(value: unknown): unknown {
  return typeof value === 'string' ? unwrapJson(value) : value
}

/** What pairs become. A name that comes twice gets a list of both values. */
class Lifted {
  readonly object: JsonObject = {}
  #repeated: Map<string, unknown[]> | undefined

  add(name: string, value: unknown): void {
    const list = this.#repeated?.get(name)
    if (list !== undefined) {
      list.push(value)
    } else if (Object.hasOwn(this.object, name)) {
      const both = [this.object[name], value]
      this.#repeated = (this.#repeated ?? new Map<string, unknown[]>()).set(name, both)
      put(this.object, name, both)
    } else {
      put(this.object, name, value)
    }
  }
}

// Every alternative stops at its own opening character, so that a hostile text costs no more than its length.
const PARAMETER = /-(\w+)(?:\s+(?:"([^"]*(?:""[^"]*)*)"|\(([^()]*)\)|([^-"(\s]\S*)))?/g

/** `-Name "x" -Force "True"` as an object, the text itself kept under `_raw`. */
function liftParameterText(text: string): JsonObject {
  const lifted = new Lifted()
  for (const [, name = '', quoted, listed, bare] of text.matchAll(PARAMETER)) {
    lifted.add(name, quoted?.replaceAll('""', '"') ?? listed ?? bare ?? true)
  }
  return { _raw: text, ...lifted.object }
}
