import { describe, expect, it } from 'vitest'

import { ALL, isSelected, NONE, select, selectedOf } from './selection.ts'

describe('a selection in a list of any length', () => {
  it('begins with all rows or none, those never seen included', () => {
    expect([isSelected(ALL, 'unseen'), selectedOf(ALL, 100_000)]).toEqual([true, 100_000])
    expect([isSelected(NONE, 'unseen'), selectedOf(NONE, 100_000)]).toEqual([false, 0])
  })

  it('is left by a row and joined again', () => {
    const without = select(ALL, 'a', false)
    expect([isSelected(without, 'a'), isSelected(without, 'b'), selectedOf(without, 10)]).toEqual([false, true, 9])
    expect(select(without, 'a', true)).toEqual(ALL)
  })

  it('does not change when a row is already as wanted', () => {
    expect(select(NONE, 'a', false)).toBe(NONE)
    expect(selectedOf(select(select(NONE, 'a', true), 'a', true), 10)).toBe(1)
  })
})
