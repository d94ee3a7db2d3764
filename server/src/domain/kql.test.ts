import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from './errors.ts'
import { parseQuery } from './kql.ts'
import type { EventQuery } from './query.ts'

const match = (field: string, value: string, wildcard = false): EventQuery => ({
  kind: 'match',
  field,
  value,
  wildcard,
})
const text = (words: string): EventQuery => ({ kind: 'text', text: words })

function outcome(query: string): EventQuery | Error {
  try {
    return parseQuery(query)
  } catch (error) {
    return error as Error
  }
}

function problem(query: string): AppError {
  const error = outcome(query)
  if (error instanceof AppError) return error
  throw new Error(`\`${query.slice(0, 50)}\` was accepted, or failed by a fault.`)
}

describe('parseQuery', () => {
  it.each<[string, EventQuery]>([
    ['', { kind: 'all' }],
    ['  \n ', { kind: 'all' }],
    ['*', { kind: 'all' }],
    ['user.name : ana', match('user.name', 'ana')],
    ['user.name:"Ana Lee"', match('user.name', 'Ana Lee')],
    ['user.name: Ana Lee', match('user.name', 'Ana Lee')],
    ['user.name : an*', match('user.name', 'an*', true)],
    ['user.name : "an*"', match('user.name', 'an*', true)],
    [String.raw`user.name : "an\*"`, match('user.name', 'an*')],
    [String.raw`user.name : "C:\a*\\b"`, match('user.name', String.raw`C:\\a*\\b`, true)],
    ['user.name : "*"', { kind: 'exists', field: 'user.name' }],
    ['user.* : ana', match('user.*', 'ana')],
    [String.raw`user.name : an\*`, match('user.name', 'an*')],
    [String.raw`file.name : \*a*`, match('file.name', String.raw`\*a*`, true)],
    [String.raw`file.directory : "C:\\a \"b\""`, match('file.directory', String.raw`C:\a "b"`)],
    [String.raw`event.action : \and`, match('event.action', 'and')],
    ['user.name : *', { kind: 'exists', field: 'user.name' }],
    ['source.ip : 10.0.0.0/8', { kind: 'cidr', field: 'source.ip', block: '10.0.0.0/8' }],
    ['source.ip : "2001:db8::/32"', { kind: 'cidr', field: 'source.ip', block: '2001:db8::/32' }],
    ['source.ip : 2001:db8::1', match('source.ip', '2001:db8::1')],
    ['email.message_id : <a@b.example>', match('email.message_id', '<a@b.example>')],
    ['event.severity >= 3', { kind: 'range', field: 'event.severity', operator: 'gte', value: '3' }],
    ['event.severity<3', { kind: 'range', field: 'event.severity', operator: 'lt', value: '3' }],
    [
      '@timestamp > 2026-11-20T08:00:00Z',
      { kind: 'range', field: '@timestamp', operator: 'gt', value: '2026-11-20T08:00:00Z' },
    ],
    ['password reset', text('password reset')],
    ['"password reset"', { kind: 'and', terms: [text('password reset'), match('message', '*password reset*', true)] }],
    ['message : reset', text('reset')],
    ['pass*', match('message', '*pass*', true)],
    ['orange notable', text('orange notable')],
    ['NOT a:1', { kind: 'not', term: match('a', '1') }],
    ['not not a:1', match('a', '1')],
    [
      'a:1 or b:2 AND c:3',
      { kind: 'or', terms: [match('a', '1'), { kind: 'and', terms: [match('b', '2'), match('c', '3')] }] },
    ],
    [
      '(a:1 or b:2) and c:3',
      { kind: 'and', terms: [{ kind: 'or', terms: [match('a', '1'), match('b', '2')] }, match('c', '3')] },
    ],
    [
      'a : (x or "y z" or not w*)',
      {
        kind: 'or',
        terms: [match('a', 'x'), match('a', 'y z'), { kind: 'not', term: match('a', 'w*', true) }],
      },
    ],
  ])('reads `%s`', (query, expected) => {
    expect(parseQuery(query)).toEqual(expected)
  })

  it.each([
    ['user.name :', 12, 'value is missing'],
    ['(a:1', 1, 'not closed'],
    ['a:1)', 4, 'closes nothing'],
    ['a:"x', 3, 'quote is not closed'],
    ['a:1 b:2', 6, 'side by side'],
    ['and a:1', 1, 'condition is missing'],
    ['a:1 or', 7, 'condition is missing'],
    ['a:1 or ()', 9, 'condition is missing'],
    ['a:{b:1}', 3, 'not supported'],
    ['a b:1', 1, 'several words'],
    ['a : (1 or b:2', 5, 'not closed'],
  ])('says where `%s` is wrong', (query, position, why) => {
    const error = problem(query)
    expect(error.code).toBe('QUERY_SYNTAX_INVALID')
    expect(error.why).toContain(why)
    expect(error.position).toBe(position)
    expect(error.why).toContain(`character ${position}`)
  })

  it.each([
    ['a:1 bcd:2', { position: 8, length: 1, allowed: '`and`, `or` or the end' }],
    ['(a:1', { position: 1, length: 1, allowed: '`and`, `or` or `)`' }],
    ['user.name :  ', { position: 14, length: 1, allowed: 'a value, a text in quotes, `*` or `(`' }],
    ['a:1 and or b:2', { position: 9, length: 2, allowed: 'a field, a word, a text in quotes, `not` or `(`' }],
  ])('says of `%s` what is meant and what is allowed', (query, place) => {
    expect(problem(query)).toMatchObject(place)
  })

  it('says where a condition stands that cannot be searched for', () => {
    const check = (term: EventQuery) => {
      if (term.kind === 'range' && term.value === 'high')
        throw new AppError({ code: 'QUERY_SYNTAX_INVALID', what: '', why: 'It is no number.', fix: 'Give one.' })
    }
    expect(() => parseQuery('a:1 and (event.severity > high or b:2)', { check })).toThrow(
      expect.objectContaining({ position: 27, length: 4, why: 'At character 27: It is no number.' }),
    )
  })

  it.each([
    ['now', '2026-11-18T10:20:30.000Z'],
    ['now-15m', '2026-11-18T10:05:30.000Z'],
    ['now-1d/d', '2026-11-17T00:00:00.000Z'],
    ['now/w', '2026-11-16T00:00:00.000Z'],
    ['now-1M+1y/M', '2027-10-01T00:00:00.000Z'],
    ['now-1x', 'now-1x'],
    ['now-999999y', 'now-999999y'],
  ])('takes `%s` for a moment', (value, expected) => {
    const query = parseQuery(`@timestamp >= ${value}`, { now: Date.UTC(2026, 10, 18, 10, 20, 30) })
    expect(query).toEqual({ kind: 'range', field: '@timestamp', operator: 'gte', value: expected })
  })

  it.each([
    ['10,000 parentheses', '('.repeat(10_000)],
    ['parentheses around a value', `a:${'('.repeat(60)}x${')'.repeat(60)}`],
    ['10 MB', 'a '.repeat(5_000_000)],
  ])('refuses %s at once', (_, query) => {
    expect(problem(query).code).toBe('QUERY_TOO_LARGE')
  })

  it('takes 2,000 times `not` without running out of stack', () => {
    expect(parseQuery(`${'not '.repeat(2_000)}a:1`)).toEqual(match('a', '1'))
  })

  it('reads back every query that it could have been given', () => {
    fc.assert(
      fc.property(queries, (query) => {
        expect(parseQuery(written(query))).toEqual(query)
      }),
    )
  })

  it('answers any text with a query or with an error of its own', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      ':',
      '"',
      '\\',
      '*',
      ' ',
      'a',
      'and',
      'or',
      'not',
      '<',
      '>=',
      '{',
      '10.0.0.0/8',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        expect(outcome(parts.join(''))).toSatisfy((result) => result instanceof AppError || 'kind' in result)
      }),
    )
  })
})

const fields = fc.stringMatching(/^[a-z]{4,8}(\.[a-z]{4,8}){0,2}$/).filter((field) => field !== 'message')
const values = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => !/\/\d+$/.test(value))
const leaves = fc.oneof(
  fc.record({ kind: fc.constant('exists' as const), field: fields }),
  fc.record({ kind: fc.constant('match' as const), field: fields, value: values, wildcard: fc.constant(false) }),
  fc.record({
    kind: fc.constant('range' as const),
    field: fields,
    operator: fc.constantFrom('gt' as const, 'gte' as const, 'lt' as const, 'lte' as const),
    value: values,
  }),
  fc.record({ kind: fc.constant('text' as const), text: fc.stringMatching(/^[a-z]{4,8}( [a-z]{4,8}){0,2}$/) }),
)
/** Trees as the parser makes them: no `and` directly in an `and`, no double `not`. */
const queries = fc.letrec<{ query: EventQuery; inner: EventQuery }>((tie) => ({
  inner: leaves,
  query: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('query'), { minLength: 2, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('not' as const), term: tie('inner') }),
  ),
})).query

function written(query: EventQuery): string {
  const quoted = (value: string) => `"${value.replaceAll(/["\\*]/g, String.raw`\$&`)}"`
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.terms.map((term) => `(${written(term)})`).join(` ${query.kind} `)
    case 'not':
      return `not (${written(query.term)})`
    case 'exists':
      return `${query.field} : *`
    case 'match':
      return `${query.field} : ${quoted(query.value)}`
    case 'range':
      return `${query.field} ${{ gt: '>', gte: '>=', lt: '<', lte: '<=' }[query.operator]} ${quoted(query.value)}`
    case 'text':
      return query.text
    default:
      throw new Error(`${query.kind} is not generated.`)
  }
}
