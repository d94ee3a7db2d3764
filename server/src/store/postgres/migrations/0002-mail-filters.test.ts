import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import type { PostgresEngine } from '#store/postgres/engine.ts'

import { up as initialTables } from './0001-initial-tables.ts'
import { up as mailFilters } from './0002-mail-filters.ts'

describe('filters of investigations from before groups', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cordon-filters-'))
  let engine: PostgresEngine
  beforeAll(async () => {
    engine = await openEmbeddedPostgres({ dataDir })
  })
  afterAll(async () => {
    await engine.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('become groups, in which all conditions must hold, and nothing else changes', async () => {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: engine.pool }) })
    await initialTables(db)
    const before = [
      { sender: 'a@bad.example', subject: 'it’s "due"', internetMessageId: '<1@bad.example>' },
      { subject: 'x', receivedFrom: '2026-11-20T00:00:00+01:00', receivedTo: '2026-11-21T00:00:00+01:00' },
      { where: { logic: 'or', conditions: [{ field: 'url', value: 'bad.example' }] } },
    ]
    for (const [place, filter] of before.entries()) {
      await engine.pool.query(
        `insert into investigations values ('t', $1, 'c', 'n', $2, '{}', 'done', null, 0, 0, 0, 0, 'ana', now())`,
        [String(place), JSON.stringify(filter)],
      )
    }
    await mailFilters(db)
    const { rows } = await engine.pool.query<{ filter: unknown }>('select filter from investigations order by id')
    expect(rows.map(({ filter }) => filter)).toEqual([
      {
        where: {
          logic: 'and',
          conditions: [
            { field: 'from', value: 'a@bad.example' },
            { field: 'subject', value: 'it’s "due"' },
            { field: 'internet-message-id', value: '<1@bad.example>' },
          ],
        },
      },
      {
        where: { logic: 'and', conditions: [{ field: 'subject', value: 'x' }] },
        receivedFrom: '2026-11-20T00:00:00+01:00',
        receivedTo: '2026-11-21T00:00:00+01:00',
      },
      before[2],
    ])
  })
})
