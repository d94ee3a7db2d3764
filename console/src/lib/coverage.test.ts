import type { CoverageWindow } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { cellsOf, coverageByFeed, lookOf, placeOf, tallyOf, ticksOf } from './coverage.ts'

const day = { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' }
const hour = (n: number) => new Date(Date.parse(day.from) + n * 3_600_000).toISOString()

const window = (at: number, state: CoverageWindow['state'], more: Partial<CoverageWindow> = {}): CoverageWindow => ({
  connectionId: 'c',
  feed: 'a',
  from: hour(at),
  to: hour(at + 1),
  state,
  listed: 1,
  stored: 1,
  late: 0,
  counts: { read: 1, kept: 1, duplicates: 0, dropped: {}, quarantined: {} },
  updatedAt: hour(at + 1),
  ...more,
})

describe('coverage', () => {
  it('is counted feed by feed, and a feed that read nothing is still there', () => {
    const windows = [window(1, 'complete'), window(0, 'complete'), window(2, 'gap', { connectionId: 'other' })]
    const [a, b] = coverageByFeed(windows, [
      { connectionId: 'c', feed: 'a' },
      { connectionId: 'c', feed: 'b' },
    ])
    expect(a).toMatchObject({ complete: 2, inProgress: 0, gaps: [], tally: { kept: 2 } })
    expect(a!.windows.map(({ from }) => from)).toEqual([hour(0), hour(1)])
    expect(b).toMatchObject({ feed: 'b', windows: [], complete: 0, tally: { kept: 0 } })
  })

  it('tells gaps that follow one another for one reason as one', () => {
    const windows = [
      window(0, 'gap', { reason: 'AF20051' }),
      window(1, 'gap', { reason: 'AF20051' }),
      window(2, 'gap', { reason: 'AF50000' }),
      window(4, 'gap', { reason: 'AF50000' }),
    ]
    expect(coverageByFeed(windows, [{ connectionId: 'c', feed: 'a' }])[0]!.gaps).toEqual([
      { from: hour(0), to: hour(2), reason: 'AF20051' },
      { from: hour(2), to: hour(3), reason: 'AF50000' },
      { from: hour(4), to: hour(5), reason: 'AF50000' },
    ])
  })

  it('adds up what was left out, by its reason', () => {
    const counts = { read: 5, kept: 1, duplicates: 1, dropped: { empty: 1 }, excluded: { titles: 2 }, quarantined: {} }
    expect(tallyOf([window(0, 'complete', { counts, late: 1 }), window(1, 'complete', { counts })])).toEqual({
      read: 10,
      kept: 2,
      duplicates: 2,
      late: 1,
      dropped: { empty: 2 },
      excluded: { titles: 4 },
      quarantined: {},
    })
  })
})

describe('the picture of a span', () => {
  it('places a window and cuts off what lies outside', () => {
    expect(placeOf({ from: hour(6), to: hour(12) }, day)).toEqual({ left: 25, width: 25 })
    expect(placeOf({ from: hour(-12), to: hour(12) }, day)).toEqual({ left: 0, width: 50 })
    expect(placeOf({ from: hour(-48), to: hour(-24) }, day)).toEqual({ left: 0, width: 0 })
  })

  it('shows late arrivals and what somebody asked for again apart from what is simply complete', () => {
    expect(lookOf(window(0, 'complete'))).toBe('complete')
    expect(lookOf(window(0, 'complete', { late: 3 }))).toBe('late')
    expect(lookOf(window(0, 'complete', { requestedAt: hour(5) }))).toBe('asked-again')
    expect(lookOf(window(0, 'complete', { requestedAt: hour(0) }))).toBe('complete')
    expect(lookOf(window(0, 'gap', { late: 3 }))).toBe('gap')
  })

  it('has a cell a window while there is room, and cells as bad as their worst window where there is not', () => {
    const windows = Array.from({ length: 24 }, (_, at) => window(at, at === 5 ? 'gap' : 'complete'))
    expect(cellsOf(windows, day)).toHaveLength(24)
    const month = { from: hour(0), to: hour(30 * 24) }
    const cells = cellsOf(windows, month)
    expect(cells.length).toBeLessThan(12)
    expect(cells.flatMap((cell) => cell.windows)).toEqual(windows)
    expect(cells.filter(({ look }) => look === 'gap')).toHaveLength(1)
  })

  it('is marked at round hours, and at midnight where the person is', () => {
    expect(ticksOf(day, 4, 0)).toEqual([hour(0), hour(6), hour(12), hour(18)])
    expect(ticksOf({ from: hour(0.5), to: hour(24.5) }, 8, 0)[0]).toBe(hour(3))
    expect(ticksOf({ from: hour(0), to: hour(7 * 24) }, 7, 3_600_000)[0]).toBe(hour(23))
  })
})
