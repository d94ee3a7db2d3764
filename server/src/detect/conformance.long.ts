import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openScratchEngine } from '#store/engines/clickhouse-embedded/scratch-engine.ts'

import { createSqlEngine } from './sql/engine.ts'
import { streamEngine } from './stream.ts'
import { failing } from './testing/conformance-table.ts'
import { hasCases, measureCases, measurePublishedRules } from './testing/conformance.ts'
import { compareWithStream } from './testing/parity.ts'

const MINUTES = { timeout: 1_800_000 }

test.skipIf(!hasCases)(
  'the stream matches as thousands of published rules say (skipped where ../shared is absent)',
  MINUTES,
  async () => {
    const rows = await measurePublishedRules(streamEngine)
    expect(failing(rows)).toEqual([])
  },
)

describe('the SQL engine', () => {
  let scratch: Awaited<ReturnType<typeof openScratchEngine>>
  beforeAll(async () => {
    scratch = await openScratchEngine()
  })
  afterAll(() => scratch.close())

  test.skipIf(!hasCases)('passes the conformance cases (skipped where ../shared is absent)', MINUTES, async () => {
    const rows = await measureCases(createSqlEngine(scratch.clickhouse))
    expect(failing(rows)).toEqual([])
  })

  test.skipIf(!hasCases)(
    'matches as thousands of published rules say (skipped where ../shared is absent)',
    MINUTES,
    async () => {
      const rows = await measurePublishedRules(createSqlEngine(scratch.clickhouse))
      expect(failing(rows)).toEqual([])
    },
  )

  test('gives what the stream gives, for hundreds of made-up rule sets', MINUTES, async () => {
    expect(await compareWithStream(createSqlEngine(scratch.clickhouse), 300)).toBeGreaterThan(0)
  })
})
