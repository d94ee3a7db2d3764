import { describe, expect, it } from 'vitest'
import { behavior } from '#testing/behavior.ts'
import * as fc from 'fast-check'

import { GraphError } from '#services/graph/errors.ts'

import { parseFilter } from './filter.ts'
import type { Fields, Value } from './filter.ts'

const FIELDS: Fields = {
  subject: 'string',
  isRead: 'boolean',
  receivedDateTime: 'date',
  categories: 'strings',
  'from/emailAddress/address': 'string',
}

const MESSAGE: Record<string, Value> = {
  subject: "It's an Invoice",
  isRead: false,
  receivedDateTime: Date.parse('2026-11-19T08:00:00Z'),
  categories: ['Red'],
  'from/emailAddress/address': 'a+b@x.example',
}

const matches = (text: string) => parseFilter(text, FIELDS).matches((field) => MESSAGE[field]!)

function attempt(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('Graph $filter', () => {
  it.each([
    ["subject eq 'it''s an invoice'", true],
    ["subject ne 'x' and isRead eq false", true],
    ["startsWith(subject,'it')", true],
    ["contains(subject, 'INVOICE') eq true", true],
    ["endswith(subject,'x')", false],
    ["from/emailAddress/address eq 'A+B@x.example'", true],
    ['receivedDateTime ge 2026-11-19T00:00:00Z and receivedDateTime lt 2026-11-20', true],
    ['receivedDateTime gt 2026-11-19T08:00:00+00:00', false],
    ["isRead eq true or (subject eq 'y' or not (isRead eq true))", true],
    ["categories/any(c:c eq 'red')", true],
    ["subject in ('a', 'It''s an Invoice')", true],
  ])('%s is %s', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  behavior('documentation', 'binds `and` tighter than `or`', () => {
    expect(matches('isRead eq false or isRead eq true and isRead eq true')).toBe(true)
    expect(matches('(isRead eq false or isRead eq true) and isRead eq true')).toBe(false)
  })

  it.each([
    ['subject eq', 'BadRequest'],
    ["subject eq 'x", 'BadRequest'],
    ['isRead eq maybe', 'BadRequest'],
    ['receivedDateTime ge 2026-13-45', 'BadRequest'],
    ["subject eq 'x')", 'BadRequest'],
    ["subject like 'x'", 'BadRequest'],
    ["toRecipients/any(r:r eq 'x')", 'ErrorInvalidUrlQueryFilter'],
    ["body/content eq 'x'", 'ErrorInvalidUrlQueryFilter'],
    ['('.repeat(5000), 'BadRequest'],
  ])('refuses %s with %s', (text, code) => {
    expect(() => parseFilter(text, FIELDS)).toThrowError(expect.objectContaining({ code, status: 400 }))
  })

  it('answers any text with a filter or one of its own errors', () => {
    const word = fc.constantFrom(
      'subject',
      'eq',
      "'a'",
      '(',
      ')',
      'and',
      'or',
      'not',
      'isRead',
      'true',
      ',',
      '/any',
      'c:c',
      "'",
      '2026-11-19',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    )
    fc.assert(
      fc.property(text, (filter) => {
        const outcome = attempt(() => parseFilter(filter, FIELDS))
        expect(outcome instanceof Error && !(outcome instanceof GraphError)).toBe(false)
      }),
    )
  })
})
