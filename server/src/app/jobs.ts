import { randomUUID } from 'node:crypto'

import type { Pool } from 'pg'
import { PgBoss } from 'pg-boss'

import { toStoreError } from '#store/postgres/faults.ts'

/**
 * Durable work: pg-boss on the record store's own pool. What was sent survives the death of every process and runs at least
 * once; a handler must therefore find out what is done already before it does anything.
 */
export interface Jobs {
  /**
   * Runs `handler` for the jobs of `queue`, at most `concurrency` at a time in this process. A handler that throws is tried
   * again with growing delays (1 s to 60 s, twenty times). The signal fires when this process stops: the handler must then
   * throw soon (`signal.throwIfAborted()`), and its job goes back to the queue.
   */
  work(queue: string, options: { concurrency: number }, handler: JobHandler): Promise<void>
  /**
   * Queues a job. False when one with the same `key` is queued, waiting for another try, or running: nothing was added.
   *
   * @param options.afterMs not before this many milliseconds from now.
   * @throws AppError STORE_UNREACHABLE, STORE_REQUEST_REFUSED.
   */
  send(queue: string, data: object, options?: { key?: string; afterMs?: number }): Promise<boolean>
  /** Makes pg-boss's tables where they are missing. Comes before everything else here. */
  start(): Promise<void>
  /** Signals the running handlers and waits up to ten seconds for them. */
  stop(): Promise<void>
}

/** `data` as it was sent, through JSON. */
type JobHandler = (data: unknown, signal: AbortSignal) => Promise<void>

/** The death of a worker is noticed after at most HEARTBEAT + WATCH seconds; a retry delay comes on top. */
const HEARTBEAT_SECONDS = 15
const WATCH_SECONDS = 5
/** The shortest pg-boss allows: a job may come from another process. One sent in this process wakes its workers at once. */
const POLL_SECONDS = 0.5
/** Where no other process is, only jobs that had to wait are found so: each look costs the embedded engine a millisecond or two. */
const POLL_ALONE_SECONDS = 2
const STOP_MS = 10_000
const HOUR_SECONDS = 3600

/**
 * Durable work over `pool`.
 *
 * @param parts.alone true when this process is the only one on the database (the embedded engine): jobs found running at
 *   the start are then those of a dead predecessor and run again at once. Otherwise a heartbeat tells the dead from the
 *   living, and they run again within 30 seconds.
 * @param parts.onError hears failures of the queue itself and of handlers; the jobs are tried again without its doing.
 */
export function createJobs(parts: { pool: Pool; alone: boolean; onError: (error: unknown) => void }): Jobs {
  const { pool, alone, onError } = parts
  const boss = new PgBoss({
    db: { executeSql: (text, values) => execute(pool, text, values) },
    backend: alone ? 'pglite' : 'postgres',
    schedule: false,
    superviseIntervalSeconds: alone ? 60 : WATCH_SECONDS,
    monitorIntervalSeconds: alone ? 60 : WATCH_SECONDS,
    flowIntervalSeconds: 60,
    maintenanceIntervalSeconds: HOUR_SECONDS,
  })
  boss.on('error', (error) => onError(toStoreError(error)))
  const stopping = new AbortController()
  const queues = new Map<string, Promise<void>>()
  const workers = new Map<string, string[]>()

  const ensureQueue = (queue: string) => {
    const made = queues.get(queue) ?? boss.createQueue(queue, queueSettings(alone))
    queues.set(queue, made)
    made.catch(() => queues.delete(queue))
    return made
  }

  return {
    async work(queue, { concurrency }, handler) {
      await ensureQueue(queue)
      // One worker a slot rather than pg-boss's localConcurrency, which gives no ids to wake them by.
      const slot = async () => {
        let id = ''
        id = await boss.work(
          queue,
          { pollingIntervalSeconds: alone ? POLL_ALONE_SECONDS : POLL_SECONDS },
          async ([job]) => {
            try {
              await handler(job!.data, AbortSignal.any([job!.signal, stopping.signal]))
            } catch (error) {
              if (!stopping.signal.aborted) onError(error)
              throw error
            } finally {
              // Otherwise it would sleep between two jobs that are both waiting.
              boss.notifyWorker(id)
            }
          },
        )
        return id
      }
      const ids = await Promise.all(Array.from({ length: concurrency }, slot))
      workers.set(queue, [...(workers.get(queue) ?? []), ...ids])
    },

    async send(queue, data, options = {}) {
      const { key = randomUUID(), afterMs = 0 } = options
      try {
        await ensureQueue(queue)
        const id = await boss.send(queue, data, { singletonKey: key, startAfter: afterMs / 1000 })
        for (const worker of workers.get(queue) ?? []) boss.notifyWorker(worker)
        return id !== null
      } catch (error) {
        throw toStoreError(error)
      }
    },

    async start() {
      try {
        await boss.start()
        if (alone) await takeUpRunning(boss)
      } catch (error) {
        throw toStoreError(error)
      }
    },

    async stop() {
      stopping.abort()
      await boss.stop({ timeout: STOP_MS })
    },
  }
}

/** `exclusive` lets one job a key be queued or running; a job without a key gets one of its own. */
function queueSettings(alone: boolean) {
  return {
    policy: 'exclusive',
    retryLimit: 20,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    expireInSeconds: 24 * HOUR_SECONDS,
    deleteAfterSeconds: HOUR_SECONDS,
    ...(alone ? {} : { heartbeatSeconds: HEARTBEAT_SECONDS }),
  }
}

/** Fails every running job, which puts it up for another try, and takes away the delay of that. */
async function takeUpRunning(boss: PgBoss): Promise<void> {
  for (const { name } of await boss.getQueues()) {
    const running = (await boss.findJobs(name)).filter((job) => job.state === 'active')
    for (const { id } of running) {
      await boss.fail(name, id, { message: 'The process that ran it ended.' })
      await boss.update(name, undefined, { id, startAfter: 0 })
    }
  }
}

/**
 * pg-boss sends whole transactions as one text. The embedded engine has one session, and would stay in a failed transaction
 * for good; `pool.query` hides that by opening another connection, which it has not.
 */
async function execute(pool: Pool, text: string, values: unknown[] | undefined) {
  const client = await pool.connect()
  try {
    return await client.query(text, values)
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}
