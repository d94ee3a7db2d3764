/** A parsed JSON object whose fields nobody has promised anything about. */
export type JsonObject = Record<string, unknown>

/** True for `{…}`; false for arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What Microsoft writes where it has nothing to say. */
const NOTHING = new Set(['', '<null>', 'null', 'not available', 'n/a'])
/** By character code, 1 for what it begins with: nearly every text is asked about, so this is no set. */
const MAY_BE_NOTHING = new Uint8Array(128)
for (const text of NOTHING) {
  for (const each of [text, text.toUpperCase()]) if (each !== '') MAY_BE_NOTHING[each.charCodeAt(0)] = 1
}

/** `value` as trimmed text: a string or a number that says something, else undefined. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (text === '') return undefined
  return text.length < 14 && MAY_BE_NOTHING[text.charCodeAt(0)] === 1 && NOTHING.has(text.toLowerCase())
    ? undefined
    : text
}

/** `value` as a whole number, also when Microsoft sent it as text; else undefined. */
export function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}

/** The elements of `value` that are objects; none where it is no array. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** Sets a field whatever its name: assigning to `__proto__` would lose the value and change the object instead. */
export function put(target: JsonObject, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[name] = value
  }
}

/** True where `value` nests no deeper than `levels`. Deeper values cannot be written as JSON again: the writer recurses. */
export function isWithinDepth(value: unknown, levels: number): boolean {
  return typeof value !== 'object' || value === null || nestsWithin(value, levels)
}

/** Asks itself only about what holds something: most of a record does not. */
function nestsWithin(value: object, levels: number): boolean {
  if (levels === 0) return false
  if (Array.isArray(value)) {
    for (const element of value) {
      if (typeof element === 'object' && element !== null && !nestsWithin(element, levels - 1)) return false
    }
    return true
  }
  for (const name in value) {
    const field = (value as JsonObject)[name]
    if (typeof field === 'object' && field !== null && !nestsWithin(field, levels - 1)) return false
  }
  return true
}

/** How deep a record may nest. Microsoft's deepest published record nests nine levels. */
export const MAX_DEPTH = 64

/**
 * The object, array or text that `text` is the JSON of, or `text` itself. Microsoft wraps values in JSON within JSON
 * (`"[\"Global Administrator\"]"`); numbers and booleans stay the text they came as.
 */
export function unwrapJson(text: string): unknown {
  const first = text.charCodeAt(0)
  if (first !== OPENING_BRACE && first !== OPENING_BRACKET && first !== QUOTE) return text
  const last = text.charCodeAt(text.length - 1)
  if (last !== (first === QUOTE ? QUOTE : first + 2) || text.length < 2) return text
  try {
    const value: unknown = JSON.parse(text)
    return isWithinDepth(value, MAX_DEPTH) ? value : text
  } catch {
    return text
  }
}

const QUOTE = 0x22
// `]` and `}` stand two places behind their opening ones.
const OPENING_BRACKET = 0x5b
const OPENING_BRACE = 0x7b
