import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { NormalizedEvent } from '#domain/event.ts'
import { testEventStore } from '#store/testing/event-store-suite.ts'
import { put } from '#store/testing/put.ts'
import { newTenant, testEvent } from '#store/testing/test-event.ts'
import { openEmbeddedEventStore } from './open.ts'

function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'cordon-events-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

testEventStore('The embedded event store', async () => {
  const folder = temporaryFolder()
  const store = await openEmbeddedEventStore({ dataDir: folder.path })
  return {
    store,
    async close() {
      await store.close()
      folder.remove()
    },
  }
})

describe('The embedded engine', () => {
  const undo: (() => unknown)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step()
  })

  const dataFolder = (): string => {
    const folder = temporaryFolder()
    undo.push(folder.remove)
    return folder.path
  }
  const open = async (dataDir: string) => {
    const store = await openEmbeddedEventStore({ dataDir })
    undo.push(() => store.close())
    return store
  }

  const DAY = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' }

  it('loses nothing and doubles nothing when it is killed while it stores', async () => {
    const store = await open(dataFolder())
    await store.migrate()
    const tenant = newTenant()
    const batches = Array.from({ length: 12 }, (_, b) => hundred(b * 100))
    let acknowledged = 0
    const killed: number[] = []
    await Promise.all([
      ...[0, 1].map(async (writer) => {
        for (let b = writer; b < batches.length; b += 2) {
          await put(store, tenant, `blob-${b}`, batches[b]!)
          acknowledged += 1
        }
      }),
      (async () => {
        for (const after of [1, 4, 8]) {
          await until(() => acknowledged >= after && store.pid !== undefined)
          killed.push(store.pid!)
          process.kill(store.pid!, 'SIGKILL')
        }
      })(),
    ])
    expect(new Set(killed).size).toBe(3)
    expect(await store.count(tenant, { range: DAY, query: { kind: 'all' } })).toBe(1_200)
    const page = await store.search(tenant, { range: DAY, query: { kind: 'all' }, limit: 1_000 })
    expect(new Set(page.events.map((event) => event.event.id)).size).toBe(1_000)
  })

  it('has after a restart what it had before', async () => {
    const dataDir = dataFolder()
    const tenant = newTenant()
    const first = await openEmbeddedEventStore({ dataDir })
    await first.migrate()
    await put(first, tenant, 'blob', [testEvent(1)])
    await first.close()
    const second = await open(dataDir)
    await second.migrate()
    await put(second, tenant, 'blob', [testEvent(1)])
    expect(await second.count(tenant, { range: DAY, query: { kind: 'all' } })).toBe(1)
  })

  it.skipIf(process.platform !== 'linux')('lets searches go before its merges', async () => {
    const store = await open(dataFolder())
    const tasks = `/proc/${store.pid}/task`
    const prioritiesOf = (name: string) =>
      readdirSync(tasks)
        .filter((thread) => readFileSync(`${tasks}/${thread}/comm`, 'utf8').trim() === name)
        .map((thread) => getPriority(Number(thread)))
    const merging = prioritiesOf('MergeMutate')
    const searching = prioritiesOf('ThreadPool')
    expect(Math.min(merging.length, searching.length)).toBeGreaterThan(0)
    // The greater the number, the later its turn.
    expect(Math.min(...merging)).toBeGreaterThan(Math.max(...searching))
  })

  it('refuses a data folder that another one holds, and leaves that one alone', async () => {
    const dataDir = dataFolder()
    const holder = await open(dataDir)
    await expect(openEmbeddedEventStore({ dataDir })).rejects.toMatchObject({ code: 'APP_DATA_IN_USE' })
    expect(await holder.ping()).toBe(true)
  })

  it('says that a folder cannot be written', async () => {
    const file = join(dataFolder(), 'file')
    writeFileSync(file, '')
    await expect(openEmbeddedEventStore({ dataDir: join(file, 'events') })).rejects.toMatchObject({
      code: 'APP_DATA_UNWRITABLE',
    })
  })

  it('ends when its parent dies, however that dies', async () => {
    const dataDir = dataFolder()
    const parent = fork(new URL('./testing/parent.ts', import.meta.url), [dataDir], { execArgv: [] })
    undo.push(() => parent.kill('SIGKILL'))
    const [engine] = (await once(parent, 'message')) as [number]
    expect(isRunning(engine)).toBe(true)
    parent.kill('SIGKILL')
    await until(() => !isRunning(engine))
    await open(dataDir)
  })
})

function hundred(from: number): NormalizedEvent[] {
  return Array.from({ length: 100 }, (_, n) => testEvent(from + n))
}

/** Polls, as another process gives no sign. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('The condition did not come true in 30 seconds.')
    await pause(5)
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
