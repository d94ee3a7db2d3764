import { z } from 'zod'

import { type Clock, isoTime } from '#domain/clock.ts'

import type { Connections } from './connections.ts'
import type { Jobs } from './jobs.ts'

const AGAIN_MS = 60_000
const DAY_MS = 24 * 3_600_000

const TestJob = z.object({ id: z.string() })

/** Tests connections when no person asks: while consent spreads every minute, and every connection once a day. */
export interface ConnectionWatch {
  /** Has a connection tested again in a minute; the test says whether it goes on. */
  testSoon(id: string): Promise<void>
  /** Begins the daily round. The jobs must have been started. */
  start(connections: Pick<Connections, 'list' | 'retest'>): Promise<void>
}

/** @param parts.againMs how long after a test the next one is, while consent spreads; a minute when absent. */
export function createConnectionWatch(parts: { jobs: Jobs; clock: Clock; againMs?: number }): ConnectionWatch {
  const { jobs, clock, againMs = AGAIN_MS } = parts

  // With the moment: the job that asks for the next one is itself still running.
  const testSoon = async (id: string) => {
    const moment = Math.floor(clock.now() / againMs)
    await jobs.send('connection-test', { id }, { key: `${id} ${moment}`, afterMs: againMs })
  }
  const nextRound = async () => {
    const day = isoTime(clock.now() + DAY_MS).slice(0, 10)
    await jobs.send('connection-watch', {}, { key: day, afterMs: DAY_MS })
  }

  return {
    testSoon,
    async start({ list, retest }) {
      await jobs.work('connection-test', { concurrency: 1 }, async (data) => {
        await retest(TestJob.parse(data).id, 'wait')
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
