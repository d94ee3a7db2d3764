import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createRecordStore } from '#store/postgres/record-store.ts'
import { testSeal } from '#store/testing/test-seal.ts'
import { testRecordStore } from '#store/testing/record-store-suite.ts'

import { openEmbeddedPostgres } from './engine.ts'

const makeFolder = () => fs.mkdtempSync(join(tmpdir(), 'cordon-embedded-'))

testRecordStore('the embedded PostgreSQL', async () => {
  const dataDir = makeFolder()
  const engine = await openEmbeddedPostgres({ dataDir })
  return {
    store: createRecordStore({ pool: engine.pool, seal: testSeal(7) }),
    async stop() {
      await engine.stop()
      fs.rmSync(dataDir, { recursive: true, force: true })
    },
  }
})

describe('the embedded PostgreSQL', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = makeFolder()
  })
  afterEach(() => {
    vi.restoreAllMocks()
    fs.rmSync(dataDir, { recursive: true, force: true })
  })

  it('makes the operating system write each commit to the disk', async () => {
    const engine = await openEmbeddedPostgres({ dataDir })
    await engine.pool.query('create table numbers (number integer)')
    const fsync = vi.spyOn(fs, 'fsyncSync')
    for (let number = 0; number < 20; number += 1) await engine.pool.query('insert into numbers values ($1)', [number])
    expect(fsync.mock.calls.length).toBeGreaterThanOrEqual(20)
    await engine.stop()
  })

  it('opens again with what was in it', async () => {
    const first = await openEmbeddedPostgres({ dataDir })
    await first.pool.query('create table numbers as select 7 as number')
    await first.stop()
    const second = await openEmbeddedPostgres({ dataDir })
    expect((await second.pool.query('select number from numbers')).rows).toEqual([{ number: 7 }])
    await second.stop()
  })

  it('refuses a folder that is open already', async () => {
    const engine = await openEmbeddedPostgres({ dataDir })
    await expect(openEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'APP_DATA_IN_USE' })
    await engine.stop()
  })

  it('refuses a folder it cannot write', async () => {
    const file = join(dataDir, 'file')
    fs.writeFileSync(file, '')
    await expect(openEmbeddedPostgres({ dataDir: join(file, 'x') })).rejects.toMatchObject({
      code: 'APP_DATA_UNWRITABLE',
    })
  })

  it(
    'keeps every acknowledged commit when its process is killed, and is free for the next one at once',
    { timeout: 120_000 },
    async () => {
      const writer = fork(new URL('./testing/endless-writer.ts', import.meta.url), [dataDir])
      let acknowledged = 0
      const enough = new Promise<void>((resolve) => {
        writer.on('message', (number: number) => {
          acknowledged = number
          if (number === 50) resolve()
        })
      })
      await enough
      await expect(openEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'APP_DATA_IN_USE' })
      const gone = once(writer, 'exit')
      writer.kill('SIGKILL')
      await gone
      const engine = await openEmbeddedPostgres({ dataDir })
      const { rows } = await engine.pool.query<{ count: string; last: number }>(
        'select count(*), max(number) as last from numbers',
      )
      expect(rows[0]!.last).toBeGreaterThanOrEqual(acknowledged)
      expect(Number(rows[0]!.count)).toBe(rows[0]!.last)
      await engine.stop()
    },
  )
})
