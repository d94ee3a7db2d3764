import { array, assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { conditions, fieldTerm, narrow, pointAt, senseOf, widen } from './kql.ts'

describe('KQL that buttons write', () => {
  it('quotes text and escapes what would end it', () => {
    expect(fieldTerm('user.name', 'ana')).toBe('user.name : "ana"')
    expect(fieldTerm('file.path', String.raw`C:\a "b"`)).toBe(String.raw`file.path : "C:\\a \"b\""`)
    expect(fieldTerm('url.domain', '*.contoso.example')).toBe(String.raw`url.domain : "\*.contoso.example"`)
    expect(fieldTerm('o365.audit.RecordType', 15)).toBe('o365.audit.RecordType : 15')
    expect(fieldTerm('event.outcome', 'failure', 'out')).toBe('not event.outcome : "failure"')
  })

  it('narrows a query, with parentheses only around an or', () => {
    expect(narrow('', 'a : 1')).toBe('a : 1')
    expect(narrow('b : 2', 'a : 1')).toBe('b : 2 and a : 1')
    expect(narrow('b : 2 or c : 3', 'a : 1')).toBe('(b : 2 or c : 3) and a : 1')
    expect(narrow('(b : 2 or c : 3) and d : 4', 'a : 1')).toBe('(b : 2 or c : 3) and d : 4 and a : 1')
    expect(narrow('b : "this or that"', 'a : 1')).toBe('b : "this or that" and a : 1')
  })

  it('does not add the same term twice, however it is spaced', () => {
    expect(narrow('a : 1 and b : 2', 'a : 1')).toBe('a : 1 and b : 2')
    expect(narrow('a:"x y"', 'a : "x y"')).toBe('a:"x y"')
  })

  it('turns a term into its opposite instead of asking for both', () => {
    expect(narrow('a : "1" and b : "2"', 'not a : "1"')).toBe('not a : "1" and b : "2"')
    expect(narrow('not a : "1" and b : "2"', 'a : "1"')).toBe('a : "1" and b : "2"')
  })

  it('widens a query by one of its conditions', () => {
    expect(widen('a : 1 and (b : 2 or c : 3) and d', '(b : 2 or c : 3)')).toBe('a : 1 and d')
    expect(widen('a : 1', 'a : 1')).toBe('')
  })

  it('knows whether a value is asked for', () => {
    expect(senseOf('a : "x" and not b:"y"', 'a', 'x')).toBe('in')
    expect(senseOf('a : "x" and not b:"y"', 'b', 'y')).toBe('out')
    expect(senseOf('a : "x" or b : "y"', 'a', 'x')).toBeUndefined()
    expect(senseOf('a : 15', 'a', '15')).toBe('in')
  })

  it('any value that is put in is known, and gone when taken out', () => {
    assert(
      property(string({ minLength: 1 }), constantFrom('in' as const, 'out' as const), (value, sense) => {
        const term = fieldTerm('user.name', value, sense)
        const query = narrow('event.outcome : failure', term)
        expect(senseOf(query, 'user.name', value)).toBe(sense)
        expect(widen(query, term)).toBe('event.outcome : failure')
      }),
    )
  })

  it('cuts a query where its conditions join, and nowhere else', () => {
    const condition = constantFrom('a : 1', 'not b : "x and y"', '(c : 3 or d : (4 and 5))', 'words of it')
    assert(
      property(array(condition), (given) => {
        expect(conditions(given.join(' and '))).toEqual(given)
      }),
    )
  })

  it('points at the characters of a fault, also behind the end', () => {
    expect(pointAt('a : )', 5)).toEqual({ before: 'a : ', at: ')', after: '' })
    expect(pointAt('a : {b}', 5, 3)).toEqual({ before: 'a : ', at: '{b}', after: '' })
    expect(pointAt('a and', 6)).toEqual({ before: 'a and', at: ' ', after: '' })
    expect(pointAt('a', 99)).toEqual({ before: 'a', at: ' ', after: '' })
  })
})
