import { isObject, put, unwrapJson } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'

/**
 * Name-and-value lists as objects, so that a value is found under its name. Microsoft writes the same list as
 * `[{"Name":"ForwardTo","Value":"x"}]`, `[{"Name":"Role","NewValue":"a","OldValue":"b"}]`, `["HtmlBody"]`,
 * `-ForwardTo "x"`, or as JSON text of one of these. Anything else stays as it is.
 */
export function liftPairs(value: unknown): unknown {
  if (!Array.isArray(value) || value.length === 0) return value
  const lifted: JsonObject = {}
  for (const element of value) {
    const name = isObject(element) ? pairName(element) : undefined
    if (name === undefined) return value
    add(lifted, name, pairValue(element))
  }
  return lifted
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

const PAIR_FIELDS = new Set(['Name', 'Key', 'Value', 'NewValue', 'OldValue'])

function pairName(pair: JsonObject): string | undefined {
  for (const field in pair) if (!PAIR_FIELDS.has(field)) return undefined
  const name = pair.Name ?? pair.Key
  return typeof name === 'string' ? name : undefined
}

function pairValue(pair: JsonObject): unknown {
  if (!('NewValue' in pair) && !('OldValue' in pair)) return unwrap(pair.Value ?? null)
  const change: JsonObject = {}
  for (const field of ['NewValue', 'OldValue', 'Value']) if (field in pair) change[field] = unwrap(pair[field])
  return change
}

function unwrap(value: unknown): unknown {
  return typeof value === 'string' ? unwrapJson(value) : value
}

/** A name that comes twice gets a list of both values. */
function add(target: JsonObject, name: string, value: unknown): void {
  if (!Object.hasOwn(target, name)) put(target, name, value)
  else target[name] = [target[name], value].flat()
}

// Every alternative stops at its own opening character, so that a hostile text costs no more than its length.
const PARAMETER = /-(\w+)(?:\s+(?:"([^"]*(?:""[^"]*)*)"|\(([^()]*)\)|([^-"(\s]\S*)))?/g

/** `-Name "x" -Force "True"` as an object, the text itself kept under `_raw`. */
function liftParameterText(text: string): JsonObject {
  const lifted: JsonObject = { _raw: text }
  for (const [, name = '', quoted, listed, bare] of text.matchAll(PARAMETER)) {
    add(lifted, name, quoted?.replaceAll('""', '"') ?? listed ?? bare ?? true)
  }
  return lifted
}
