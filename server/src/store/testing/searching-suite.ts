import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'

import type { TenantId } from '#domain/ids.ts'
import type { EventQuery } from '#domain/query.ts'
import type { EventStore } from '#store/event-store.ts'

import { ALL, DAY, found, is, like, stored } from './asked.ts'
import { hostileQueries, hostileText } from './hostile-queries.ts'
import { newTenant, testEvent } from './test-event.ts'

/** Finding what a query means, and refusing what cannot be searched. */
export function testSearching(store: () => EventStore): void {
  describe('finding', () => {
    let tenant: TenantId
    beforeAll(async () => {
      tenant = await stored(
        store(),
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
      expect((await found(store(), tenant, query)).toSorted()).toEqual(expected.map((n) => `event-${n}`))
      expect(await store().count(tenant, { range: DAY, query })).toBe(expected.length)
    })

    it('finds with `not` exactly the others', async () => {
      await fc.assert(
        fc.asyncProperty(hostileQueries, async (query) => {
          const [yes, no] = await Promise.all([
            found(store(), tenant, query),
            found(store(), tenant, { kind: 'not', term: query }),
          ])
          expect([...yes, ...no].toSorted()).toEqual(['event-0', 'event-1', 'event-2', 'event-3'])
        }),
        { numRuns: 30 },
      )
    })

    it('finds any text by itself, wherever it stands', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(hostileText, { minLength: 1, maxLength: 8 }), async (texts) => {
          const own = await stored(
            store(),
            ...texts.map((text, n) =>
              testEvent(n, { user: { name: text }, file: { name: [text, 'z'] }, labels: { own: [{ text }] } }),
            ),
          )
          for (const field of ['user.name', 'file.name', 'labels.own.text']) {
            for (const text of texts) {
              const same = texts.flatMap((each, n) => (each.toLowerCase() === text.toLowerCase() ? [`event-${n}`] : []))
              expect((await found(store(), own, is(field, text))).toSorted()).toEqual(same)
              const pattern = text.replaceAll(/[*\\]/g, String.raw`\$&`)
              expect((await found(store(), own, like(field, pattern))).toSorted()).toEqual(same)
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
      await expect(store().count(newTenant(), { range: DAY, query })).rejects.toMatchObject({ code: 'QUERY_TOO_LARGE' })
    })

    it.each<[string, EventQuery]>([
      ['a block that is none', { kind: 'cidr', field: 'source.ip', block: '300.0.0.0/8' }],
      ['a number that is none', { kind: 'range', field: 'event.severity', operator: 'gt', value: 'high' }],
      ['a time that is none', { kind: 'range', field: '@timestamp', operator: 'gt', value: 'noon' }],
    ])('says QUERY_SYNTAX_INVALID to %s', async (_, query) => {
      await expect(store().count(newTenant(), { range: DAY, query })).rejects.toMatchObject({
        code: 'QUERY_SYNTAX_INVALID',
      })
    })

    it('says what is wrong with a page, a cursor, a range and a histogram', async () => {
      const tenant = newTenant()
      const page = { range: DAY, query: ALL, limit: 10 }
      await expect(store().search(tenant, { ...page, limit: 1_001 })).rejects.toMatchObject({ code: 'QUERY_TOO_LARGE' })
      for (const cursor of ['', 'nonsense', Buffer.from('["1","2"]').toString('base64url')]) {
        await expect(store().search(tenant, { ...page, cursor })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
      }
      await expect(store().count(tenant, { range: { from: 'a', to: 'b' }, query: ALL })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      })
      await expect(store().histogram(tenant, { ...page, intervalMs: 1 })).rejects.toMatchObject({
        code: 'QUERY_TOO_LARGE',
      })
      await expect(store().histogram(tenant, { ...page, intervalMs: 0 })).rejects.toMatchObject({
        code: 'QUERY_TOO_LARGE',
      })
    })
  })
}
