import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Ask, Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let phish: Json
let victim: string

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off' })
  client = clientOf(emulator)
  phish = (await client.send('/_emu/ground-truth/phish')).json
  victim = `/v1.0/users/${phish['recipients']![1]!['userId']}`
})
beforeEach(() => client.send('/_emu/reset', { method: 'POST' }))
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const get = async (path: string, headers = {}) => client.graph(`${victim}${path}`, { headers })
const ask = (path: string, how: Ask) => client.graph(`${victim}${path}`, how)
const query = (options: Record<string, string>) =>
  `/messages?${Object.entries(options)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`
const byId = () => query({ $filter: `internetMessageId eq '${String(phish['internetMessageId'])}'` })
const findPhish = async () => (await get(byId())).json['value']![0]!
const folderNow = async () => [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!][1]!['folderKey']

const named = (folders: Json[], name: string) => folders.find((folder) => String(folder['displayName']) === name)!

describe('listing', () => {
  behavior('documentation', 'gives ten at a time, newest first, and all of them by following the links', async () => {
    const seen: string[] = []
    let page = (await get('/messages?$select=receivedDateTime&$count=true')).json
    const total = Number(page['@odata.count'])
    expect(page['value']).toHaveLength(10)
    for (;;) {
      seen.push(...[...page['value']!].map((message) => String(message['receivedDateTime'])))
      if (!page['@odata.nextLink']) break
      page = (await client.graph(String(page['@odata.nextLink']))).json
    }
    expect(seen).toHaveLength(total)
    expect(seen).toEqual(seen.toSorted().toReversed())
    expect((await get('/messages/$count')).body.toString()).toBe(String(total))
  })

  behavior('documentation', 'filters and sorts as far as Outlook does', async () => {
    const sender = String(phish['sender'])
    const found = await get(
      query({ $filter: `from/emailAddress/address eq '${sender}' and isRead eq ${(await findPhish())['isRead']}` }),
    )
    expect(found.json['value']).toHaveLength(1)
    const when = "receivedDateTime ge 2000-01-01T00:00:00Z and contains(subject,'payroll')"
    const sorted = (await get(query({ $filter: when, $orderby: 'receivedDateTime' }))).json['value']!
    const times = [...sorted].map((message) => String(message['receivedDateTime']))
    expect(times).toEqual(times.toSorted())
    const bad = await get(query({ $filter: "contains(subject,'payroll')", $orderby: 'receivedDateTime' }))
    expect([bad.status, bad.json['error']!['code']]).toEqual([400, 'InefficientFilter'])
  })

  behavior('documentation', 'searches the content, but not together with a filter', async () => {
    const found = (await get(query({ $search: `"from:${String(phish['sender'])} AND confirm"` }))).json['value']!
    expect(found).toHaveLength(1)
    const both = await get(query({ $search: '"a"', $filter: 'isRead eq true' }))
    expect(both.json['error']).toMatchObject({ code: 'SearchWithFilter' })
  })

  behavior('documentation', 'lists one folder by id or well-known name, with what lies in it', async () => {
    const folders = [...(await get('/mailFolders?$top=100')).json['value']!]
    expect(folders.map((folder) => folder['displayName'])).not.toContain('Deletions')
    const inbox = named(folders, 'Inbox')
    for (const name of ['inbox', String(inbox['id'])]) {
      const answer = (await get(`/mailFolders/${name}/messages?$count=true&$top=1`)).json
      expect(answer['@odata.count']).toBe(inbox['totalItemCount'])
    }
    const projects = named(folders, 'Projects')
    expect((await get(`/mailFolders/${projects['id']}/childFolders`)).json['value']).toHaveLength(1)
    const hidden = [...(await get('/mailFolders?$top=100&includeHiddenFolders=true')).json['value']!]
    expect(hidden.length).toBeGreaterThan(folders.length)
    expect((await get('/mailFolders/recoverableitemspurges')).json['displayName']).toBe('Purges')
  })
})

describe('one message', () => {
  behavior('documentation', 'has headers when they are selected, MIME that agrees, and text if preferred', async () => {
    const { id } = await findPhish()
    const { json } = await get(`/messages/${id}?$select=internetMessageHeaders,subject`)
    const network = [...json['internetMessageHeaders']!].find(
      ({ name }) => String(name) === 'X-MS-Exchange-Organization-Network-Message-Id',
    )
    expect(network!['value']).toBe(phish['networkMessageId'])
    const mime = (await get(`/messages/${id}/$value`)).body.toString()
    expect(mime).toContain(`Message-ID: ${String(phish['internetMessageId'])}`)
    expect(mime).toContain(`Subject: ${String(phish['subject'])}`)
    const text = await get(`/messages/${id}?$select=body`, { Prefer: 'outlook.body-content-type="text"' })
    expect(text.json['body']).toMatchObject({ contentType: 'text' })
    expect(text.headers['preference-applied']).toContain('text')
  })

  behavior('documentation', 'shows its attachments, listed and one by one', async () => {
    const list = (await get(query({ $filter: 'hasAttachments eq true', $top: '1' }))).json['value']!
    const path = `/messages/${list[0]!['id']}/attachments`
    const [attachment] = [...(await get(path)).json['value']!]
    expect(attachment).toMatchObject({ '@odata.type': '#microsoft.graph.fileAttachment', isInline: false })
    const raw = await get(`${path}/${attachment!['id']}/$value`)
    expect(raw.body.toString('base64')).toBe((await get(`${path}/${attachment!['id']}`)).json['contentBytes'])
    expect(raw.body).toHaveLength(Number(attachment!['size']))
  })
})

describe('moving', () => {
  behavior('documentation', 'gives the message a new id, the old one is gone, and back again works', async () => {
    const { id, parentFolderId } = await findPhish()
    const moved = await ask(`/messages/${id}/move`, { method: 'POST', body: { destinationId: 'deleteditems' } })
    expect(moved.status).toBe(201)
    expect(moved.json['id']).not.toBe(id)
    expect((await get(`/messages/${id}`)).json['error']).toMatchObject({ code: 'ErrorItemNotFound' })
    expect(await folderNow()).toBe('deleteditems')
    const back = await ask(`/messages/${moved.json['id']}/move`, {
      method: 'POST',
      body: { destinationId: String(parentFolderId) },
    })
    expect(back.status).toBe(201)
    expect(await folderNow()).toBe('inbox')
  })

  behavior('documentation', 'leaves an immutable id as it was', async () => {
    const prefer = { Prefer: 'IdType="ImmutableId"' }
    const { id } = (await get(byId(), prefer)).json['value']![0]!
    const moved = await ask(`/messages/${id}/move`, {
      method: 'POST',
      headers: prefer,
      body: { destinationId: 'junkemail' },
    })
    expect(moved.json['id']).toBe(id)
    expect((await get(`/messages/${id}`, prefer)).status).toBe(200)
  })

  behavior('inferred', 'refuses what it cannot do', async () => {
    const { id } = await findPhish()
    const move = async (of: unknown, body: object | string) =>
      (await ask(`/messages/${String(of)}/move`, { method: 'POST', body })).json['error']!['code']
    expect(await move(id, { destinationId: 'nowhere' })).toBe('ErrorFolderNotFound')
    expect(await move(id, {})).toBe('ErrorInvalidRequest')
    expect(await move(id, '{"destinationId":')).toBe('BadRequest')
    expect(await move('nonsense', { destinationId: 'inbox' })).toBe('ErrorInvalidIdMalformed')
    expect(await move(`${String(id).slice(0, -8)}AAAAAAA=`, { destinationId: 'inbox' })).toBe('ErrorItemNotFound')
  })
})

describe('deleting', () => {
  behavior(
    'captured',
    'puts the item into Deletions, where no list shows it and it cannot be deleted again',
    async () => {
      const { id } = await findPhish()
      expect((await ask(`/messages/${id}`, { method: 'DELETE' })).status).toBe(204)
      expect(await folderNow()).toBe('recoverableitemsdeletions')
      expect((await get(byId())).json['value']).toHaveLength(0)
      const inside = (await get('/mailFolders/recoverableitemsdeletions/messages')).json['value']![0]!
      const again = await ask(`/messages/${inside['id']}`, { method: 'DELETE' })
      expect([again.status, again.json['error']!['code']]).toEqual([400, 'ErrorCannotDeleteObject'])
    },
  )

  behavior(
    'inferred',
    'for good leaves it readable by its immutable id alone, and not to be deleted again',
    async () => {
      const prefer = { Prefer: 'IdType="ImmutableId"' }
      const { id } = (await get(byId(), prefer)).json['value']![0]!
      const purge = () => ask(`/messages/${id}/permanentDelete`, { method: 'POST' })
      expect((await purge()).status).toBe(204)
      const purges = (await get('/mailFolders/recoverableitemspurges')).json['id']
      expect((await get(`/messages/${id}`, prefer)).json['parentFolderId']).toBe(purges)
      expect((await purge()).json['error']).toMatchObject({ code: 'ErrorCannotDeleteObject' })
    },
  )

  behavior('documentation', 'for good puts it into Purges, and leaves a record in the audit log', async () => {
    const { id } = await findPhish()
    expect((await ask(`/messages/${id}/permanentDelete`, { method: 'POST' })).status).toBe(204)
    expect(await folderNow()).toBe('recoverableitemspurges')
    await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 60_000 } })
    await client.activity(`${client.feed}/subscriptions/start?contentType=Audit.Exchange`, { method: 'POST' })
    const times = [120_000, 0].map((ago) => new Date(Date.now() + 60_000 - ago).toISOString().slice(0, 19))
    const window = `&startTime=${times[0]}&endTime=${times[1]}`
    const listed = await client.activity(`${client.feed}/subscriptions/content?contentType=Audit.Exchange${window}`)
    // The company goes on working meanwhile: other records, and other blobs, lie beside it.
    const blobs = await Promise.all([...listed.json].map((blob) => client.activity(String(blob['contentUri']))))
    const records = blobs.flatMap(({ json }) => [...json])
    const record = records.find(({ Operation }) => String(Operation) === 'HardDelete')
    expect(record).toMatchObject({ RecordType: 3, AppId: client.tenant.applications[0]!.clientId })
    expect(record!['AffectedItems']![0]).toMatchObject({ InternetMessageId: phish['internetMessageId'] })
  })
})

describe('changing', () => {
  behavior('documentation', 'sets categories, the read mark and the flag, and gives a new change key', async () => {
    const before = await findPhish()
    const body = { categories: ['SOC reviewed'], isRead: true, flag: { flagStatus: 'Flagged' } }
    const answer = await ask(`/messages/${before['id']}`, { method: 'PATCH', body })
    expect(answer.json).toMatchObject({
      categories: ['SOC reviewed'],
      isRead: true,
      flag: { flagStatus: 'flagged' },
      id: before['id'],
    })
    expect(answer.json['changeKey']).not.toBe(before['changeKey'])
    const refused = await ask(`/messages/${before['id']}`, { method: 'PATCH', body: { toRecipients: [] } })
    expect(refused.status).toBe(400)
  })

  behavior('documentation', 'needs Mail.ReadWrite', async () => {
    const { id } = await findPhish()
    const answer = await client.auditor(`${victim}/messages/${id}`, { method: 'DELETE' })
    expect([answer.status, answer.json['error']!['code']]).toEqual([403, 'ErrorAccessDenied'])
    expect(await folderNow()).toBe('inbox')
  })
})

describe('a person without a mailbox', () => {
  behavior(
    'documentation',
    'is answered with MailboxNotEnabledForRESTAPI, an unknown one with ErrorInvalidUser',
    async () => {
      const users = [...(await client.graph('/v1.0/users?$top=999')).json['value']!]
      const unlicensed = users.at(-1)!
      const answer = await client.graph(`/v1.0/users/${unlicensed['id']}/messages`)
      expect([answer.status, answer.json['error']!['code']]).toEqual([404, 'MailboxNotEnabledForRESTAPI'])
      expect((await client.graph('/v1.0/users/nobody/messages')).json['error']).toMatchObject({
        code: 'ErrorInvalidUser',
      })
    },
  )
})
