import { z } from 'zod'

import { type Clock, isoTime } from '#domain/clock.ts'

import type { Connections } from './connections.ts'
import type { Jobs } from './jobs.ts'

/** A tenant that answers slowly holds up no other. */
const AT_ONCE = 4
const AGAIN_MS = 60_000
const DAY_MS = 24 * 3_600_000

const TestJob = z.object({ id: z.string(), testedAt: z.string() })

/** Tests connections when no person asks: while consent spreads every minute, and every connection once a day. */
export interface ConnectionWatch {
  /** Has a connection tested again a minute after the test of that moment; the new one says whether it goes on. */
  testSoon(id: string, testedAt: string): Promise<void>
  /** Begins the daily round. The jobs must have been started. */
  start(connections: Pick<Connections, 'list' | 'retest'>): Promise<void>
}

/** @param parts.againMs how long after a test the next one is, while consent spreads; a minute when absent. */
export function createConnectionWatch(parts: { jobs: Jobs; clock: Clock; againMs?: number }): ConnectionWatch {
  const { jobs, clock, againMs = AGAIN_MS } = parts

  // With the moment: the job that asks for the next one is itself still running.
  const testSoon = async (id: string, testedAt: string) => {
    await jobs.send('connection-test', { id, testedAt }, { key: `${id} ${testedAt}`, afterMs: againMs })
  }
  const nextRound = async () => {
    const day = isoTime(clock.now() + DAY_MS).slice(0, 10)
    await jobs.send('connection-watch', {}, { key: day, afterMs: DAY_MS })
  }

  return {
    testSoon,
    async start({ list, retest }) {
      await jobs.work('connection-test', { concurrency: AT_ONCE }, async (data) => {
        const { id, testedAt } = TestJob.parse(data)
        await retest(id, 'wait', testedAt)
      })
      await jobs.work('connection-watch', { concurrency: 1 }, async (_data, signal) => {
        await nextRound()
        for (const { id } of await list()) {
          signal.throwIfAborted()
          await retest(id, 'watch')
        }
      })
      await nextRound()
    },
  }
}
