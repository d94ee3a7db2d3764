import { z } from 'zod'

import { type Clock } from '#domain/clock.ts'
import type { Seal } from '#store/seal.ts'

/**
 * Short values that a browser carries for us, sealed: nobody reads or changes them on the way, and none serves another purpose or
 * lasts longer than it was issued for.
 */
export interface Tickets {
  issue(purpose: string, value: unknown, forMs: number): string
  /** Undefined for one that is not ours, is for something else or has run out. */
  read<T>(purpose: string, ticket: string | undefined, schema: z.ZodType<T>): T | undefined
}

export function createTickets(seal: Seal, clock: Clock): Tickets {
  const contextOf = (purpose: string) => ['ticket', purpose]
  return {
    issue(purpose, value, forMs) {
      const text = JSON.stringify({ value, until: clock.now() + forMs })
      return seal.close(text, contextOf(purpose)).toString('base64url')
    },

    read(purpose, ticket, schema) {
      if (ticket === undefined) return undefined
      try {
        const text = seal.open(Buffer.from(ticket, 'base64url'), contextOf(purpose))
        const { value, until } = z.object({ value: schema, until: z.number() }).parse(JSON.parse(text))
        return clock.now() < until ? value : undefined
      } catch {
        // Whatever is not ours is as good as none.
        return undefined
      }
    },
  }
}
