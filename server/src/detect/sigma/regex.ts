import { RE2JS } from 're2js'

import type { Fault } from './problem.ts'

/** Longer expressions are refused: no rule needs them, and compiling them could stall the server. */
const MAX_LENGTH = 4_000

const FLAGS: Record<string, number> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
}

/** An expression of a rule, ready to search with. RE2 and never JavaScript's: what a stranger wrote must stay linear. */
export function compileRegex(source: string, flags: string): RE2JS {
  return RE2JS.compile(
    source,
    [...flags].reduce((sum, flag) => sum | FLAGS[flag]!, 0),
  )
}

/** How much an expression comes to: RE2 writes repetitions out. Nothing for one that cannot be read. */
export function weighRegex(source: string): number {
  try {
    return RE2JS.compile(source).programSize()
  } catch {
    return 0
  }
}

/** What is wrong with an expression; undefined when nothing is. */
export function checkRegex(source: string): Fault | undefined {
  if (source.length > MAX_LENGTH) {
    return { found: `an expression of ${source.length} characters`, allowed: `at most ${MAX_LENGTH}` }
  }
  try {
    RE2JS.compile(source)
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return {
      found: `the expression \`${source.slice(0, 80)}\` (${why.split('\n')[0]})`,
      allowed: 'RE2 syntax: no look-around, no back-references',
    }
  }
}
