/**
 * What groups events, and what counts as one value. The same person appears as `GradyA@…` and `gradya@…`, the same host in
 * both cases: addresses and names of domains are folded, everything else is as it is.
 */
export const FOLDED = /@|^[\w-]+(?:\.[\w-]+)+$/

/** A field's values as one key; undefined when there is none, and the event is no part of any group. */
export function keyOf(texts: readonly string[]): string | undefined {
  if (texts.length === 0) return undefined
  const folded = texts.map((text) => (FOLDED.test(text) ? text.toLowerCase() : text))
  return folded.length === 1 ? folded[0]! : JSON.stringify(folded)
}

/** Several keys as one, unequal for unequal keys; undefined when one is missing. */
export function joinKeys(keys: readonly (string | undefined)[]): string | undefined {
  if (keys.includes(undefined)) return undefined
  return keys.length === 1 ? keys[0] : JSON.stringify(keys)
}
