import { describe, expect } from 'vitest'

import { behavior } from '#testing/behavior.ts'

import { Rating } from './rating.ts'

describe('change notifications', () => {
  const rated = (late: number, count: number) => {
    const rating = new Rating()
    for (let i = 0; i < count; i++) rating.add(i, i < late ? 10_000 : 20)
    return rating
  }

  behavior('documentation', 'an endpoint is slow when more than a tenth of its answers take ten seconds', () => {
    expect(rated(10, 100).state(1000)).toBe('good')
    expect(rated(11, 100).state(1000)).toBe('slow')
  })

  behavior(
    'documentation',
    'an endpoint is dropped when more than 15 of 100 answers take ten seconds, for ten minutes',
    () => {
      expect(rated(15, 100).state(1000)).toBe('slow')
      expect(rated(16, 100).state(1000)).toBe('drop')
      expect(rated(16, 100).state(600_100)).toBe('good')
      expect(rated(5, 5).state(1000)).toBe('good')
    },
  )
})
