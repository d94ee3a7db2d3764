import type { CoverageWindow } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { coverageByFeed, placeOf } from './coverage.ts'

const window = (feed: string, state: CoverageWindow['state'], kept = 1): CoverageWindow => ({
  connectionId: 'c',
  feed,
  from: '2026-11-20T06:00:00.000Z',
  to: '2026-11-20T12:00:00.000Z',
  state,
  listed: 1,
  stored: 1,
  late: 0,
  counts: { read: kept, kept, duplicates: 0, dropped: {}, quarantined: {} },
  updatedAt: '2026-11-20T12:00:00.000Z',
})

describe('coverage of a connection', () => {
  it('is counted feed by feed, and a feed that read nothing is still there', () => {
    const windows = [
      window('a', 'complete', 3),
      window('a', 'gap', 0),
      { ...window('a', 'gap'), connectionId: 'other' },
    ]
    const [a, b] = coverageByFeed(windows, 'c', ['a', 'b'])
    expect(a).toMatchObject({ feed: 'a', complete: 1, inProgress: 0, kept: 3 })
    expect(a!.gaps).toHaveLength(1)
    expect(b).toMatchObject({ feed: 'b', windows: [], complete: 0 })
  })

  it('places a window in its span and cuts off what lies outside', () => {
    const day = { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' }
    expect(placeOf(window('a', 'complete'), day)).toEqual({ left: 25, width: 25 })
    expect(placeOf({ from: '2026-11-19T00:00:00Z', to: '2026-11-20T12:00:00Z' }, day)).toEqual({ left: 0, width: 50 })
    expect(placeOf({ from: '2026-11-18T00:00:00Z', to: '2026-11-19T00:00:00Z' }, day)).toEqual({ left: 0, width: 0 })
  })
})
