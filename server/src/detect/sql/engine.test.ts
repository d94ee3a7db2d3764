import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { createMatcher } from '#detect/matcher.ts'
import { assembleRules } from '#detect/rule-set.ts'
import { createFiniteStream, streamEngine } from '#detect/stream.ts'
import { compareWithStream } from '#detect/testing/parity.ts'
import { HISTORY_EVENTS, HISTORY_RULES } from '#detect/testing/made-up-history.ts'
import type { NormalizedEvent } from '#domain/event.ts'
import { createEventStore } from '#store/clickhouse/event-store.ts'
import { openScratchEngine } from '#store/engines/clickhouse-embedded/scratch-engine.ts'
import { put } from '#store/testing/put.ts'
import { newTenant, testEvent } from '#store/testing/test-event.ts'

import { createBackTest, huntHistory } from './back-test.ts'
import { createSqlEngine } from './engine.ts'
import { createReadPast } from './past.ts'

let scratch: Awaited<ReturnType<typeof openScratchEngine>>
beforeAll(async () => {
  scratch = await openScratchEngine()
})
afterAll(() => scratch.close())

test('SQL gives what the stream gives, for made-up rules and events', async () => {
  expect(await compareWithStream(createSqlEngine(scratch.clickhouse), 5)).toBeGreaterThan(0)
})

const JUDGING = [
  'first-seen: { fields: [u], timespan: 5s, learning: 2s }',
  'first-seen: { fields: [u, w], timespan: 10s, learning: 0s }',
  'speed: { group-by: [u], timespan: 5s, faster-than: 3000 km/h, farther-than: 2 km }',
  'speed: { group-by: [u, w], timespan: 1d, faster-than: 1 km/h, farther-than: 1 km }',
  'absence: { timespan: 2s }',
  'absence: { of: [b], group-by: [u], timespan: 5s }',
  'absence: { of: [j4, j0], group-by: [who], timespan: 3s, aliases: { who: { j6: u, j4: w, j0: u } } }',
].map(
  (said, index) =>
    `title: J${index}\nid: j${index}\nlogsource: { product: any }\ndetection: { s: { op: a }, condition: s }\ncordon: { ${said} }`,
)
const OTHERS = [
  'title: B\nid: b\nlogsource: { product: any }\ndetection: { s: { op: b }, condition: s }',
  'title: Above\nid: above\ncorrelation: { type: temporal, rules: [j5, b], group-by: [u], timespan: 4s, generate: true }',
]
const JOURNEY = fc.record(
  {
    _t: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 60 }).map((t) => t / 2) }, fc.constant(null)),
    op: fc.constantFrom('a', 'a', 'a', 'b'),
    u: fc.constantFrom('ann@x.example', 'Ann@X.example', 'bob'),
    w: fc.constantFrom<unknown>('x', ['x', 'y'], null),
    source: fc
      .record({
        lat: fc.constantFrom<unknown>(52.37, 52.38, '-23.55', 90, 91, 'NaN'),
        lon: fc.constantFrom<unknown>(4.89, 4.95, 180, -180, '-46.63', null),
      })
      .map((location) => ({ geo: { location } })),
  },
  { requiredKeys: ['op'] },
)

test('what Sigma cannot say comes to the same in SQL and in the stream, for journeys told in any order', async () => {
  const rules = assembleRules([{ file: 'judging.yml', text: [...JUDGING, ...OTHERS].join('\n---\n') }])
  expect(rules.problems).toEqual([])
  const engine = createSqlEngine(scratch.clickhouse)
  const held = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(JOURNEY, { minLength: 20, maxLength: 40 }), async (events) => {
      const matches = await streamEngine.run(rules, events)
      expect(await engine.run(rules, events)).toEqual(matches)
      for (const { rule } of matches) held.add(rule)
    }),
    { numRuns: 20 },
  )
  expect([...held]).toEqual(expect.arrayContaining(['above', ...JUDGING.map((_, index) => `j${index}`)]))
})

test('a rule with thousands of values is one statement', async () => {
  const values = Array.from({ length: 3_000 }, (_, index) => `      - word-${index}`).join('\n')
  const text = `title: Many\nlogsource: { product: any }\ndetection:\n  exact:\n    f:\n${values}\n  inner:\n    g|contains:\n${values}\n  condition: exact or inner\n`
  const events = [{ f: 'WORD-2999' }, { g: 'a word-7 b' }, { f: 'word-2999x' }]
  const matches = await createSqlEngine(scratch.clickhouse).run(assembleRules([{ file: 'many.yml', text }]), events)
  expect(matches.map(({ index }) => index)).toEqual([0, 1])
})

test('a back-test finds in stored events what the stream finds in them, whether it counts, searches or looks', async () => {
  const store = createEventStore(scratch.clickhouse, { limits: { maxSeconds: 120, maxMemoryMb: 1_000 } })
  await store.migrate()
  const tenantId = newTenant()
  const events = Array.from({ length: 60 }, (_, index) => madeUpEvent(index))
  await put(store, tenantId, 'first', events)
  await put(store, tenantId, 'again', events.slice(0, 20))
  const rules = assembleRules([{ file: 'history.yml', text: HISTORY }])
  expect(rules.problems).toEqual([])
  const stream = createFiniteStream(createMatcher(rules.rules), rules.correlations)
  const matches = [...events.flatMap((event, index) => stream.push(event, index)), ...stream.end()]
  const backTest = createBackTest(store.hunt)
  for (const rule of [...rules.rules, ...rules.correlations].map(({ id }) => id)) {
    const own = matches.filter((match) => match.rule === rule).map(({ index }) => events[index]!.event)
    const { total, perDay, samples } = await backTest({ tenantId, rules, rule, samples: 2, ...RANGE })
    expect({ rule, total }).toEqual({ rule, total: own.length })
    expect(total).toBeGreaterThan(0)
    expect(perDay.map(({ day }) => day)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03'])
    expect(perDay.reduce((sum, { count }) => sum + count, 0)).toBe(total)
    expect(samples).toEqual(
      own
        .toReversed()
        .slice(0, 2)
        .map((event) => event.event.id),
    )
  }
})

test('a back-test and whoever correlates know what lies before their time, and say nothing of it', async () => {
  const store = createEventStore(scratch.clickhouse, { limits: { maxSeconds: 120, maxMemoryMb: 1_000 } })
  await store.migrate()
  const tenantId = newTenant()
  await put(
    store,
    tenantId,
    'first',
    Array.from({ length: 60 }, (_, index) => madeUpEvent(index)),
  )
  const set = assembleRules([{ file: 'history.yml', text: HISTORY }])
  const later = { from: '2026-11-01T12:00:00Z', to: RANGE.to }
  const { total } = await createBackTest(store.hunt)({ tenantId, rules: set, rule: 'new', samples: 2, ...later })
  expect(total).toBe(0)

  const span = { from: Date.parse('2026-11-02T00:00:00Z'), until: Date.parse('2026-11-02T12:00:00Z') }
  const readPast = createReadPast(store.hunt, { now: () => Date.parse(RANGE.to) })
  const { signal } = new AbortController()
  const { hits, judgedFrom } = await readPast({ tenantId, ...set, span, signal })
  // Four each in 26 hours, of which one between two others changes nothing.
  expect(hits.map(({ facts }) => facts['UserId'])).toHaveLength(6)
  expect(hits.every(({ time }) => time >= '2026-11-01T10:00' && time < '2026-11-02T12:00')).toBe(true)
  expect([...judgedFrom]).toEqual([['new', span.from]])
})

test('going back over history passes by nothing that the stream finds, for made-up rules and events', async () => {
  const store = createEventStore(scratch.clickhouse, { limits: { maxSeconds: 120, maxMemoryMb: 1_000 } })
  await store.migrate()
  let looked = 0
  const hunt: typeof store.hunt = {
    ...store.hunt,
    async *candidates(...request) {
      for await (const some of store.hunt.candidates(...request)) {
        looked += some.length
        yield some
      }
    },
  }
  let [all, hits] = [0, 0]
  await fc.assert(
    fc.asyncProperty(HISTORY_RULES, HISTORY_EVENTS, async ({ rules }, events) => {
      const tenantId = newTenant()
      await put(store, tenantId, 'first', events)
      // One by one: what one rule passes by, another would look at.
      for (const rule of rules) {
        const own = { rules: [rule], correlations: [] }
        const { found } = await huntHistory(hunt, { tenantId, rules: own, samples: 1, ...RANGE })
        const stream = createFiniteStream(createMatcher([rule]), [])
        const matches = events.filter((event, index) => stream.push(event, index).length > 0)
        expect({ rule, total: found.get(rule.id)!.total }).toEqual({ rule, total: matches.length })
        hits += matches.length
        all += events.length
      }
    }),
    // Making a failure smaller would take minutes.
    { numRuns: 4, endOnFailure: true },
  )
  expect(hits).toBeGreaterThan(0)
  expect(looked).toBeLessThan(all)
})

const RANGE = { from: '2026-11-01T00:00:00Z', to: '2026-11-04T00:00:00Z' }

const HISTORY = [
  'title: Counted\nid: counted\nlogsource: { product: m365, service: audit }\ndetection:\n  s: { Operation: Set-Mailbox }\n  condition: s',
  'title: Full stop\nid: stop\nlogsource: { product: m365, service: audit }\ndetection:\n  s: { Operation: "Add user." }\n  condition: s',
  'title: Not\nid: not\nlogsource: { product: m365, service: audit }\ndetection:\n  s: { Operation: Set-Mailbox }\n  condition: not s',
  'title: Searched\nid: searched\nlogsource: { product: m365, service: audit }\ndetection:\n  s: { Operation: Set-Mailbox, UserId|endswith: "ANN@harbor.example" }\n  condition: s',
  'title: Odd letter\nid: odd\nlogsource: { product: m365, service: audit }\ndetection:\n  s: { ObjectId|contains: kelvin }\n  condition: s',
  'title: Looked at\nid: looked\nlogsource: { product: m365, service: audit }\ndetection:\n  s: { ObjectId|re: "^[0-3]$" }\n  condition: s',
  'title: Word\nid: word\nlogsource: { product: m365, service: audit }\ndetection:\n  s: [only-in-the-record]\n  condition: s',
  'title: New\nid: new\nlogsource: { product: m365, service: audit }\ndetection:\n  s: { Operation: Set-Mailbox }\n  condition: s\ncordon: { first-seen: { fields: [UserId], timespan: 14h, learning: 0s } }',
  'title: Correlated\nid: correlated\ncorrelation: { type: event_count, rules: [counted], group-by: [UserId], timespan: 1d, condition: { gte: 3 } }',
].join('\n---\n')

const OPERATIONS = ['Set-Mailbox', 'Add user.', 'MailItemsAccessed']

/** Of three days, in the order of time. */
function madeUpEvent(index: number): NormalizedEvent {
  const record = {
    CreationTime: new Date(Date.UTC(2026, 10, 1) + index * 4_000_000).toISOString().slice(0, 19),
    Id: `c0ffee00-0000-4000-8000-${String(index).padStart(12, '0')}`,
    Operation: OPERATIONS[index % 3],
    RecordType: 1,
    Workload: 'Exchange',
    UserId: index % 2 === 0 ? 'Ann@harbor.example' : 'bo@harbor.example',
    ObjectId: index % 10 === 9 ? 'the \u212Aelvin sign' : String(index),
    ...(index % 7 === 0 && { Extra: [{ Note: 'only-in-the-record' }] }),
  }
  const { event } = testEvent(index, {
    '@timestamp': `${record.CreationTime}.000Z`,
    event: { id: record.Id, dataset: 'o365.audit', action: record.Operation!.replace(/\.$/, '') },
    o365: { audit: record },
  })
  return { event, raw: record, original: JSON.stringify(record) }
}
