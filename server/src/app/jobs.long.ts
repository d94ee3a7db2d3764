import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { connectPostgres } from '#store/engines/postgres-server/engine.ts'
import { postgresMissing, startPostgres } from '#store/engines/postgres-server/testing/start-postgres.ts'
import type { PostgresEngine } from '#store/postgres/engine.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

import { createJobs } from './jobs.ts'
import type { Jobs } from './jobs.ts'

interface Place {
  kind: 'embedded' | 'server'
  /** Folder or URL, for a worker in another process. */
  at: string
  open(): Promise<PostgresEngine>
  remove(): Promise<void>
}

async function embeddedPlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cordon-jobs-'))
  await copyTemplate(dataDir)
  return {
    kind: 'embedded',
    at: dataDir,
    open: () => openEmbeddedPostgres({ dataDir }),
    remove: async () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

async function serverPlace(): Promise<Place> {
  const server = await startPostgres()
  return { kind: 'server', at: server.url, open: () => connectPostgres(server), remove: () => server.stop() }
}

/** Starts a worker that never ends a job, and gives how to kill it once it has taken one. */
function forkWorker(place: Place) {
  const worker = fork(new URL('./testing/hanging-worker.ts', import.meta.url), [place.kind, place.at])
  const heard = (word: string) =>
    new Promise<void>((resolve) => worker.on('message', (message) => message === word && resolve()))
  return {
    ready: heard('ready'),
    running: heard('running'),
    async kill() {
      const gone = once(worker, 'exit')
      worker.kill('SIGKILL')
      await gone
    },
  }
}

const missing = postgresMissing()
const PLACES = [
  { name: 'the embedded PostgreSQL', make: embeddedPlace, missing: undefined },
  { name: missing ? `a PostgreSQL server: skipped, ${missing}` : 'a PostgreSQL server', make: serverPlace, missing },
]

describe.each(PLACES)('durable work on $name', ({ make, missing: reason }) => {
  describe.skipIf(reason)('in one process', () => {
    let place: Place
    let engine: PostgresEngine
    let jobs: Jobs
    const errors: unknown[] = []

    const open = async () => {
      engine = await place.open()
      jobs = createJobs({
        pool: engine.pool,
        alone: place.kind === 'embedded',
        onError: (error) => errors.push(error),
      })
      await jobs.start()
    }
    beforeAll(async () => {
      place = await make()
      await open()
    })
    afterAll(async () => {
      await jobs?.stop()
      await engine?.stop()
      await place?.remove()
    })

    it('runs what was sent, soon and once', async () => {
      const seen: unknown[] = []
      await jobs.work('soon', { concurrency: 2 }, async (data) => void seen.push(data))
      const started = performance.now()
      for (let number = 0; number < 20; number += 1) await jobs.send('soon', { number })
      await vi.waitFor(() => expect(seen).toHaveLength(20), { timeout: 20_000, interval: 10 })
      expect(performance.now() - started).toBeLessThan(15_000)
      expect(seen.map((data) => (data as { number: number }).number).toSorted((a, b) => a - b)).toEqual([
        ...Array(20).keys(),
      ])
    })

    it('runs no more at a time than was said', async () => {
      let now = 0
      let most = 0
      let ended = 0
      await jobs.work('narrow', { concurrency: 3 }, async () => {
        most = Math.max(most, (now += 1))
        await engine.pool.query('select pg_sleep(0.02)')
        now -= 1
        ended += 1
      })
      for (let number = 0; number < 12; number += 1) await jobs.send('narrow', { number })
      await vi.waitFor(() => expect(ended).toBe(12), { timeout: 20_000, interval: 10 })
      expect(most).toBeLessThanOrEqual(3)
    })

    it('takes one job a key while it is queued or running, and another once it has ended', async () => {
      const gate = Promise.withResolvers<void>()
      let runs = 0
      expect(await jobs.send('keyed', {}, { key: 'a' })).toBe(true)
      expect(await jobs.send('keyed', {}, { key: 'a' })).toBe(false)
      expect(await jobs.send('keyed', {}, { key: 'b' })).toBe(true)
      await jobs.work('keyed', { concurrency: 2 }, async () => {
        runs += 1
        await gate.promise
      })
      await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000, interval: 10 })
      expect(await jobs.send('keyed', {}, { key: 'a' })).toBe(false)
      gate.resolve()
      await vi.waitFor(async () => expect(await jobs.send('keyed', {}, { key: 'a' })).toBe(true), { timeout: 20_000 })
      await vi.waitFor(() => expect(runs).toBe(3), { timeout: 20_000, interval: 10 })
    })

    it('tries a failed job again, and lets the failure be heard', async () => {
      let runs = 0
      await jobs.work('shaky', { concurrency: 1 }, async () => {
        runs += 1
        if (runs === 1) throw new Error('first time')
      })
      await jobs.send('shaky', {}, { key: 'one' })
      await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000, interval: 50 })
      expect(errors.map(String)).toEqual(['Error: first time'])
      errors.length = 0
    })

    it('holds a job back for the time that was asked', async () => {
      let ranAt = 0
      await jobs.work('later', { concurrency: 1 }, async () => {
        ranAt = performance.now()
      })
      const sentAt = performance.now()
      await jobs.send('later', {}, { afterMs: 1500 })
      await vi.waitFor(() => expect(ranAt).toBeGreaterThan(0), { timeout: 20_000, interval: 10 })
      expect(ranAt - sentAt).toBeGreaterThan(1400)
    })

    it('leaves the pool usable after a statement of the queue failed', async () => {
      await expect(jobs.send('soon', { text: 'a\0b' })).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
      expect((await engine.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })

    it('signals running handlers when it stops, and runs their jobs after the next start', async () => {
      const began = Promise.withResolvers<void>()
      await jobs.work('long', { concurrency: 1 }, async (_data, signal) => {
        began.resolve()
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      })
      await jobs.send('long', { number: 7 }, { key: 'one' })
      await began.promise
      await jobs.stop()
      await engine.stop()
      expect(errors).toEqual([])
      await open()
      const again = Promise.withResolvers<unknown>()
      await jobs.work('long', { concurrency: 1 }, async (data) => again.resolve(data))
      expect(await again.promise).toEqual({ number: 7 })
    })
  })

  it.skipIf(reason)('runs the job of a killed worker again, once', { timeout: 120_000 }, async () => {
    const place = await make()
    const worker = forkWorker(place)
    await worker.ready
    let engine = place.kind === 'server' ? await place.open() : undefined
    const start = async (pool: PostgresEngine['pool']) => {
      const started = createJobs({ pool, alone: place.kind === 'embedded', onError: () => {} })
      await started.start()
      return started
    }
    let jobs = engine && (await start(engine.pool))
    await jobs?.send('hunt', { number: 1 }, { key: 'one' })
    await worker.running
    await worker.kill()
    const killedAt = performance.now()
    engine ??= await place.open()
    jobs ??= await start(engine.pool)
    const runs: unknown[] = []
    await jobs.work('hunt', { concurrency: 2 }, async (data) => void runs.push(data))
    await vi.waitFor(() => expect(runs).toHaveLength(1), { timeout: 60_000, interval: 20 })
    expect(performance.now() - killedAt).toBeLessThan(30_000)
    await vi.waitFor(async () => expect(await jobs.send('hunt', { number: 2 }, { key: 'one' })).toBe(true), {
      timeout: 20_000,
    })
    await vi.waitFor(() => expect(runs).toEqual([{ number: 1 }, { number: 2 }]), { timeout: 20_000, interval: 20 })
    expect((await engine.pool.query('select number from runs')).rows).toEqual([{ number: 1 }])
    await jobs.stop()
    await engine.stop()
    await place.remove()
  })
})
