import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { compilePattern, parsePattern, widen } from './pattern.ts'

const matches = (source: string, value: string, cased = false) =>
  compilePattern(parsePattern(source), cased)(cased ? value : value.toLowerCase())

describe('a Sigma string', () => {
  it.each([
    [String.raw`a\*b`, 'a*b', true],
    [String.raw`a\*b`, 'axb', false],
    [String.raw`a\\*b`, String.raw`a\xyzb`, true],
    [String.raw`a\\\*b`, String.raw`a\*b`, true],
    [String.raw`C:\Windows`, String.raw`c:\windows`, true],
    [String.raw`C:\\Windows`, String.raw`c:\windows`, true],
    [String.raw`\\\\host`, String.raw`\\host`, true],
    ['f?r', 'for', true],
    ['f?r', 'fr', false],
    ['a*b*c', 'a1b2bc', true],
    ['a*b*c', 'a1b2', false],
    ['', '', true],
    ['', ' ', false],
    ['**', 'anything', true],
    ['?*', '', false],
  ])('reads %s against %s as %s', (source, value, expected) => {
    expect(matches(source, value)).toBe(expected)
  })

  it('compares without case unless told, in any script', () => {
    expect(matches('ÄRGER', 'ärger')).toBe(true)
    expect(matches('ÄRGER', 'ärger', true)).toBe(false)
  })

  it('means the same as a regular expression with the same wildcards', () => {
    const letter = constantFrom('a', 'b', '*', '?')
    assert(
      property(
        string({ unit: letter, maxLength: 8 }),
        string({ unit: constantFrom('a', 'b'), maxLength: 8 }),
        (source, value) => {
          const regex = new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`)
          expect(matches(source, value)).toBe(regex.test(value))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('costs no more than pattern times value, however it is made', () => {
    expect(
      compilePattern(widen(parsePattern('a*'.repeat(500)), { before: true }), false)('a'.repeat(20_000) + 'b'),
    ).toBe(true)
    expect(matches('*a'.repeat(200) + 'c', 'a'.repeat(5000))).toBe(false)
  })
})
