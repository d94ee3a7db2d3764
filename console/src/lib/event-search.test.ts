import { describe, expect, it } from 'vitest'

import { changeEventSearch, parseEventSearch } from './event-search.ts'
import { DEFAULT_RANGE } from './time-range.ts'

describe('state of the events page in its address', () => {
  it('is complete for an empty address', () => {
    expect(parseEventSearch({})).toEqual({ ...DEFAULT_RANGE, q: '' })
  })

  it('takes what a router made of the text back as text', () => {
    expect(parseEventSearch({ q: 4711, event: 12, live: 'true' })).toEqual({
      ...DEFAULT_RANGE,
      q: '4711',
      event: '12',
      live: true,
    })
  })

  it('survives being written and read again', () => {
    const state = { from: 'now-7d', to: 'now', q: 'user.name : "a"', event: 'x', live: true as const }
    expect(parseEventSearch(structuredClone(state))).toEqual(state)
  })

  it('takes an entry out when it is changed to undefined', () => {
    const before = parseEventSearch({ q: 'a', event: 'x' })
    expect(changeEventSearch(before, { event: undefined })).toEqual({ ...DEFAULT_RANGE, q: 'a' })
  })

  it('ends live mode when the span no longer moves along', () => {
    const before = parseEventSearch({ live: true })
    const zoomed = changeEventSearch(before, { from: '2026-11-19T00:00:00.000Z', to: '2026-11-19T01:00:00.000Z' })
    expect(zoomed.live).toBeUndefined()
    expect(changeEventSearch(before, { q: 'b' }).live).toBe(true)
  })
})
