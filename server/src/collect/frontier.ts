import { isoTime } from '#domain/clock.ts'
import type { Checkpoint } from '#domain/coverage.ts'

import { isUnfinished } from './gap-reason.ts'
import type { Plan, Visit } from './windows.ts'

/**
 * How far everything is stored, while windows are visited in any order: up to the oldest one of which something may still be
 * had. What was listed once before holds nothing up when it is only listed again.
 */
export interface Frontier {
  /** A window was visited; `isWhole` when nothing of it is left that may be had. */
  settle(visit: Visit, isWhole: boolean): void
  checkpoint(): Checkpoint
}

export function createFrontier({ until, visits }: Pick<Plan, 'until' | 'visits'>): Frontier {
  const open = new Set(visits.filter(({ previous }) => !previous || isUnfinished(previous)))
  return {
    settle(visit, isWhole) {
      if (isWhole) open.delete(visit)
      else open.add(visit)
    },
    checkpoint: () => ({ until: isoTime(Math.min(until, ...[...open].map(({ listed }) => listed.from))) }),
  }
}
