import { describe, expect, it } from 'vitest'

import { fieldRows, textAt, userOf, valuesAt } from './ecs.ts'

const EVENT = {
  '@timestamp': '2026-11-20T12:00:00.000Z',
  message: 'Ana signed in.',
  event: { id: '1', dataset: 'o365.audit', category: ['iam', 'email'] },
  user: { name: 'ana' },
  o365: { audit: { Parameters: [{ Name: 'ForwardTo' }], Gone: null, Empty: {} } },
}

describe('an event as fields', () => {
  it('gives every leaf its dotted name, sorted, one row a list value', () => {
    expect(fieldRows(EVENT).map(({ field, value }) => `${field}=${value}`)).toEqual([
      '@timestamp=2026-11-20T12:00:00.000Z',
      'event.category=iam',
      'event.category=email',
      'event.dataset=o365.audit',
      'event.id=1',
      'message=Ana signed in.',
      'o365.audit.Parameters.Name=ForwardTo',
      'user.name=ana',
    ])
  })

  it('finds text at a path, and is empty where there is none', () => {
    expect(textAt(EVENT, 'event.category')).toBe('iam')
    expect(textAt(EVENT, 'source.ip')).toBe('')
    expect(textAt(EVENT, 'message.deeper')).toBe('')
  })

  it('finds every value of a field, in lists and under names with dots', () => {
    expect(valuesAt(EVENT, 'event.category')).toEqual(['iam', 'email'])
    expect(valuesAt(EVENT, 'o365.audit.Parameters.Name')).toEqual(['ForwardTo'])
    expect(valuesAt({ a: { 'b.c': [{ d: 1 }, { d: true }] } }, 'a.b.c.d')).toEqual([1, true])
    expect(valuesAt(EVENT, 'o365.audit.Gone')).toEqual([])
  })

  it('names the user by what is there', () => {
    expect(userOf(EVENT)).toBe('ana')
    expect(userOf({ ...EVENT, user: { email: 'ana@contoso.example', name: 'ana' } })).toBe('ana@contoso.example')
  })
})
