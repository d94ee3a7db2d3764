import { describe, expect, it } from 'vitest'

import { changeEventSearch, contentOf, DEFAULT_COLUMNS, isUnchanged, parseEventSearch } from './event-search.ts'
import { DEFAULT_RANGE } from './time-range.ts'

const columns = DEFAULT_COLUMNS.join(',')

describe('state of the events page in its address', () => {
  it('is complete for an empty address', () => {
    expect(parseEventSearch({})).toEqual({ ...DEFAULT_RANGE, q: '', columns })
  })

  it('takes what a router made of the text back as text', () => {
    expect(parseEventSearch({ q: 4711, event: 12, live: 'true' })).toEqual({
      ...DEFAULT_RANGE,
      q: '4711',
      columns,
      event: '12',
      live: true,
    })
  })

  it('survives being written and read again', () => {
    const state = {
      from: 'now-7d',
      to: 'now',
      q: 'user.name : "a"',
      columns: 'message,o365.audit.AppId',
      order: 'asc' as const,
      event: 'x',
      live: true as const,
      saved: 's',
    }
    expect(parseEventSearch(structuredClone(state))).toEqual(state)
  })

  it('takes an entry out when it is changed to undefined', () => {
    const before = parseEventSearch({ q: 'a', event: 'x' })
    expect(changeEventSearch(before, { event: undefined })).toEqual({ ...DEFAULT_RANGE, q: 'a', columns })
  })

  it('names each column once', () => {
    expect(parseEventSearch({ columns: ' user.name,,user.name , message' }).columns).toBe('user.name,message')
  })

  it('ends live mode when the span no longer moves along, or is read from the oldest on', () => {
    const before = parseEventSearch({ live: true })
    const zoomed = changeEventSearch(before, { from: '2026-11-19T00:00:00.000Z', to: '2026-11-19T01:00:00.000Z' })
    expect(zoomed.live).toBeUndefined()
    expect(changeEventSearch(before, { order: 'asc' }).live).toBeUndefined()
    expect(changeEventSearch(before, { q: 'b' }).live).toBe(true)
  })

  it('knows a saved search from a changed one', () => {
    const search = parseEventSearch({ q: 'a', saved: 's' })
    const saved = contentOf(search)
    expect(isUnchanged(search, saved)).toBe(true)
    expect(isUnchanged(search, { ...saved, columns: [] })).toBe(true)
    expect(isUnchanged(changeEventSearch(search, { from: 'now-7d' }), saved)).toBe(false)
    expect(isUnchanged(changeEventSearch(search, { columns: 'message' }), saved)).toBe(false)
  })
})
