import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import type { PostgresEngine } from '#store/postgres/engine.ts'

import { MIGRATIONS } from './index.ts'

describe('action runs from before kinds of targets', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cordon-targets-'))
  let engine: PostgresEngine
  beforeAll(async () => {
    engine = await openEmbeddedPostgres({ dataDir })
  })
  afterAll(async () => {
    await engine.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('are on messages, and keep their targets, samples in order, and journals', async () => {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: engine.pool }) })
    const [latest, ...before] = Object.keys(MIGRATIONS)
      .filter((name) => name <= '0016-action-targets')
      .toReversed()
    for (const name of before.toReversed()) await MIGRATIONS[name]!.up(db)
    const sample = ['b', 'a'].map((name) => ({ userPrincipalName: `${name}@x.example`, subject: `From ${name}` }))
    for (const [id, shown] of [
      ['r', sample],
      ['empty', []],
    ] as const) {
      await engine.pool.query(
        `insert into action_runs (tenant_id, id, connection_id, action, investigation_id, state, effect, reversible,
          targets_total, mailboxes_total, sample, expires_at, created_by, created_at)
        values ('t', $1, 'c', 'delete-message', 'i', 'done', 'Remove.', false, 1, 1, $2, now(), 'ana', now())`,
        [id, JSON.stringify(shown)],
      )
    }
    await engine.pool.query(
      `insert into action_targets values
        ('t', 'r', 'target', 'hit', 'user', 'a@x.example', 'message', 'Hello', 'verified', '{"folderId":"f"}', 'Gone.', null, now())`,
    )
    await MIGRATIONS[latest!]!.up(db)
    const runs = await engine.pool.query(
      'select id, target_kind, investigation_id, sample from action_runs order by id',
    )
    expect(runs.rows).toEqual([
      { id: 'empty', target_kind: 'message', investigation_id: 'i', sample: [] },
      {
        id: 'r',
        target_kind: 'message',
        investigation_id: 'i',
        sample: [
          { address: 'b@x.example', name: 'From b' },
          { address: 'a@x.example', name: 'From a' },
        ],
      },
    ])
    const targets = await engine.pool.query(
      'select id, ref, object_id, name, address, lane, state, before, proof from action_targets',
    )
    expect(targets.rows).toEqual([
      {
        id: 'target',
        ref: 'hit',
        object_id: 'message',
        name: 'Hello',
        address: 'a@x.example',
        lane: 'user',
        state: 'verified',
        before: { folderId: 'f' },
        proof: 'Gone.',
      },
    ])
  })
})
