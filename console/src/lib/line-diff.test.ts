import { array, assert, constantFrom, property } from 'fast-check'
import { expect, it } from 'vitest'

import { diffLines } from './line-diff.ts'

it('shows what was taken away and what came', () => {
  const told = diffLines('a\nb\nc\nd', 'a\nc\nx\nd').map(({ kind, text }) => `${kind} ${text}`)
  expect(told).toEqual(['same a', 'removed b', 'same c', 'added x', 'same d'])
})

it('holds both texts whole', () => {
  const text = array(constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 }).map((each) => each.join('\n'))
  assert(
    property(text, text, (before, after) => {
      const diff = diffLines(before, after)
      const without = (kind: string) =>
        diff
          .filter((line) => line.kind !== kind)
          .map((line) => line.text)
          .join('\n')
      expect([without('added'), without('removed')]).toEqual([before, after])
    }),
  )
})
