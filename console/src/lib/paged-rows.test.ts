import { describe, expect, it } from 'vitest'

import { PAGE_ROWS, pagesOf } from './paged-rows.ts'

describe('pages of a list', () => {
  it('are those that the rows in sight lie in', () => {
    expect(pagesOf(0, 0)).toEqual([0])
    expect(pagesOf(0, PAGE_ROWS - 1)).toEqual([0])
    expect(pagesOf(PAGE_ROWS - 1, PAGE_ROWS)).toEqual([0, 1])
    expect(pagesOf(99_980, 99_999)).toEqual([99_500 / PAGE_ROWS])
  })
})
