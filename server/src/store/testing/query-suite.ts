import * as fc from 'fast-check'
import { expect, it } from 'vitest'

import type { NormalizedEvent } from '#domain/event.ts'
import type { EventQuery } from '#domain/query.ts'
import type { EventStore } from '#store/event-store.ts'

import { every } from './every.ts'
import { matches } from './matches.ts'
import { put } from './put.ts'
import { newTenant, testEvent } from './test-event.ts'

const DAY = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' }

/** Few words, so that queries and events meet. */
const word = fc.constantFrom(
  'ana',
  'Ana',
  'BEN',
  'ben*',
  'a_n%a',
  'x y',
  '10',
  '9',
  '-2.5',
  "o'neil",
  String.raw`c:\a`,
  '',
)
const address = fc.constantFrom('10.0.0.1', '10.0.9.9', '192.0.2.7', 'none')
const sentence = fc.array(fc.constantFrom('ana', 'sent', 'Mail', 'to', 'ben'), { minLength: 1, maxLength: 4 })
const scalar = fc.oneof(word, fc.integer({ min: -3, max: 12 }), fc.boolean())
const leaf = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.constant(null))

const events = fc.array(
  fc.record(
    {
      message: sentence.map((words) => `${words.join(' ')}.`),
      user: fc.record(
        { name: word, target: fc.record({ name: fc.array(word, { maxLength: 3 }) }) },
        { requiredKeys: [] },
      ),
      source: fc.record({ ip: address, port: fc.constantFrom(9, 10, 443) }, { requiredKeys: [] }),
      event: fc.record({ action: word, category: fc.array(word, { maxLength: 2 }) }, { requiredKeys: [] }),
      own: fc.record(
        { a: leaf, list: fc.array(fc.record({ b: leaf }, { requiredKeys: [] }), { maxLength: 3 }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['message'] },
  ),
  { minLength: 20, maxLength: 40 },
)

const field = fc.constantFrom(
  'user.name',
  'user.target.name',
  'source.ip',
  'source.port',
  'event.action',
  'event.category',
  'own.a',
  'own.list.b',
  'own.none',
)
const pattern = fc.constantFrom('a*', '*n*', '*n', String.raw`ben\*`, 'a_*', '*', String.raw`*\\a`, '1*')
const bound = fc.constantFrom('9', '10', '-1', '100')
const operator = fc.constantFrom('gt' as const, 'gte' as const, 'lt' as const, 'lte' as const)
const terms: fc.Arbitrary<EventQuery> = fc.oneof(
  fc.record({ kind: fc.constant('match' as const), field, value: word, wildcard: fc.constant(false) }),
  fc.record({ kind: fc.constant('match' as const), field, value: pattern, wildcard: fc.constant(true) }),
  fc.record({ kind: fc.constant('exists' as const), field }),
  fc.record({ kind: fc.constant('range' as const), field, operator, value: bound }),
  fc.record({
    kind: fc.constant('cidr' as const),
    field,
    block: fc.constantFrom('10.0.0.0/8', '10.0.0.0/30', '192.0.2.7/32'),
  }),
  fc.record({ kind: fc.constant('text' as const), text: sentence.map((words) => words.join(' ')) }),
)
const queries = fc.letrec<{ query: EventQuery }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3 },
    terms,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('query'), { maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('not' as const), term: tie('query') }),
  ),
})).query

/** The law of searching: what the store finds is what fits. */
export function testQueries(store: () => EventStore, runs = 2): void {
  it('finds what fits a query, and nothing else, in pages, counts, histograms and exports', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.array(queries, { minLength: 6, maxLength: 6 }), async (given, asked) => {
        const tenant = newTenant()
        const batch = given.map((fields, n) => testEvent(n, fields))
        await put(store(), tenant, 'batch', batch)
        await put(store(), newTenant(), 'batch', batch)
        for (const query of asked) {
          const expected = idsOf(batch.filter((event) => matches(query, event)))
          const scope = { range: DAY, query }
          const [page, read, count, buckets] = await Promise.all([
            store().search(tenant, { ...scope, limit: 1_000, counted: true }),
            store().search(tenant, { ...scope, limit: 1_000 }),
            store().count(tenant, scope),
            store().histogram(tenant, { ...scope, intervalMs: 3_600_000 }),
          ])
          expect(page.events.map(({ event }) => event.id).toSorted()).toEqual(expected)
          expect(read.events).toEqual(page.events)
          expect([count, buckets.reduce((sum, bucket) => sum + bucket.count, 0)]).toEqual([
            expected.length,
            expected.length,
          ])
          const exported = await every(store().everything(tenant, scope))
          expect(exported.map(({ id }) => id).toSorted()).toEqual(expected)
        }
      }),
      { numRuns: runs },
    )
  })
}

function idsOf(batch: readonly NormalizedEvent[]): string[] {
  return batch.map(({ event }) => event.event.id).toSorted()
}
