import * as fc from 'fast-check'
import { expect } from 'vitest'

import type { Engine } from '#detect/match.ts'
import { streamEngine } from '#detect/stream.ts'

import { MADE_UP } from './made-up.ts'
import { MADE_UP_TEXT } from './made-up-text.ts'

/**
 * The law of the two engines: the same matches in the same order, numbers included. Where it is broken, fast-check tells the seed.
 *
 * @returns how many matches there were.
 */
export async function compareWithStream(engine: Engine, runs: number): Promise<number> {
  let count = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(MADE_UP, MADE_UP_TEXT), async ({ rules, events }) => {
      const matches = await streamEngine.run(rules, events)
      expect(await engine.run(rules, events)).toEqual(matches)
      count += matches.length
    }),
    { numRuns: runs },
  )
  return count
}
