import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { testSeal } from './testing/test-seal.ts'

describe('a seal', () => {
  it('opens what it closed, for the same context alone', () => {
    const seal = testSeal(1)
    const context = fc.array(fc.string(), { maxLength: 3 })
    fc.assert(
      fc.property(fc.string(), context, context, (plain, mine, other) => {
        const sealed = seal.close(plain, mine)
        expect(seal.open(sealed, mine)).toBe(plain)
        fc.pre(JSON.stringify(mine) !== JSON.stringify(other))
        expect(() => seal.open(sealed, other)).toThrow('belong to another tenant or connection')
      }),
    )
  })

  it('refuses a value of which any one bit was changed', () => {
    const seal = testSeal(1)
    const sealed = seal.close('a secret', ['tenant', 'connection'])
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => seal.open(changed, ['tenant', 'connection'])).toThrow('Could not open what is sealed')
    }
  })

  it('says that another key sealed it, and shows nothing of it', () => {
    const sealed = testSeal(1).close('a secret', [])
    const other = testSeal(2)
    expect(() => other.open(sealed, [])).toThrow('sealed with another key')
    expect(sealed.includes('a secret')).toBe(false)
  })

  it('never seals the same text to the same bytes', () => {
    const seal = testSeal(1)
    expect(seal.close('a secret', [])).not.toEqual(seal.close('a secret', []))
  })

  it('refuses bytes that are no sealed value', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(9), testSeal(1).close('x', []).subarray(0, 20)]) {
      expect(() => testSeal(1).open(bytes, [])).toThrow('Could not open what is sealed')
    }
  })
})
