import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { createRecordStore } from '#store/postgres/record-store.ts'
import { testSeal } from '#store/testing/test-seal.ts'
import { at, detection, freshTenant } from '#store/testing/record-store/samples.ts'
import { testRecordStore } from '#store/testing/record-store-suite.ts'

import { connectPostgres } from './engine.ts'
import { postgresMissing, startPostgres } from './testing/start-postgres.ts'

testRecordStore(
  'a PostgreSQL server',
  async () => {
    const server = await startPostgres()
    const engine = await connectPostgres(server)
    return {
      store: createRecordStore({ pool: engine.pool, seal: testSeal(7) }),
      async stop() {
        await engine.stop()
        await server.stop()
      },
    }
  },
  postgresMissing(),
)

describe('connecting to a PostgreSQL server', () => {
  it('says what to check when nobody answers, without the password', async () => {
    const failure = await connectPostgres({ url: 'postgres://cordon:hidden@127.0.0.1:1/cordon' }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'STORE_UNREACHABLE', fix: expect.stringContaining('CORDON_POSTGRES_URL') })
    expect(JSON.stringify(failure) + String(failure)).not.toContain('hidden')
  })
})

describe.skipIf(postgresMissing())('two writers on a PostgreSQL server', () => {
  it('wait for each other instead of dead-locking when their alerts share events', async () => {
    const server = await startPostgres()
    onTestFinished(() => server.stop())
    const engine = await connectPostgres(server)
    const store = createRecordStore({ pool: engine.pool, seal: testSeal(7) })
    await store.migrate()
    const tenantId = freshTenant()
    const detections = Array.from({ length: 9 }, (_, number) => detection({ eventId: `event ${number}` }))

    // Holds the event in the middle until both writers stand before something another one has.
    const third = await engine.pool.connect()
    await third.query('begin')
    await third.query('insert into alert_evidence values ($1, $2, $3, null, now())', [
      tenantId,
      detections[4]!.ruleId,
      detections[4]!.eventId,
    ])
    const writers = [detections, detections.toReversed()].map((order) => store.alerts.record(tenantId, order, at(5)))
    await vi.waitFor(
      async () => {
        const { rows } = await engine.pool.query(`select 1 from pg_stat_activity where wait_event_type = 'Lock'`)
        expect(rows).toHaveLength(2)
      },
      { timeout: 20_000 },
    )
    await third.query('rollback')
    third.release()

    const changed = (await Promise.all(writers)).flat()
    expect(changed.map((alert) => alert.eventCount)).toEqual([9])
    await engine.stop()
  })
})
