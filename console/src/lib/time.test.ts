import { describe, expect, it } from 'vitest'

import { axisTime, clockTime, duration, exactTime, inputMoment, isoOfInput, relativeTime, spanWords } from './time.ts'

const NOW = Date.parse('2026-11-20T12:00:00.000Z')
const before = (ms: number) => new Date(NOW - ms).toISOString()

describe('times as people read them', () => {
  it('are relative in the largest unit that fits', () => {
    expect(relativeTime(before(3000), NOW)).toBe('just now')
    expect(relativeTime(before(45_000), NOW)).toBe('45 sec ago')
    expect(relativeTime(before(5 * 60_000), NOW)).toBe('5 min ago')
    expect(relativeTime(before(26 * 3_600_000), NOW)).toBe('1 day ago')
    expect(relativeTime(before(-3 * 86_400_000), NOW)).toBe('in 3 days')
  })

  it('stay as they came when they are no time', () => {
    expect(relativeTime('soon', NOW)).toBe('soon')
    expect(clockTime('soon', 'utc')).toBe('soon')
    expect(exactTime('soon', 'utc')).toBe('soon')
  })

  it('name their zone when exact', () => {
    expect(exactTime('2026-11-20T12:00:00.007Z', 'utc')).toBe('2026-11-20 12:00:00.007 UTC')
    expect(clockTime('2026-11-20T12:00:00.007Z', 'utc')).toBe('2026-11-20 12:00:00')
  })

  it('say a duration in two units at most', () => {
    expect(duration(-5)).toBe('0 s')
    expect(duration(300)).toBe('< 1 s')
    expect(duration(12_400)).toBe('12 s')
    expect(duration(260_000)).toBe('4 min 20 s')
    expect(duration(3_900_000)).toBe('1 h 05 min')
    expect(duration(8 * 86_400_000 + 3_600_000)).toBe('8 d 01 h')
  })

  it('say of a span its day once where it is one', () => {
    const from = '2026-11-20T22:00:00.000Z'
    expect(spanWords({ from, to: '2026-11-20T23:00:00.000Z' }, 'utc')).toBe('2026-11-20 22:00 to 23:00')
    expect(spanWords({ from, to: '2026-11-21T01:00:00.000Z' }, 'utc')).toBe('2026-11-20 22:00 to 2026-11-21 01:00')
  })

  it('are hours along an axis, and at midnight the day', () => {
    expect(axisTime('2026-11-20T22:00:00.000Z', 'utc')).toBe('22:00')
    expect(axisTime('2026-11-21T00:00:00.000Z', 'utc')).toBe('Nov 21')
  })

  it('come back from an input as they went in', () => {
    for (const zone of ['utc', 'local'] as const) {
      expect(isoOfInput(inputMoment('2026-11-20T22:05:00.000Z', zone), zone)).toBe('2026-11-20T22:05:00.000Z')
    }
  })
})
