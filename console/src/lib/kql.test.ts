import { describe, expect, it } from 'vitest'

import { fieldTerm, narrow, pointAt } from './kql.ts'

describe('KQL that buttons write', () => {
  it('quotes text and escapes what would end it', () => {
    expect(fieldTerm('user.name', 'ana')).toBe('user.name : "ana"')
    expect(fieldTerm('file.path', String.raw`C:\a "b"`)).toBe(String.raw`file.path : "C:\\a \"b\""`)
    expect(fieldTerm('o365.audit.RecordType', 15)).toBe('o365.audit.RecordType : 15')
    expect(fieldTerm('event.outcome', 'failure', 'out')).toBe('not event.outcome : "failure"')
  })

  it('narrows a query, with parentheses only around an or', () => {
    expect(narrow('', 'a : 1')).toBe('a : 1')
    expect(narrow('b : 2', 'a : 1')).toBe('b : 2 and a : 1')
    expect(narrow('b : 2 or c : 3', 'a : 1')).toBe('(b : 2 or c : 3) and a : 1')
    expect(narrow('b : "this or that"', 'a : 1')).toBe('b : "this or that" and a : 1')
  })

  it('does not add the same term twice', () => {
    expect(narrow('a : 1 and b : 2', 'a : 1')).toBe('a : 1 and b : 2')
  })

  it('points at the character of a fault, also behind the end', () => {
    expect(pointAt('a : )', 5)).toEqual({ before: 'a : ', at: ')', after: '' })
    expect(pointAt('a and', 6)).toEqual({ before: 'a and', at: ' ', after: '' })
    expect(pointAt('a', 99)).toEqual({ before: 'a', at: ' ', after: '' })
  })
})
