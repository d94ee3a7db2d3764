import { expect, test } from 'vitest'

import { streamEngine } from './stream.ts'
import { failing } from './testing/conformance-table.ts'
import { hasCases, measureCases } from './testing/conformance.ts'

test.skipIf(!hasCases)('the stream passes the conformance cases (skipped where ../shared is absent)', async () => {
  const rows = await measureCases(streamEngine)
  expect(failing(rows)).toEqual([])
})
