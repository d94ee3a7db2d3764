import { assert, constantFrom, nat, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { complete, completionAt } from './kql-completion.ts'

/** The caret is where the bar stands. */
function at(marked: string) {
  const caret = marked.indexOf('|')
  return completionAt(marked.replace('|', ''), caret)
}

describe('what may be written next', () => {
  it.each([
    ['|', 'field', '', ''],
    ['user.na|', 'field', '', 'user.na'],
    ['not eve|', 'field', '', 'eve'],
    ['(a : 1 or us|', 'field', '', 'us'],
    ['user.name |', 'operator', 'user.name', ''],
    ['user.name : |', 'value', 'user.name', ''],
    ['user.name:an|', 'value', 'user.name', 'an'],
    ['user.name : "ana ma|', 'value', 'user.name', 'ana ma'],
    ['user.name : (ana or li|', 'value', 'user.name', 'li'],
    ['user.name : (ana or |', 'value', 'user.name', ''],
    ['event.severity >= |', 'value', 'event.severity', ''],
    ['source.ip : 2001:db8::|', 'value', 'source.ip', '2001:db8::'],
    ['user.name : "ana" |', 'join', '', ''],
    ['user.name : "ana" a|', 'join', '', 'a'],
    ['(a : 1 or b : 2) |', 'join', '', ''],
    ['user.name : (ana) |', 'join', '', ''],
    ['inbox rule |', 'join', '', ''],
  ])('%s wants %s', (marked, wants, field, typed) => {
    expect(at(marked)).toMatchObject({ wants, field, typed })
  })

  it('replaces the word that the caret stands in, and nothing behind it', () => {
    const query = 'us.name : "x"'
    expect(complete(query, completionAt(query, 2), 'user.name')).toEqual({ query: 'user.name : "x"', caret: 10 })
    const open = 'user.name : "an'
    expect(complete(open, completionAt(open, open.length), '"ana"')).toEqual({ query: 'user.name : "ana" ', caret: 18 })
    const inGroup = 'user.name : (an)'
    expect(complete(inGroup, completionAt(inGroup, 15), '"ana"').query).toBe('user.name : ("ana")')
  })

  it('has an answer for any text at any place', () => {
    assert(
      property(string({ unit: constantFrom(...'a.:"()\\<> {}*and') }), nat(40), (query, place) => {
        const caret = Math.min(place, query.length)
        const { from, to } = completionAt(query, caret)
        expect(from).toBeLessThanOrEqual(caret)
        expect(to).toBeGreaterThanOrEqual(caret)
        expect(to).toBeLessThanOrEqual(query.length)
      }),
    )
  })
})
