import { describe, expect, it } from 'vitest'

import { DEFAULT_RANGE, isRelative, momentOf, parseRange, rangeLabel, resolve } from './time-range.ts'

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
    expect(rangeLabel({ from: '2026-11-19T00:00:00Z', to: 'now' }, format)).toBe('<2026-11-19T00:00:00Z> to now')
  })
})
