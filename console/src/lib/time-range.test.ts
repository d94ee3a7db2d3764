import { describe, expect, it } from 'vitest'

import {
  around,
  DEFAULT_RANGE,
  isRelative,
  momentOf,
  parseRange,
  rangeLabel,
  resolve,
  shifted,
  zoomedOut,
} from './time-range.ts'

const NOW = Date.parse('2026-11-20T12:00:00.000Z')

describe('time range', () => {
  it('reads relative and absolute moments, and nothing else', () => {
    expect(momentOf('now', NOW)).toBe(NOW)
    expect(momentOf('now-90m', NOW)).toBe(NOW - 90 * 60_000)
    expect(momentOf('now-2d', NOW)).toBe(NOW - 2 * 86_400_000)
    expect(momentOf('2026-11-20T11:00:00.000Z', NOW)).toBe(NOW - 3_600_000)
    for (const nonsense of ['', 'yesterday', 'now-', 'now-5y', 'now+1h', '2026', '12', '2026-99-99T00:00:00Z']) {
      expect({ [nonsense]: momentOf(nonsense, NOW) }).toEqual({ [nonsense]: undefined })
    }
  })

  it('keeps a relative range relative, so that a link means the same tomorrow', () => {
    expect(parseRange('now-7d', 'now', NOW)).toEqual({ from: 'now-7d', to: 'now' })
    expect(isRelative(parseRange('now-7d', 'now', NOW))).toBe(true)
    expect(isRelative({ from: '2026-11-19T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z' })).toBe(false)
  })

  it('falls back to the default for an empty, backward or unreadable range', () => {
    expect(parseRange(undefined, undefined, NOW)).toEqual(DEFAULT_RANGE)
    expect(parseRange('now', 'now', NOW)).toEqual(DEFAULT_RANGE)
    expect(parseRange('now-1h', 'now-2h', NOW)).toEqual(DEFAULT_RANGE)
    expect(parseRange({}, 'now', NOW)).toEqual(DEFAULT_RANGE)
  })

  it('resolves to UTC without an offset, as the server wants it', () => {
    expect(resolve({ from: 'now-1h', to: '2026-11-20T14:00:00+02:00' }, NOW)).toEqual({
      from: '2026-11-20T11:00:00.000Z',
      to: '2026-11-20T12:00:00.000Z',
    })
  })

  it('is called by its name where it has one', () => {
    const format = (iso: string) => `<${iso}>`
    expect(rangeLabel(DEFAULT_RANGE, format)).toBe('Last 24 hours')
    expect(rangeLabel({ from: 'now-36h', to: 'now' }, format)).toBe('Last 36 hours')
    expect(rangeLabel({ from: '2026-11-19T00:00:00Z', to: 'now' }, format)).toBe('<2026-11-19T00:00:00Z> to now')
  })

  it('moves by its own length, and never into the future', () => {
    const hour = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z' }
    expect(shifted(hour, 'earlier', NOW)).toEqual({ from: '2026-11-20T09:00:00.000Z', to: '2026-11-20T10:00:00.000Z' })
    expect(shifted(hour, 'later', NOW)).toEqual({ from: '2026-11-20T11:00:00.000Z', to: '2026-11-20T12:00:00.000Z' })
    expect(shifted(DEFAULT_RANGE, 'later', NOW)).toEqual(resolve(DEFAULT_RANGE, NOW))
  })

  it('zooms out around its middle, and stays relative where it was', () => {
    const hour = { from: '2026-11-20T08:00:00.000Z', to: '2026-11-20T09:00:00.000Z' }
    expect(zoomedOut(hour, NOW)).toEqual({ from: '2026-11-20T07:30:00.000Z', to: '2026-11-20T09:30:00.000Z' })
    expect(zoomedOut({ from: 'now-15m', to: 'now' }, NOW)).toEqual({ from: 'now-30m', to: 'now' })
    expect(zoomedOut(DEFAULT_RANGE, NOW)).toEqual({ from: 'now-2d', to: 'now' })
  })

  it('lies around a moment', () => {
    expect(around('2026-11-20T12:00:00.000Z', 60_000)).toEqual({
      from: '2026-11-20T11:59:00.000Z',
      to: '2026-11-20T12:01:00.000Z',
    })
  })
})
