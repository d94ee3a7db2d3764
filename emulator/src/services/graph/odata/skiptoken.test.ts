import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'

import { placeToken, readPlaceToken, readSkiptoken, skiptoken } from './skiptoken.ts'

describe('page tokens', () => {
  it('give back what they hold, where they were given for the same query', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (place, bound, other) => {
        const token = placeToken(place, bound)
        expect(readPlaceToken(token, bound)).toBe(place)
        expect(readPlaceToken(token, `${bound}${other}.`)).toBeUndefined()
      }),
    )
  })

  it('say nothing to who reads them, and are not to be changed', () => {
    const token = skiptoken(1200, 'users')
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('1200')
    expect(readSkiptoken(token, 'users')).toBe(1200)
    for (let at = 0; at < token.length; at++) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(readSkiptoken(changed, 'users')).toBeUndefined()
    }
    expect(readSkiptoken('', 'users')).toBeUndefined()
    expect(readSkiptoken('made up', 'users')).toBeUndefined()
  })
})
