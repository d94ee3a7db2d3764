import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { nextTurn } from './budget.ts'

describe('nextTurn', () => {
  it('never lets a span hold more than the budget, whenever people ask', () => {
    const law = fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 40 }),
      (amount, seconds, pauses) => {
        const turns: number[] = []
        let now = 0
        for (const pause of pauses) {
          now += pause
          turns.push(nextTurn(turns.slice(-amount), { amount, seconds }, now))
        }
        return turns.every((turn, i) => i < amount || turn - turns[i - amount]! >= seconds * 1000)
      },
    )
    expect(() => fc.assert(law)).not.toThrow()
  })

  it('makes nobody wait while there is room', () => {
    const budget = { amount: 2, seconds: 10 }
    expect(nextTurn([1000], budget, 2000)).toBe(2000)
    expect(nextTurn([1000, 2000], budget, 3000)).toBe(11_000)
    expect(nextTurn([1000, 2000], budget, 20_000)).toBe(20_000)
  })
})
