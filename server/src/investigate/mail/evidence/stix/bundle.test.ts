import { text as textOf } from 'node:stream/consumers'

import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Investigation, MailHit } from '#domain/investigation.ts'
import { hit as sampleHit, investigation as sample } from '#store/testing/record-store/samples.ts'
import { parseTenantId } from '#domain/ids.ts'

import { stixBundle, type StixContent } from './bundle.ts'

/** What STIX 2.1 requires of the objects that are used here (sections 2, 3, 4 and 6 of the standard). */
const id = (type: string) =>
  z.string().regex(new RegExp(`^${type}--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`))
const ids = (type = '[a-z-]+') => z.array(id(type)).min(1)
const time = z.iso.datetime({ precision: 3 })
const observable = { spec_version: z.literal('2.1') }
const domain = { ...observable, created: time, modified: time, created_by_ref: id('identity').optional() }
const StixObject = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('identity'),
    id: id('identity'),
    ...domain,
    name: z.string().min(1),
    identity_class: z.literal('system'),
  }),
  z.strictObject({
    type: z.literal('email-addr'),
    id: id('email-addr'),
    ...observable,
    value: z.string().includes('@'),
  }),
  z.strictObject({
    type: z.literal('email-message'),
    id: id('email-message'),
    ...observable,
    is_multipart: z.boolean(),
    content_type: z.string().optional(),
    from_ref: id('email-addr').optional(),
    subject: z.string().min(1).optional(),
    message_id: z.string().min(1).optional(),
  }),
  z.strictObject({ type: z.literal('url'), id: id('url'), ...observable, value: z.url() }),
  z.strictObject({
    type: z.literal('file'),
    id: id('file'),
    ...observable,
    hashes: z.strictObject({
      MD5: z.string().regex(/^[0-9a-f]{32}$/),
      'SHA-1': z.string().regex(/^[0-9a-f]{40}$/),
      'SHA-256': z.string().regex(/^[0-9a-f]{64}$/),
    }),
    size: z.int().min(0),
    name: z.string().min(1).optional(),
    mime_type: z.string().min(1).optional(),
  }),
  z.strictObject({
    type: z.literal('observed-data'),
    id: id('observed-data'),
    ...domain,
    first_observed: time,
    last_observed: time,
    number_observed: z.int().min(1).max(999_999_999),
    object_refs: ids('(email-addr|email-message|url|file)'),
  }),
  z.strictObject({
    type: z.literal('note'),
    id: id('note'),
    ...domain,
    abstract: z.string(),
    content: z.string().min(1),
    object_refs: ids(),
  }),
  z.strictObject({
    type: z.literal('report'),
    id: id('report'),
    ...domain,
    name: z.string().min(1),
    description: z.string(),
    report_types: z.array(z.string()).min(1),
    published: time,
    object_refs: ids(),
  }),
])
const Bundle = z.strictObject({ type: z.literal('bundle'), id: id('bundle'), objects: z.array(StixObject) })

const investigation: Investigation = sample(parseTenantId('11111111-1111-4111-8111-111111111111')!, {
  id: '22222222-2222-4222-8222-222222222222',
  endedAt: '2026-01-15T09:00:00Z',
})

const hit = (number: number, change: Partial<MailHit> = {}) =>
  sampleHit(`hit-${number}`, {
    userPrincipalName: `user${number}@contoso.example`,
    subject: 'Überweisung 请付款 "now"',
    receivedAt: `2026-01-15T08:0${number}:00Z`,
    ...change,
  })

const content: StixContent = {
  contentType: 'multipart/mixed; boundary=x',
  urls: ['https://evil.example/a', 'https://evil.example/b'],
  files: [
    {
      name: 'invoice.zip',
      mediaType: 'application/zip',
      size: 3,
      hashes: { MD5: '0'.repeat(32), 'SHA-1': '0'.repeat(40), 'SHA-256': '0'.repeat(64) },
    },
  ],
}

const clock = { now: () => Date.parse('2026-02-01T00:00:00Z') }

async function bundleText(hits: MailHit[], contentOf?: (of: MailHit) => Promise<StixContent>, of = investigation) {
  const source = { investigation: of, hits: ReadableStream.from(hits), clock, ...(contentOf && { contentOf }) }
  return textOf(stixBundle(source))
}

async function bundle(...given: Parameters<typeof bundleText>) {
  const { objects } = Bundle.parse(JSON.parse(await bundleText(...given)))
  const known = new Set<string>(objects.map((each) => each.id))
  expect(known.size).toBe(objects.length)
  const refs = objects.flatMap((object) => [
    ...('object_refs' in object ? object.object_refs : []),
    ...('from_ref' in object && object.from_ref !== undefined ? [object.from_ref] : []),
  ])
  expect(refs.filter((ref) => !known.has(ref))).toEqual([])
  return Object.groupBy(objects, ({ type }) => type)
}

describe('stixBundle', () => {
  it('tells each message once, with its sender, its mailboxes and how often it was seen', async () => {
    const found = await bundle([hit(3), hit(1), hit(2)])
    expect(found['email-message']).toMatchObject([
      { subject: 'Überweisung 请付款 "now"', message_id: '<1@phish.example>' },
    ])
    expect(found['email-addr']).toHaveLength(4)
    expect(found['observed-data']).toMatchObject([
      { number_observed: 3, first_observed: '2026-01-15T08:01:00.000Z', last_observed: '2026-01-15T08:03:00.000Z' },
    ])
    expect(found['url']).toBeUndefined()
    expect(found.report).toHaveLength(1)
  })

  it('keeps messages apart that differ in their message ID alone, and those that have none', async () => {
    const found = await bundle([
      hit(1),
      hit(2, { internetMessageId: '<2@phish.example>' }),
      hit(3, { internetMessageId: '' }),
      hit(4, { internetMessageId: '' }),
    ])
    expect(found['email-message']).toHaveLength(4)
    expect(found['observed-data']).toHaveLength(4)
  })

  it('tells links and files where content was read, one copy of each message, and says where it was not', async () => {
    const asked: string[] = []
    const found = await bundle(
      [hit(1), hit(2), hit(3, { internetMessageId: '<2@phish.example>' })],
      async ({ id: of }) => {
        asked.push(of)
        return of === 'hit-1' ? content : { unread: 'The mailbox does not hold it any more.' }
      },
    )
    expect(asked).toEqual(['hit-1', 'hit-3'])
    expect(found.url).toHaveLength(2)
    expect(found.file).toMatchObject([{ name: 'invoice.zip', mime_type: 'application/zip', size: 3 }])
    expect(found['email-message']).toMatchObject([
      { is_multipart: true, content_type: 'multipart/mixed; boundary=x' },
      {},
    ])
    expect(found.note).toMatchObject([{ content: expect.stringContaining('does not hold it any more') }])
  })

  it('is a valid bundle without hits, without a subject, without a sender, without a date', async () => {
    expect((await bundle([])).report).toHaveLength(1)
    const found = await bundle([
      hit(1, { subject: '', sender: '/O=EXCHANGE/CN=ANA', receivedAt: '', internetMessageId: '' }),
    ])
    expect(found['email-message']).toHaveLength(1)
    expect(found['email-addr']).toHaveLength(1)
  })

  it('is the same to the byte when an investigation that has ended is exported again', async () => {
    const hits = [hit(1), hit(2)]
    expect(await bundleText(hits, async () => content)).toBe(await bundleText(hits, async () => content))
  })

  it('has the ids of the ended one while the investigation still runs', async () => {
    const { endedAt: _, ...running } = investigation
    const idsOf = (text: string) => Bundle.parse(JSON.parse(text)).objects.map((each) => each.id)
    expect(idsOf(await bundleText([hit(1)], undefined, running))).toEqual(idsOf(await bundleText([hit(1)])))
  })
})
