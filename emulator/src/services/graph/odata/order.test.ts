import { describe, expect, it } from 'vitest'

import { badRequest } from '#services/graph/errors.ts'

import { inOrder, readOrder } from './order.ts'
import { reading } from './values.ts'
import type { Fields } from './values.ts'

const FIELDS: Fields = { name: 'string', 'made/at': 'date', tags: 'strings' }
const THINGS = [
  { name: 'b', made: { at: '2026-01-02T00:00:00Z' } },
  { name: 'A', made: { at: '2026-01-01T00:00:00Z' } },
  { name: 'a', made: { at: '2026-01-03T00:00:00Z' } },
]

const ordered = (text: string) =>
  inOrder(THINGS, readOrder(text, FIELDS, badRequest), (thing) => reading(thing, FIELDS)).map(({ name }) => name)

describe('Graph $orderby', () => {
  it('orders by several keys, up and down, without regard to case', () => {
    expect(ordered('name')).toEqual(['A', 'a', 'b'])
    expect(ordered('Name asc, made/at desc')).toEqual(['a', 'A', 'b'])
    expect(ordered('made/at desc')).toEqual(['a', 'b', 'A'])
    expect(ordered(' ')).toEqual(['b', 'A', 'a'])
  })

  it.each(['name upwards', 'name asc desc', 'tags', 'other', ',', "name eq 'x'"])('refuses %s', (text) => {
    expect(() => readOrder(text, FIELDS, badRequest)).toThrowError(expect.objectContaining({ status: 400 }))
  })
})
