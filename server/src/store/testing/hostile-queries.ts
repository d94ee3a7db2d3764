import * as fc from 'fast-check'

import type { EventQuery } from '#domain/query.ts'

import { is, like } from './asked.ts'

/** The same text wherever a query takes one. */
export function asEveryKind(text: string): EventQuery[] {
  return [
    is(text, text),
    is('user.name', text),
    is('event.category', text),
    is('source.port', text),
    is(`o365.${text}`, text),
    like('user.name', `${text}*`),
    like(text, `*${text}`),
    { kind: 'exists', field: text },
    { kind: 'range', field: text, operator: 'gt', value: text },
    { kind: 'cidr', field: text, block: '10.0.0.0/8' },
    { kind: 'text', text },
  ]
}

export const hostileText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc
    .array(fc.constantFrom("'", '"', '\\', '%', '_', '*', '{', '}', ':', '`', '\n', '\t', '\0', 'a', 'B', ' '), {
      minLength: 1,
      maxLength: 8,
    })
    .map((parts) => parts.join('')),
)

const hostileFields = fc.oneof(
  fc.constantFrom(
    'user.name',
    'event.category',
    'source.port',
    'source.ip',
    'o365.audit.Params.Name',
    'message',
    '@timestamp',
  ),
  hostileText,
)

export const hostileQueries: fc.Arbitrary<EventQuery> = fc.oneof(
  fc
    .record({ kind: fc.constant('match' as const), field: hostileFields, value: hostileText, wildcard: fc.boolean() })
    // What is no time is refused.
    .filter(({ field, wildcard }) => field !== '@timestamp' || wildcard),
  fc.record({ kind: fc.constant('exists' as const), field: hostileFields }),
  fc.record({ kind: fc.constant('text' as const), text: hostileText }),
  fc.record({
    kind: fc.constant('range' as const),
    field: hostileFields.filter((field) => field !== '@timestamp' && field !== 'source.port'),
    operator: fc.constantFrom('gt' as const, 'lte' as const),
    value: hostileText,
  }),
  fc.record({ kind: fc.constant('cidr' as const), field: hostileFields, block: fc.constant('192.0.2.0/25') }),
)
