import { RE2JS } from 're2js'

/**
 * Regular expressions of filters, in RE2: its time is linear in the text whatever the expression, which a person may have
 * copied from anywhere. JavaScript's own would hang on some, and would let one investigation stop all others.
 */

/** Longest program an expression may compile to; `\pL{500}` makes about 1,000. */
const LARGEST_PROGRAM = 1000

/** Steps spent on one text at most, about a second of one core: texts longer than this allows are looked at in part. */
const MOST_STEPS = 50_000_000

/** Finds the expression anywhere in a text. @throws Error when it is not RE2's, too large, or found in every text. */
export function compilePattern(source: string): (text: string) => boolean {
  const pattern = RE2JS.compile(source)
  const size = pattern.programSize()
  if (size > LARGEST_PROGRAM) throw new Error(`it compiles to ${size} steps; at most ${LARGEST_PROGRAM} are allowed`)
  if (pattern.test('')) throw new Error('it matches the empty text, so every message would be a hit')
  const longest = Math.floor(MOST_STEPS / size)
  return (text) => pattern.test(text.length > longest ? text.slice(0, longest) : text)
}
