import { expect, test } from 'vitest'

import { completeness } from './completeness.ts'

test(
  'through faults, a wrong clock and kills nothing is lost, doubled or left unexplained (five seeds)',
  { timeout: 900_000 },
  async () => {
    const { metrics, failing_seeds: failing } = await completeness({ runs: 5, seed: 1, atOnce: 2 })
    expect({ ...metrics, failing }).toMatchObject({
      lost: 0,
      doubled: 0,
      invented: 0,
      unexplained_gaps: 0,
      failing: [],
    })
    // That it was hard.
    expect(metrics.faults_struck).toBeGreaterThan(20)
    expect(metrics.kills).toBeGreaterThan(2)
    expect(metrics.records).toBeGreaterThan(1000)
  },
)
