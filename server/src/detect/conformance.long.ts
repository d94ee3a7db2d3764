import { expect, test } from 'vitest'

import { streamEngine } from './stream.ts'
import { failing, hasCases, measurePublishedRules } from './testing/conformance.ts'

test.skipIf(!hasCases)(
  'the stream matches as thousands of published rules say (skipped where ../shared is absent)',
  { timeout: 600_000 },
  async () => {
    const rows = await measurePublishedRules(streamEngine)
    expect(failing(rows)).toEqual([])
  },
)
