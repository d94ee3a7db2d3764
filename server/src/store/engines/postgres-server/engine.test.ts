import { describe, expect, it } from 'vitest'

import { createRecordStore } from '#store/postgres/record-store.ts'
import { createSeal } from '#store/seal.ts'
import { testRecordStore } from '#store/testing/record-store-suite.ts'

import { connectPostgres } from './engine.ts'
import { postgresMissing, startPostgres } from './testing/start-postgres.ts'

testRecordStore(
  'a PostgreSQL server',
  async () => {
    const server = await startPostgres()
    const engine = await connectPostgres(server)
    return {
      store: createRecordStore({ pool: engine.pool, seal: createSeal(Buffer.alloc(32, 7)) }),
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
