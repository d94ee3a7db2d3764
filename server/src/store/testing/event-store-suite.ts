import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventQuery } from '#domain/query.ts'
import type { EventPage, EventStore } from '#store/event-store.ts'
import { testArrivals } from './arrivals-suite.ts'
import { put } from './put.ts'
import { testQueries } from './query-suite.ts'
import { newTenant, testEvent } from './test-event.ts'

const DAY = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' }
const ALL: EventQuery = { kind: 'all' }
const is = (field: string, value: string): EventQuery => ({ kind: 'match', field, value, wildcard: false })
const like = (field: string, value: string): EventQuery => ({ kind: 'match', field, value, wildcard: true })

/** What every event store must do, whatever runs it. `open` gives a store that was never migrated. */
export function testEventStore(name: string, open: () => Promise<{ store: EventStore; close(): Promise<void> }>): void {
  describe(`${name}`, () => {
    let store: EventStore
    let close = async () => {}

    beforeAll(async () => {
      ;({ store, close } = await open())
      await store.migrate()
    })
    afterAll(() => close())

    const found = async (tenant: TenantId, query: EventQuery): Promise<string[]> =>
      idsOf(await store.search(tenant, { range: DAY, query, limit: 1_000 }))

    const stored = async (...events: NormalizedEvent[]): Promise<TenantId> => {
      const tenant = newTenant()
      await put(store, tenant, 'first', events)
      return tenant
    }

    describe('storing', () => {
      it('takes a batch once, however often it comes', async () => {
        const tenant = newTenant()
        const batch = numbered(50)
        await Promise.all([1, 2, 3].map(() => put(store, tenant, 'blob-1', batch)))
        await put(store, tenant, 'blob-1', batch)
        expect(await totals(tenant)).toEqual(new Set([50]))
      })

      it('shows no event twice when two batches hold it', async () => {
        const tenant = newTenant()
        await put(store, tenant, 'blob-1', numbered(50))
        await put(store, tenant, 'blob-2', numbered(30))
        await put(store, tenant, 'blob-3', [...numbered(60), ...numbered(60)])
        expect(await totals(tenant)).toEqual(new Set([60]))
      })

      it('takes equal tokens of two tenants for two batches', async () => {
        const [one, other] = [newTenant(), newTenant()]
        await put(store, one, 'blob-1', numbered(3))
        await put(store, other, 'blob-1', numbered(4))
        expect(await totals(one)).toEqual(new Set([3]))
        expect(await totals(other)).toEqual(new Set([4]))
      })

      it('takes a batch larger than one statement, and once', async () => {
        const tenant = newTenant()
        const batch = numbered(400).map((event) => ({ ...event, original: 'x'.repeat(100_000) }))
        await put(store, tenant, 'blob-1', batch)
        await put(store, tenant, 'blob-1', batch)
        expect(await totals(tenant)).toEqual(new Set([400]))
      })

      it('takes an empty batch', async () => {
        expect(await totals(await stored())).toEqual(new Set([0]))
      })

      it('gives documents and originals back as they came', async () => {
        const texts = [
          '',
          '\\N',
          "'); DROP TABLE cordon.events --",
          'tab\tline\nreturn\rnul\0',
          '\\t \\\\ "q" \'s\'',
          'Zoë 🦊 عربى',
        ]
        const events = texts.map((text, n) => ({
          ...testEvent(n, { user: { name: text }, tags: [text, `${text}'`], labels: { text } }),
          original: `{"text":${JSON.stringify(text)}} ${text}`,
        }))
        const tenant = await stored(...events)
        for (const { event, original } of events) {
          expect(await store.read(tenant, event.event.id)).toEqual({ event, original })
        }
        const tags = await store.topValues(tenant, { range: DAY, query: ALL, field: 'tags', limit: 100 })
        expect(new Set(tags.map((tag) => tag.value))).toEqual(
          new Set([...texts.filter((text) => text !== ''), ...texts.map((text) => `${text}'`)]),
        )
      })

      it('keeps events of impossible years', async () => {
        const times = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']
        const tenant = await stored(...times.map((time, n) => testEvent(n, { '@timestamp': time })))
        expect(
          await store.count(tenant, { range: { from: times[0]!, to: '+010000-01-01T00:00:00Z' }, query: ALL }),
        ).toBe(2)
        expect((await store.read(tenant, 'event-0'))?.event['@timestamp']).toBe(times[0])
      })

      it.each(['2026-02-30T10:00:00.000Z', '2026-02-28T24:00:00.000Z', '2026-01-31T10:00:00.000Z'])(
        'knows an event by its time %s as it was stored',
        async (time) => {
          const event = testEvent(0, { '@timestamp': time })
          const tenant = await stored(event)
          expect(await store.storedIds(tenant, [store.encode(tenant, event)])).toEqual(new Set(['event-0']))
        },
      )

      it('refuses an event without a time, and with it the batch', async () => {
        const tenant = newTenant()
        const batch = [testEvent(0), testEvent(1, { '@timestamp': 'yesterday' })]
        await expect(put(store, tenant, 'blob-1', batch)).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
        expect(await totals(tenant)).toEqual(new Set([0]))
      })

      it('keeps everything when the schema is made again', async () => {
        const tenant = await stored(...numbered(5))
        await store.migrate()
        expect(await totals(tenant)).toEqual(new Set([5]))
      })

      it.each([
        [100, 20_000],
        [1_500, 20_000],
        [100, 50],
      ])('knows, of %i events stored, which are among %i', async (known, asked) => {
        const tenant = await stored(...numbered(known))
        // The same ids, of which the last half are at times where they were not stored.
        const moved = numbered(asked).map((event, n) => {
          const key = store.encode(tenant, event)
          return n < asked / 2 ? key : { ...key, timeMs: key.timeMs + 1 }
        })
        const ids = await store.storedIds(tenant, [...moved, store.encode(tenant, testEvent(-1))])
        expect(ids).toEqual(new Set(numbered(Math.min(known, asked / 2)).map(({ event }) => event.event.id)))
        expect(await store.storedIds(tenant, [])).toEqual(new Set())
      })

      it('refuses a batch with an event that was encoded for another tenant', async () => {
        const [mine, theirs] = [newTenant(), newTenant()]
        const batch = [store.encode(mine, testEvent(1)), store.encode(theirs, testEvent(2))]
        await expect(store.insert(mine, 'blob-1', batch)).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
        expect(await totals(mine)).toEqual(new Set([0]))
      })
    })

    describe('reading', () => {
      it('gives pages newest first, complete and undisturbed by what arrives meanwhile', async () => {
        // Ten events a moment, so that pages end within one.
        const batch = Array.from({ length: 95 }, (_, n) => testEvent(n, { '@timestamp': at(Math.floor(n / 10)) }))
        const tenant = await stored(...batch)
        const seen: EventPage['events'] = []
        let cursor: string | undefined
        let pages = 0
        do {
          const page: EventPage = await store.search(tenant, {
            range: DAY,
            query: ALL,
            limit: 7,
            ...(cursor && { cursor }),
          })
          seen.push(...page.events)
          cursor = page.nextCursor
          pages += 1
          await put(store, tenant, `later-${pages}`, [testEvent(1_000 + pages, { '@timestamp': at(600 + pages) })])
        } while (cursor !== undefined)
        expect(pages).toBe(14)
        expect(new Set(seen.map((event) => event.event.id)).size).toBe(95)
        expect(seen.map((event) => event['@timestamp'])).toEqual(
          batch
            .map(({ event }) => event['@timestamp'])
            .toSorted()
            .toReversed(),
        )
      })

      it('includes the start of a range and excludes its end', async () => {
        const tenant = await stored(...[0, 1, 2].map((n) => testEvent(n, { '@timestamp': at(n) })))
        expect(await store.count(tenant, { range: { from: at(0), to: at(2) }, query: ALL })).toBe(2)
        expect(await store.count(tenant, { range: { from: at(2), to: at(0) }, query: ALL })).toBe(0)
      })

      it('counts into buckets, the empty ones included', async () => {
        const tenant = await stored(...[0, 1, 1, 5].map((minute, n) => testEvent(n, { '@timestamp': at(minute) })))
        const range = { from: at(0), to: at(6) }
        const buckets = await store.histogram(tenant, { range, query: ALL, intervalMs: 60_000 })
        expect(buckets).toEqual([1, 2, 0, 0, 0, 1].map((count, minute) => ({ time: at(minute), count })))
      })

      it.each([
        [
          'a typed column',
          'event.action',
          [
            { value: 'Send', count: 2 },
            { value: 'MailItemsAccessed', count: 1 },
          ],
        ],
        [
          'several values',
          'event.category',
          [
            { value: 'email', count: 3 },
            { value: 'file', count: 1 },
          ],
        ],
        ['a number', 'source.port', [{ value: '443', count: 2 }]],
        [
          'an unmapped field',
          'o365.audit.Level',
          [
            { value: '7', count: 2 },
            { value: 'high', count: 1 },
          ],
        ],
        [
          'objects in a list',
          'o365.audit.Parameters.Name',
          [
            { value: 'ForwardTo', count: 2 },
            { value: 'Name', count: 1 },
          ],
        ],
        ['a field nobody has', 'no.such.field', []],
      ])('gives the most frequent values of %s', async (_, field, expected) => {
        const tenant = await stored(
          testEvent(0, {
            event: { action: 'Send', category: ['email', 'file'] },
            source: { port: 443 },
            o365: { audit: { Level: 7, Parameters: [{ Name: 'ForwardTo' }, { Name: 'Name' }, { Name: 'ForwardTo' }] } },
          }),
          testEvent(1, {
            event: { action: 'Send', category: ['email'] },
            source: { port: '443' },
            o365: { audit: { Level: 7, Parameters: { Name: 'ForwardTo' } } },
          }),
          testEvent(2, {
            event: { action: 'MailItemsAccessed', category: 'email' },
            o365: { audit: { Level: 'high' } },
          }),
        )
        expect(await store.topValues(tenant, { range: DAY, query: ALL, field, limit: 10 })).toEqual(expected)
      })

      it('reads by id', async () => {
        const tenant = await stored(...numbered(5))
        await put(store, tenant, 'again', numbered(5))
        const many = await store.readMany(tenant, ['event-1', 'event-3', 'event-3', 'none'])
        expect(many.map((event) => event.event.id).toSorted()).toEqual(['event-1', 'event-3'])
        expect(await store.read(tenant, 'EVENT-1')).toBeUndefined()
        expect(await store.readMany(tenant, [])).toEqual([])
      })
    })

    describe('reading in the order of arrival', () => void testArrivals(() => store))

    describe('any query', () => void testQueries(() => store))

    describe('searching', () => {
      let tenant: TenantId
      beforeAll(async () => {
        tenant = await stored(
          testEvent(0, {
            message: 'Ana reset the password of Zoë Ångström.',
            user: { name: 'Ana@Contoso.example' },
            event: { category: ['iam', 'Configuration'], severity: 3 },
            source: { ip: '192.0.2.7', port: 443 },
            o365: {
              audit: {
                Params: [
                  { Name: 'ForwardTo', Value: 'x@evil.example' },
                  { Name: 'A', Value: ['b', 'c'] },
                ],
                Size: 10,
                Folders: [{ Items: [{ Id: 'm1' }, { Id: 'm2' }] }, { Items: [{ Id: 'm3' }] }],
                Flag: true,
              },
            },
          }),
          testEvent(1, {
            message: 'Ben sent mail_100% to a-team.',
            user: { name: String.raw`CORP\ben*` },
            event: { category: ['email'], severity: 10 },
            source: { ip: '2001:db8::7' },
            o365: { audit: { Params: 'ForwardTo', Size: '9', When: '2026-11-01T08:00:00Z' } },
          }),
          testEvent(2, {
            message: 'Nothing.',
            source: { ip: 'not an address' },
            o365: { audit: { Empty: null, Object: { a: 1 } } },
          }),
          testEvent(3, { message: 'Mapped.', source: { ip: '::ffff:192.0.2.8' } }),
        )
      })

      it.each<[string, EventQuery, number[]]>([
        ['everything', ALL, [0, 1, 2, 3]],
        ['an empty and', { kind: 'and', terms: [] }, [0, 1, 2, 3]],
        ['an empty or', { kind: 'or', terms: [] }, []],
        ['a value in any case', is('user.name', 'ANA@contoso.EXAMPLE'), [0]],
        ['one of several values', is('event.category', 'configuration'), [0]],
        ['a number', is('source.port', '443'), [0]],
        ['no number', is('source.port', "443' OR 1"), []],
        ['a wildcard', like('user.name', 'ana@*.example'), [0]],
        ['a wildcard that is one character too short', like('user.name', 'ana@*.exampl'), []],
        ['a star and a backslash meant as such', like('user.name', String.raw`corp\\ben\**`), [1]],
        ['an underscore that is no wildcard', like('message', '*mail_100%*'), [1]],
        ['a percent sign that is no wildcard', like('message', 'Ana%'), []],
        ['words in any order and case', { kind: 'text', text: 'PASSWORD ana' }, [0]],
        ['words beyond ASCII in any case', { kind: 'text', text: 'ZOË ångström' }, [0]],
        ['a part of a word', { kind: 'text', text: 'passwor' }, []],
        ['words between punctuation', { kind: 'text', text: 'team' }, [1]],
        ['punctuation alone', { kind: 'text', text: '"!?' }, []],
        ['an address block', { kind: 'cidr', field: 'source.ip', block: '192.0.2.0/24' }, [0, 3]],
        ['an IPv6 block', { kind: 'cidr', field: 'source.ip', block: '2001:db8::/32' }, [1]],
        ['a block in a field without addresses', { kind: 'cidr', field: 'message', block: '0.0.0.0/0' }, []],
        ['a field that is there', { kind: 'exists', field: 'user.name' }, [0, 1]],
        ['a list that is there', { kind: 'exists', field: 'event.category' }, [0, 1]],
        ['a number that is there', { kind: 'exists', field: 'source.port' }, [0]],
        ['an unmapped field that is there', { kind: 'exists', field: 'o365.audit.Size' }, [0, 1]],
        ['an unmapped field that is null', { kind: 'exists', field: 'o365.audit.Empty' }, []],
        ['numbers in their order', { kind: 'range', field: 'event.severity', operator: 'gt', value: '9' }, [1]],
        [
          'unmapped numbers in their order',
          { kind: 'range', field: 'o365.audit.Size', operator: 'lte', value: '9' },
          [1],
        ],
        [
          'unmapped times in their order',
          { kind: 'range', field: 'o365.audit.When', operator: 'gte', value: '2026-11-01' },
          [1],
        ],
        ['event times', { kind: 'range', field: '@timestamp', operator: 'lt', value: '2026-11-01T00:02:00' }, [0, 1]],
        ['an unmapped value', is('o365.audit.Flag', 'TRUE'), [0]],
        ['a value in objects of a list, or alone', is('o365.audit.Params.Name', 'forwardto'), [0]],
        ['a value in a list within a list', is('o365.audit.Params.Value', 'c'), [0]],
        ['a value in lists of lists of objects', is('o365.audit.Folders.Items.Id', 'M3'), [0]],
        ['an object, which is no value', { kind: 'exists', field: 'o365.audit.Object' }, []],
        ['not', { kind: 'not', term: is('user.name', 'ana@contoso.example') }, [1, 2, 3]],
        ['the identity', is('event.id', 'EVENT-2'), [2]],
        ['the original', like('event.original', '*"n":2*'), [2]],
      ])('finds %s', async (_, query, expected) => {
        expect((await found(tenant, query)).toSorted()).toEqual(expected.map((n) => `event-${n}`))
        expect(await store.count(tenant, { range: DAY, query })).toBe(expected.length)
      })

      it('finds with `not` exactly the others', async () => {
        await fc.assert(
          fc.asyncProperty(hostileQueries, async (query) => {
            const [yes, no] = await Promise.all([found(tenant, query), found(tenant, { kind: 'not', term: query })])
            expect([...yes, ...no].toSorted()).toEqual(['event-0', 'event-1', 'event-2', 'event-3'])
          }),
          { numRuns: 30 },
        )
      })

      it('finds any text by itself, wherever it stands', async () => {
        await fc.assert(
          fc.asyncProperty(fc.uniqueArray(hostileText, { minLength: 1, maxLength: 8 }), async (texts) => {
            const own = await stored(
              ...texts.map((text, n) =>
                testEvent(n, { user: { name: text }, file: { name: [text, 'z'] }, labels: { own: [{ text }] } }),
              ),
            )
            for (const field of ['user.name', 'file.name', 'labels.own.text']) {
              for (const text of texts) {
                const same = texts.flatMap((each, n) =>
                  each.toLowerCase() === text.toLowerCase() ? [`event-${n}`] : [],
                )
                expect((await found(own, is(field, text))).toSorted()).toEqual(same)
                const pattern = text.replaceAll(/[*\\]/g, String.raw`\$&`)
                expect((await found(own, like(field, pattern))).toSorted()).toEqual(same)
              }
            }
          }),
          { numRuns: 4 },
        )
      })
    })

    describe('refusing', () => {
      it.each<[string, EventQuery]>([
        ['too many terms', { kind: 'or', terms: Array.from({ length: 501 }, () => ALL) }],
        ['too deep a tree', Array.from({ length: 60 }).reduce<EventQuery>((term) => ({ kind: 'not', term }), ALL)],
        [
          'a tree without end',
          Array.from({ length: 100_000 }).reduce<EventQuery>((term) => ({ kind: 'not', term }), ALL),
        ],
        ['too long a value', is('user.name', 'x'.repeat(5_000))],
        ['too long a text', { kind: 'text', text: 'x '.repeat(5_000) }],
        ['too long a field', { kind: 'exists', field: 'x.'.repeat(100) }],
      ])('says QUERY_TOO_LARGE to %s', async (_, query) => {
        await expect(store.count(newTenant(), { range: DAY, query })).rejects.toMatchObject({ code: 'QUERY_TOO_LARGE' })
      })

      it.each<[string, EventQuery]>([
        ['a block that is none', { kind: 'cidr', field: 'source.ip', block: '300.0.0.0/8' }],
        ['a number that is none', { kind: 'range', field: 'event.severity', operator: 'gt', value: 'high' }],
        ['a time that is none', { kind: 'range', field: '@timestamp', operator: 'gt', value: 'noon' }],
      ])('says QUERY_SYNTAX_INVALID to %s', async (_, query) => {
        await expect(store.count(newTenant(), { range: DAY, query })).rejects.toMatchObject({
          code: 'QUERY_SYNTAX_INVALID',
        })
      })

      it('says what is wrong with a page, a cursor, a range and a histogram', async () => {
        const tenant = newTenant()
        const page = { range: DAY, query: ALL, limit: 10 }
        await expect(store.search(tenant, { ...page, limit: 1_001 })).rejects.toMatchObject({ code: 'QUERY_TOO_LARGE' })
        for (const cursor of ['', 'nonsense', Buffer.from('["1","2"]').toString('base64url')]) {
          await expect(store.search(tenant, { ...page, cursor })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
        }
        await expect(store.count(tenant, { range: { from: 'a', to: 'b' }, query: ALL })).rejects.toMatchObject({
          code: 'REQUEST_INVALID',
        })
        await expect(store.histogram(tenant, { ...page, intervalMs: 1 })).rejects.toMatchObject({
          code: 'QUERY_TOO_LARGE',
        })
        await expect(store.histogram(tenant, { ...page, intervalMs: 0 })).rejects.toMatchObject({
          code: 'QUERY_TOO_LARGE',
        })
      })
    })

    describe('keeping tenants apart', () => {
      it("reaches no other tenant's events by any question", async () => {
        const theirs = await stored(...numbered(20))
        const mine = await stored(testEvent(500))
        const keys = numbered(20).map((event) => store.encode(theirs, event))
        const ids = keys.map(({ id }) => id)
        expect(await store.storedIds(mine, keys)).toEqual(new Set())
        expect(await store.readMany(mine, ids)).toEqual([])
        expect(await store.read(mine, 'event-1')).toBeUndefined()
        const attacks = [
          "x' OR tenant_id != '",
          `x') OR tenant_id = '${theirs}' OR ('`,
          '1) UNION ALL SELECT event FROM cordon.events --',
          '{p1:String}',
          '\\',
          "\\'",
          '`tenant_id`',
          '*/',
          'a\0b',
        ]
        for (const attack of attacks) {
          for (const query of asEveryKind(attack)) {
            const any: EventQuery = { kind: 'or', terms: [query, ALL] }
            expect(await found(mine, any)).toEqual(['event-500'])
            expect(await store.count(mine, { range: DAY, query: any })).toBe(1)
          }
          const top = await store.topValues(mine, { range: DAY, query: ALL, field: attack, limit: 10 })
          expect(top).toEqual([])
          expect(await store.read(mine, attack)).toBeUndefined()
          expect(await store.readMany(mine, [attack])).toEqual([])
          const cursor = Buffer.from(JSON.stringify([Date.parse(DAY.to), attack])).toString('base64url')
          expect(idsOf(await store.search(mine, { range: DAY, query: ALL, limit: 10, cursor }))).toEqual(['event-500'])
        }
        expect(await totals(theirs)).toEqual(new Set([20]))
      })

      it('refuses a tenant id that is none', async () => {
        const forged = "0' OR '1" as TenantId
        await expect(store.count(forged, { range: DAY, query: ALL })).rejects.toMatchObject({
          code: 'STORE_REQUEST_REFUSED',
        })
        await expect(put(store, forged, 'x', numbered(1))).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
      })
    })

    /** How many events each way to look sees; one number where all of them agree. Events are those of {@link numbered}. */
    async function totals(tenant: TenantId): Promise<Set<number>> {
      const scope = { range: DAY, query: ALL }
      const buckets = await store.histogram(tenant, { ...scope, intervalMs: 3_600_000 })
      const datasets = await store.topValues(tenant, { ...scope, field: 'event.dataset', limit: 2 })
      const ids = await found(tenant, ALL)
      const many = await store.readMany(
        tenant,
        numbered(1_000).map(({ event }) => event.event.id),
      )
      return new Set([
        await store.count(tenant, scope),
        buckets.reduce((sum, bucket) => sum + bucket.count, 0),
        datasets.reduce((sum, dataset) => sum + dataset.count, 0),
        ids.length,
        new Set(ids).size,
        many.length,
      ])
    }
  })
}

function asEveryKind(text: string): EventQuery[] {
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

const hostileText = fc.oneof(
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

const hostileQueries: fc.Arbitrary<EventQuery> = fc.oneof(
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

/** So many events, a minute apart. */
function numbered(count: number): NormalizedEvent[] {
  return Array.from({ length: count }, (_, n) => testEvent(n))
}

function at(minute: number): string {
  return new Date(Date.parse(DAY.from) + minute * 60_000).toISOString()
}

function idsOf(page: EventPage): string[] {
  return page.events.map((event) => event.event.id)
}
