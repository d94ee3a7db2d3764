import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Json } from '#testing/client.ts'

const { client } = await cloudOf({ live: 'off', seed: 3, throttle: 'off' })
const people = await client.graph('/v1.0/users?$top=40&$select=id')
const users = [...people.json['value']!].map(({ id }) => `/v1.0/users/${String(id)}`)

interface Found {
  path: string
  message: Json
}

const listed = new Map<string, Promise<Json[]>>()

/** What lies in a mailbox, asked for once. */
function messagesOf(user: string): Promise<Json[]> {
  if (!listed.has(user))
    listed.set(
      user,
      client.graph(`${user}/messages?$top=1000`).then(({ json }) => [...json['value']!]),
    )
  return listed.get(user)!
}

/** Messages of the first mailboxes that a test wants. */
async function find(wanted: (message: Json) => boolean, most: number): Promise<Found[]> {
  const found: Found[] = []
  for (const user of users) {
    for (const message of await messagesOf(user))
      if (wanted(message) && found.length < most)
        found.push({ path: `${user}/messages/${String(message['id'])}`, message })
    if (found.length >= most) break
  }
  return found
}

const isAbroad = ({ subject }: Json) => /[^\u0020-\u007e]/.test(String(subject))
const plain = (text: string) => text.replaceAll('\r', '').trim()

describe('the MIME form of a message', () => {
  behavior('documentation', 'says in any script and charset what the Graph says', async () => {
    const abroad = await find(isAbroad, 25)
    expect(
      new Set(abroad.map(({ message }) => String(message['from']!['emailAddress']!['address']))).size,
    ).toBeGreaterThan(5)
    for (const { path, message } of abroad) {
      const mail = await PostalMime.parse((await client.graph(`${path}/$value`)).body)
      const text = await client.graph(`${path}?$select=body`, {
        headers: { Prefer: 'outlook.body-content-type="text"' },
      })
      expect(mail.subject).toBe(message['subject'])
      expect(mail.from).toMatchObject(message['from']!['emailAddress']!)
      expect(plain(mail.text ?? '')).toBe(plain(String(text.json['body']!['content'])))
      expect(mail.messageId).toBe(message['internetMessageId'])
    }
  })

  behavior('documentation', 'holds the same files as the attachments, whatever they are called', async () => {
    const withFiles = await find((message) => isAbroad(message) && String(message['hasAttachments']) === 'true', 15)
    for (const { path } of withFiles) {
      const mail = await PostalMime.parse((await client.graph(`${path}/$value`)).body, { forceRfc822Attachments: true })
      const files = [...(await client.graph(`${path}/attachments`)).json['value']!]
      const type = (file: Json) => String(file['@odata.type'])
      const names = files.map((file) => `${String(file['name'])}${type(file).endsWith('itemAttachment') ? '.eml' : ''}`)
      expect(mail.attachments.map(({ filename }) => filename)).toEqual(names)
      for (const [i, file] of files.entries()) {
        // The parser reads calendars as text, and changes their line ends.
        if (!type(file).endsWith('fileAttachment') || String(file['contentType']) === 'text/calendar') continue
        const bytes = Buffer.from(mail.attachments[i]!.content as ArrayBuffer)
        expect(bytes.toString('base64')).toBe(String(file['contentBytes']))
        expect(bytes).toHaveLength(Number(file['size']))
      }
    }
  })

  behavior(
    'documentation',
    'of an attached message is to be had by itself, and has its own attachment in turn',
    async () => {
      const [one] = await find(({ subject }) => String(subject).startsWith('RE: Cotação'), 400).then((all) =>
        all.filter(({ message }) => String(message['hasAttachments']) === 'true'),
      )
      const [attachment] = [...(await client.graph(`${one!.path}/attachments`)).json['value']!]
      expect(attachment).toMatchObject({ '@odata.type': '#microsoft.graph.itemAttachment' })
      const raw = await client.graph(`${one!.path}/attachments/${String(attachment!['id'])}/$value`)
      const inner = await PostalMime.parse(raw.body, { forceRfc822Attachments: true })
      expect(`RE: ${inner.subject}`).toBe(one!.message['subject'])
      expect(inner.attachments.map(({ mimeType }) => mimeType)).toEqual(['message/rfc822'])
      const expanded = await client.graph(
        `${one!.path}/attachments/${String(attachment!['id'])}?$expand=microsoft.graph.itemAttachment/item`,
      )
      expect(expanded.json['item']).toMatchObject({ subject: inner.subject!, isDraft: false })
    },
  )

  behavior('documentation', 'shows pictures within the HTML, which do not count as attachments', async () => {
    const machines = await find(({ body }) => String(body!['content']).includes('cid:logo'), 3)
    for (const { path, message } of machines) {
      expect(String(message['hasAttachments'])).toBe('false')
      const [logo] = [...(await client.graph(`${path}/attachments`)).json['value']!]
      expect(String(message['body']!['content'])).toContain(`cid:${String(logo!['contentId'])}`)
      expect(logo).toMatchObject({ isInline: true, contentType: 'image/png' })
      const mail = await PostalMime.parse((await client.graph(`${path}/$value`)).body)
      expect(mail.attachments[0]).toMatchObject({ related: true, disposition: 'inline' })
      expect(mail.headers.map(({ key }) => key)).toContain('list-unsubscribe')
    }
  })
})

describe('what can be asked for besides', () => {
  behavior('documentation', 'are attachments and extended properties, expanded', async () => {
    const [one] = await find(({ hasAttachments }) => String(hasAttachments) === 'true', 1)
    const filter = "id eq 'String 0x1035' or id eq 'string 0x007d' or id eq 'String 0x9999'"
    const expand = `attachments($select=name),singleValueExtendedProperties($filter=${filter})`
    const { json } = await client.graph(`${one!.path}?$select=subject&$expand=${encodeURIComponent(expand)}`)
    expect(Object.keys([...json['attachments']!][0]!)).not.toContain('contentBytes')
    const values = [...json['singleValueExtendedProperties']!]
    expect(values).toHaveLength(2)
    expect(values[0]).toEqual({ id: 'String 0x1035', value: one!.message['internetMessageId'] })
    const unknown = await client.graph(`${one!.path}?$expand=extensions`, { mayBeMissing: true })
    expect(unknown.status).toBe(501)
  })

  behavior('documentation', 'are ids in another format', async () => {
    const [one] = await find(() => true, 1)
    const user = users[0]!
    const body = {
      inputIds: [String(one!.message['id']), 'nonsense'],
      sourceIdType: 'restId',
      targetIdType: 'restImmutableEntryId',
    }
    const { json } = await client.graph(`${user}/translateExchangeIds`, { method: 'POST', body })
    const [known, unknown] = [...json['value']!]
    const message = await client.graph(`${user}/messages/${String(known!['targetId'])}`)
    expect(message.json['internetMessageId']).toBe(one!.message['internetMessageId'])
    expect(unknown).toHaveProperty('errorDetails')
    const ews = {
      ...body,
      inputIds: [String(known!['targetId'])],
      sourceIdType: 'restImmutableEntryId',
      targetIdType: 'ewsId',
    }
    const entry = (await client.graph(`${user}/translateExchangeIds`, { method: 'POST', body: ews })).json['value']!
    expect(String([...entry][0]!['targetId'])).toMatch(/^[A-Za-z0-9+/]+=*$/)
  })

  behavior('CSDL', 'are meeting notices, messages of their own kind', async () => {
    const [one] = await find(({ meetingMessageType }) => String(meetingMessageType) === 'meetingRequest', 1)
    expect(one!.message).toMatchObject({ '@odata.type': '#microsoft.graph.eventMessageRequest', isOutOfDate: false })
    const mail = await PostalMime.parse((await client.graph(`${one!.path}/$value`)).body)
    const part = mail.attachments.find(({ mimeType }) => mimeType === 'text/calendar')
    expect(Buffer.from(part!.content as ArrayBuffer).toString()).toContain('METHOD:REQUEST')
  })

  behavior('documentation', 'are less with Mail.ReadBasic.All: no body, headers, preview or attachments', async () => {
    const basic = await client.withRoles(['Mail.ReadBasic.All'])
    const { json } = await basic(`${users[0]}/messages?$top=3&$select=subject,body,bodyPreview,internetMessageHeaders`)
    const seen = new Set([...json['value']!].flatMap((message) => Object.keys(message)))
    seen.delete('@odata.type')
    expect([...seen].sort()).toEqual(['@odata.etag', 'id', 'subject'])
    const [one] = await find(({ hasAttachments }) => String(hasAttachments) === 'true', 1)
    expect((await basic(`${one!.path}/attachments`)).status).toBe(403)
    expect((await basic(`${one!.path}/$value`)).status).toBe(403)
  })
})

describe('attachments', () => {
  it('are refused where they are none', async () => {
    const { json } = await client.graph(`${users[0]}/messages`, { method: 'POST', body: { subject: 'x' } })
    const add = async (body: object) =>
      (await client.graph(`${users[0]}/messages/${String(json['id'])}/attachments`, { method: 'POST', body })).status
    const file = { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a' }
    expect(await add({ ...file, contentBytes: '???' })).toBe(400)
    expect(await add({ ...file, name: '' })).toBe(400)
    expect(await add({ name: 'a', contentBytes: 'AAAA' })).toBe(400)
    const nested = { '@odata.type': '#microsoft.graph.itemAttachment', name: 'inner', item: { subject: 'Inner' } }
    expect(await add(nested)).toBe(201)
    expect(await add({ ...file, contentBytes: Buffer.alloc(3_145_900).toString('base64') })).toBe(413)
  })
})
