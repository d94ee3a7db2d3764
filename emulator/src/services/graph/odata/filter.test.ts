import { describe, expect, it } from 'vitest'
import { behavior } from '#testing/behavior.ts'
import * as fc from 'fast-check'

import { GraphError } from '#services/graph/errors.ts'

import { parseFilter } from './filter.ts'
import { reading } from './values.ts'
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
    ["tolower(subject) eq 'it''s an invoice'", true],
    ["contains(toupper(tolower(subject)), 'invoice')", true],
    ["startswith(subject,'x') eq false", true],
    ["startswith(subject,'x') ne false", false],
    ["subject eq microsoft.graph.kind'x'", false],
    ['subject eq null', false],
    ['categories/any()', true],
    ['categories/$count eq 1', true],
    ['categories/$count gt 1', false],
    ["categories/all(c:startswith(c,'r'))", true],
    ["categories/all(c:c eq 'blue')", false],
    ["categories/any(c:c in ('blue','red') and subject ne 'x')", true],
    ["categories has 'Red'", true],
  ])('%s is %s, too', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  const PLANS: Fields = {
    plans: 'list',
    'plans/name': 'string',
    'plans/skuId': 'guid',
    'plans/since': 'date',
    'plans/parts': 'list',
    'plans/parts/on': 'boolean',
    'owners/id': 'strings',
    flags: 'string',
  }
  const SKU = '3b555118-da6a-4418-894f-7df1e2096870'
  const USER = {
    plans: [
      { name: 'A', skuId: SKU, since: '2026-01-01T00:00:00Z', parts: [{ on: true }] },
      { name: 'B', skuId: '00000000-0000-4000-8000-000000000000', since: '2026-06-01T00:00:00Z', parts: [] },
    ],
    owners: [{ id: 'x' }, { id: 'y' }],
    flags: 'read, write',
  }
  it.each([
    [`plans/any(p:p/skuId eq ${SKU})`, true],
    [`plans/any(p:p/skuId eq ${SKU} and p/name eq 'A')`, true],
    [`plans/any(p:p/skuId eq ${SKU} and p/name eq 'B')`, false],
    ['plans/all(p:p/since lt 2026-07-01)', true],
    ['plans/all(p:p/parts/any(q:q/on eq true))', false],
    ['plans/any(p:p/parts/any(q:q/on eq true))', true],
    ['plans/$count eq 2', true],
    ["owners/any(o:o/id eq 'y')", true],
    ["owners/any(o:o/id eq 'z') or owners/any(o:o/id eq 'x')", true],
    ["flags has 'write'", true],
    ["flags has 'delete'", false],
  ])('of lists: %s is %s', (text, expected) => {
    expect(parseFilter(text, PLANS).matches(reading(USER, PLANS))).toBe(expected)
  })

  it.each([
    [`plans/any(p:p/skuId eq '${SKU}')`],
    ["plans/any(p:p eq 'A')"],
    ["plans/any(p:q/name eq 'A')"],
    ["plans eq 'A'"],
    ["plans/any(p/q:p/q/name eq 'A')"],
    ['plans/all()'],
    ['plans/name/$count eq 1'],
    ['tolower('.repeat(3000)],
    ["subject/any(s:s eq 'x')"],
  ])('refuses %s of lists', (text) => {
    expect(() => parseFilter(text, PLANS)).toThrowError(expect.objectContaining({ status: 400 }))
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
      'in',
      'has',
      'tolower(',
      'categories/any(c:',
      'categories/$count',
      'null',
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
