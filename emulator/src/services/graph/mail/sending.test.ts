import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Ask, Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

const EPOCH = Date.parse('2026-11-20T14:00:00Z')

let emulator: Emulator
let client: Client
let ask: (path: string, how?: Ask) => ReturnType<Client['graph']>
let users: Json[]

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off', epoch: EPOCH, frozen: true })
  client = clientOf(emulator)
  const roles = ['Mail.ReadWrite', 'Mail.Send', 'MailboxSettings.Read', 'MailboxSettings.ReadWrite', 'User.Read.All']
  ask = await client.withRoles(roles)
  users = [...(await ask('/v1.0/users?$top=40&$select=id,mail,displayName')).json['value']!]
  start = (await client.send('/_emu/snapshot')).json
})
/** After the application was made: what every test begins with. */
let start: object
beforeEach(() => client.send('/_emu/snapshot', { method: 'PUT', body: start }))
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const box = (n: number) => `/v1.0/users/${String(users[n]!['id'])}`
const to = (n: number) => ({ emailAddress: { address: String(users[n]!['mail']) } })
const outside = { emailAddress: { name: 'Elsewhere', address: 'someone@elsewhere.example' } }
const post = (path: string, body?: object) => ask(path, { method: 'POST', ...(body ? { body } : {}) })
const bySubject = async (n: number, subject: string, folder = '') =>
  [
    ...(await ask(`${box(n)}${folder}/messages?$top=50&$filter=${encodeURIComponent(`subject eq '${subject}'`)}`)).json[
      'value'
    ]!,
  ] as Json[]
const mail = (subject: string, ...recipients: object[]) => ({
  subject,
  body: { contentType: 'HTML', content: '<p>Shall we meet?</p>' },
  toRecipients: recipients,
})
const later = (advanceMs: number) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs } })
const auditRecords = async () => {
  await client.activity(`${client.feed}/subscriptions/start?contentType=Audit.Exchange`, { method: 'POST' })
  await later(120_000)
  const window = '&startTime=2026-11-20T13:59:00&endTime=2026-11-20T14:02:00'
  const listed = await client.activity(`${client.feed}/subscriptions/content?contentType=Audit.Exchange${window}`)
  const blobs = await Promise.all([...listed.json].map((blob) => client.activity(String(blob['contentUri']))))
  return blobs.flatMap(({ json }) => [...json]).filter((record) => Number(record['UserType']) === 5)
}

describe('sending mail', () => {
  behavior('documentation', 'answers 202, delivers to colleagues and keeps a copy in Sent Items', async () => {
    const answer = await post(`${box(0)}/sendMail`, { message: mail('Harbor walk', to(1)) })
    expect([answer.status, answer.body.length]).toEqual([202, 0])
    const [received] = await bySubject(1, 'Harbor walk', '/mailFolders/inbox')
    expect(received).toMatchObject({ isRead: false, isDraft: false, from: to(0) })
    const [sent] = await bySubject(0, 'Harbor walk', '/mailFolders/sentitems')
    expect(sent!['internetMessageId']).toBe(received!['internetMessageId'])
    expect(sent!['id']).not.toBe(received!['id'])
  })

  behavior('documentation', 'leaves no copy with saveToSentItems false', async () => {
    await post(`${box(0)}/sendMail`, { message: mail('No copy', to(1)), saveToSentItems: false })
    expect(await bySubject(0, 'No copy')).toHaveLength(0)
    expect(await bySubject(1, 'No copy')).toHaveLength(1)
  })

  behavior('documentation', 'takes MIME in base64', async () => {
    const mime = `From: x@y.example\r\nTo: =?utf-8?B?${Buffer.from('Jörg').toString('base64')}?= <${String(users[2]!['mail'])}>\r\nSubject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\nX-Custom: 1\r\nContent-Type: text/plain\r\n\r\nHallo\r\n`
    const send = (text: string) =>
      ask(`${box(0)}/sendMail`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: Buffer.from(text).toString('base64'),
      })
    expect((await send(mime)).json['error']).toMatchObject({ code: 'ErrorSendAsDenied' })
    expect((await send(mime.replace(/^From.*\r\n/, ''))).status).toBe(202)
    const [received] = await bySubject(2, 'Grüße')
    expect(received).toMatchObject({ body: { contentType: 'text', content: 'Hallo' } })
    const garbage = await ask(`${box(0)}/sendMail`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'not base64!',
    })
    expect([garbage.status, garbage.json['error']!['code']]).toEqual([400, 'ErrorMimeContentInvalidBase64String'])
  })

  behavior(
    'inferred',
    'to an unknown address of the company brings a report that it could not be delivered',
    async () => {
      const domain = String(users[0]!['mail']).split('@')[1]
      await post(`${box(0)}/sendMail`, { message: mail('Lost', { emailAddress: { address: `nobody@${domain}` } }) })
      const [report] = await bySubject(0, 'Undeliverable: Lost')
      expect(String(report!['body']!['content'])).toContain('550 5.1.10')
    },
  )

  behavior('documentation', 'hides blind copies from everybody but the sender', async () => {
    const body = { message: { ...mail('Quietly', to(1)), bccRecipients: [to(2)] } }
    await post(`${box(0)}/sendMail`, body)
    expect((await bySubject(2, 'Quietly'))[0]).toMatchObject({ bccRecipients: [] })
    const [sent] = await bySubject(0, 'Quietly', '/mailFolders/sentitems')
    expect(sent!['bccRecipients']).toHaveLength(1)
  })

  behavior('inferred', 'leaves Send and Create records in the audit log', async () => {
    await post(`${box(0)}/messages`, mail('Only a draft'))
    await post(`${box(0)}/sendMail`, { message: mail('Recorded', outside) })
    const records = await auditRecords()
    const of = (operation: string) => records.find(({ Operation }) => String(Operation) === operation)
    expect(of('Create')!['Item']).toMatchObject({ Subject: 'Only a draft', ParentFolder: { Path: '\\Drafts' } })
    expect(of('Send')!['Item']).toMatchObject({ Subject: 'Recorded' })
  })

  it('refuses bad bodies and recipients with an error of the service', async () => {
    const code = async (body: object | string) =>
      (await ask(`${box(0)}/sendMail`, { method: 'POST', body })).json['error']!['code']
    expect(await code({})).toBe('ErrorInvalidParameter')
    expect(await code({ message: mail('x') })).toBe('ErrorInvalidRecipients')
    expect(await code({ message: mail('x', { emailAddress: { address: 'no address' } }) })).toBe(
      'ErrorInvalidRecipients',
    )
    expect(await code({ message: { toRecipients: 'all' } })).toBe('ErrorInvalidPropertySet')
    expect(await code({ message: { ...mail('x', to(1)), constructor: {} } })).toBe('ErrorInvalidPropertySet')
    expect(
      await code({ message: { ...mail('x', to(1)), internetMessageHeaders: [{ name: 'Evil', value: '1' }] } }),
    ).toBe('InvalidInternetMessageHeader')
    expect(await code('{"message":')).toBe('BadRequest')
    const many = Array.from({ length: 1001 }, () => to(1))
    expect(await code({ message: mail('x', ...many) })).toBe('ErrorInvalidPropertySet')
  })
})

describe('drafts', () => {
  behavior('documentation', 'can be edited, given attachments and sent; sent they have another id', async () => {
    const draft = (await post(`${box(0)}/messages`, { subject: 'Plan', importance: 'High' })).json
    expect(draft).toMatchObject({ isDraft: true, importance: 'high', subject: 'Plan' })
    const path = `${box(0)}/messages/${String(draft['id'])}`
    const body = { toRecipients: [to(1)], body: { contentType: 'text', content: 'See file' }, subject: 'The plan' }
    expect((await ask(path, { method: 'PATCH', body })).json).toMatchObject({ subject: 'The plan' })
    const file = {
      '@odata.type': '#microsoft.graph.fileAttachment',
      name: 'plan.txt',
      contentType: 'text/plain',
      contentBytes: Buffer.from('one two').toString('base64'),
    }
    const added = await post(`${path}/attachments`, file)
    expect([added.status, added.json['size']]).toEqual([201, 7])
    expect((await post(`${path}/send`)).status).toBe(202)
    expect((await ask(path)).json['error']).toMatchObject({ code: 'ErrorItemNotFound' })
    const [received] = await bySubject(1, 'The plan')
    expect(received).toMatchObject({ hasAttachments: true, importance: 'high' })
    const raw = await ask(`${box(1)}/messages/${String(received!['id'])}/$value`)
    expect(raw.body.toString()).toContain(Buffer.from('one two').toString('base64'))
    expect(await bySubject(0, 'The plan', '/mailFolders/drafts')).toHaveLength(0)
  })

  behavior('documentation', 'of replies and forwards quote the message and address the right people', async () => {
    await post(`${box(0)}/sendMail`, { message: { ...mail('Figures', to(1)), ccRecipients: [to(2)] } })
    const [received] = await bySubject(1, 'Figures')
    const path = `${box(1)}/messages/${String(received!['id'])}`
    const reply = (await post(`${path}/createReply`, { comment: 'Gladly.' })).json
    expect(reply).toMatchObject({ subject: 'RE: Figures', conversationId: received!['conversationId'] })
    expect(String(reply['body']!['content'])).toMatch(/Gladly\..*Shall we meet\?/s)
    const all = (await post(`${path}/createReplyAll`)).json
    expect([all['toRecipients'], all['ccRecipients']].map((list) => [...list!].length)).toEqual([1, 1])
    const forward = (await post(`${path}/createForward`, { toRecipients: [outside] })).json
    expect(forward).toMatchObject({ subject: 'FW: Figures', toRecipients: [outside] })
    expect((await post(`${path}/reply`, { comment: 'Yes' })).status).toBe(202)
    const [answer] = await bySubject(0, 'RE: Figures', '/mailFolders/inbox')
    const headers = (await ask(`${box(0)}/messages/${String(answer!['id'])}?$select=internetMessageHeaders`)).json
    expect([...headers['internetMessageHeaders']!].find(({ name }) => String(name) === 'In-Reply-To')!['value']).toBe(
      received!['internetMessageId'],
    )
  })

  behavior('third-party code', 'are no drafts when PR_MESSAGE_FLAGS says so as they are made', async () => {
    const flags = { id: 'Integer 0x0E07', value: '1' }
    const body = { ...mail('Notice', to(0)), singleValueExtendedProperties: [flags] }
    const made = (await post(`${box(0)}/mailFolders/inbox/messages`, body)).json
    expect(made).toMatchObject({ isDraft: false, subject: 'Notice' })
    const filter = "singleValueExtendedProperties/any(ep: ep/id eq 'Integer 0x0E07' and ep/value eq '1')"
    const found = await ask(
      `${box(0)}/messages?$filter=${encodeURIComponent(filter)} and isDraft eq false&$select=subject`,
    )
    expect([...found.json['value']!].map(({ subject }) => subject)).toContain('Notice')
  })

  behavior('documentation', 'need Mail.Send to be sent, and Mail.ReadWrite to be made', async () => {
    const reader = await client.withRoles(['Mail.Read'])
    const body = { message: mail('x', to(1)) }
    expect((await reader(`${box(0)}/sendMail`, { method: 'POST', body })).status).toBe(403)
    expect((await reader(`${box(0)}/messages`, { method: 'POST', body: {} })).json['error']).toMatchObject({
      code: 'ErrorAccessDenied',
    })
  })
})

describe('copying', () => {
  behavior('documentation', 'makes another message with an id of its own in the folder', async () => {
    const [one] = [...(await ask(`${box(0)}/mailFolders/inbox/messages?$top=1`)).json['value']!]
    const copy = await post(`${box(0)}/messages/${String(one!['id'])}/copy`, { destinationId: 'archive' })
    expect(copy.status).toBe(201)
    expect(copy.json).toMatchObject({ subject: one!['subject'], internetMessageId: one!['internetMessageId'] })
    expect(copy.json['id']).not.toBe(one!['id'])
    expect((await ask(`${box(0)}/messages/${String(one!['id'])}`)).status).toBe(200)
  })
})

describe('mail that was delivered', () => {
  behavior('documentation', 'cannot be edited from 31 December 2026 on without Mail-Advanced', async () => {
    const [one] = [...(await ask(`${box(0)}/mailFolders/inbox/messages?$top=1`)).json['value']!]
    const edit = (by: typeof ask, subject: string) =>
      by(`${box(0)}/messages/${String(one!['id'])}`, { method: 'PATCH', body: { subject } })
    expect((await edit(ask, '[PHISHING] 1')).status).toBe(200)
    const advanced = await client.withRoles(['Mail.ReadWrite', 'Mail-Advanced.ReadWrite.All'])
    await later(Date.UTC(2026, 11, 31) - EPOCH)
    const refused = await edit(ask, '[PHISHING] 2')
    expect([refused.status, refused.json['error']!['code']]).toEqual([403, 'ErrorAccessDenied'])
    const marks = { categories: ['Reviewed'], isRead: true }
    expect((await ask(`${box(0)}/messages/${String(one!['id'])}`, { method: 'PATCH', body: marks })).status).toBe(200)
    expect((await edit(advanced, '[PHISHING] 3')).json['subject']).toBe('[PHISHING] 3')
  })

  behavior('documentation', 'is found by $search only after the index has heard of it', async () => {
    await post(`${box(0)}/sendMail`, { message: mail('Zanzibar', to(1)) })
    const search = async () => [...(await ask(`${box(1)}/messages?$search="subject:zanzibar"`)).json['value']!].length
    expect(await search()).toBe(0)
    expect(await bySubject(1, 'Zanzibar')).toHaveLength(1)
    await later(120_000)
    expect(await search()).toBe(1)
  })
})

describe('inbox rules', () => {
  const rules = (n: number) => `${box(n)}/mailFolders/inbox/messageRules`

  behavior(
    'documentation',
    'file, mark and forward mail as it comes, in their order, until one says stop',
    async () => {
      const folder = (await post(`${box(1)}/mailFolders`, { displayName: 'Filed' })).json
      const file = {
        displayName: 'File',
        sequence: 1,
        conditions: { subjectContains: ['secret'] },
        actions: {
          moveToFolder: String(folder['id']),
          markAsRead: true,
          assignCategories: ['Rule'],
          stopProcessingRules: true,
        },
      }
      const rule = await post(rules(1), file)
      expect([rule.status, rule.json['isEnabled'], rule.json['isReadOnly']]).toEqual([201, true, false])
      const drop = {
        displayName: 'Drop',
        sequence: 2,
        conditions: { senderContains: ['@'] },
        actions: { delete: true },
      }
      await post(rules(1), drop)
      await post(`${box(0)}/sendMail`, { message: mail('A secret', to(1)) })
      await post(`${box(0)}/sendMail`, { message: mail('Not to be kept', to(1)) })
      const [filed] = await bySubject(1, 'A secret')
      expect(filed).toMatchObject({ parentFolderId: folder['id'], isRead: true, categories: ['Rule'] })
      expect(await bySubject(1, 'Not to be kept', '/mailFolders/deleteditems')).toHaveLength(1)
    },
  )

  behavior('documentation', 'forward, forward as attachment and redirect', async () => {
    await post(rules(1), { displayName: 'f', actions: { forwardTo: [to(2)] } })
    await post(rules(1), { displayName: 'a', actions: { forwardAsAttachmentTo: [to(3)] } })
    await post(rules(1), { displayName: 'r', actions: { redirectTo: [to(4)] } })
    await post(`${box(0)}/sendMail`, { message: mail('Round', to(1)) })
    expect((await bySubject(2, 'FW: Round'))[0]).toMatchObject({ from: to(1) })
    const [attached] = await bySubject(3, 'FW: Round')
    const files = await ask(
      `${box(3)}/messages/${String(attached!['id'])}/attachments?$expand=microsoft.graph.itemAttachment/item`,
    )
    expect([...files.json['value']!][0]).toMatchObject({
      '@odata.type': '#microsoft.graph.itemAttachment',
      item: { subject: 'Round' },
    })
    expect((await bySubject(4, 'Round'))[0]).toMatchObject({ from: to(0) })
  })

  it('that forward in circles come to an end', async () => {
    await post(rules(1), { displayName: 'f', actions: { forwardTo: [to(2)] } })
    await post(rules(2), { displayName: 'b', actions: { forwardTo: [to(1)] } })
    await post(`${box(0)}/sendMail`, { message: mail('Circle', to(1)) })
    expect((await bySubject(2, 'FW: Circle')).length).toBeGreaterThan(0)
  })

  behavior('documentation', 'can be listed, disabled and deleted; hidden ones are not shown', async () => {
    const rule = (await post(rules(5), { displayName: '.', actions: { delete: true } })).json
    const path = `${rules(5)}/${encodeURIComponent(String(rule['id']))}`
    expect((await ask(path, { method: 'PATCH', body: { isEnabled: false } })).json['isEnabled']).toBe(false)
    const listed = [...(await ask(rules(5))).json['value']!]
    expect(listed.map(({ displayName }) => displayName)).toContain('.')
    expect(listed.map(({ displayName }) => displayName)).not.toContain('Junk E-mail Rule')
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204)
    expect((await ask(path)).json['error']).toMatchObject({ code: 'ErrorItemNotFound' })
  })

  behavior('inferred', 'leave New-InboxRule and Remove-InboxRule records with what they do', async () => {
    const drop = { emailAddress: { name: 'x', address: 'drop@elsewhere.example' } }
    await post(rules(5), {
      displayName: '.',
      conditions: { subjectContains: ['invoice'] },
      actions: { forwardTo: [drop] },
    })
    const records = await auditRecords()
    const record = records.find(({ Operation }) => String(Operation) === 'New-InboxRule')
    const parameters = [...record!['Parameters']!].map(({ Name, Value }) => [String(Name), String(Value)])
    expect(parameters).toContainEqual(['ForwardTo', 'drop@elsewhere.example'])
    expect(parameters).toContainEqual(['SubjectContainsWords', 'invoice'])
  })

  it('are refused where they make no sense', async () => {
    const code = async (body: object) => (await post(rules(1), body)).json['error']!['code']
    expect(await code({ displayName: 'x' })).toBe('ErrorInvalidRequest')
    expect(await code({ displayName: 'x', actions: { moveToFolder: 'nowhere' } })).toBe('ErrorFolderNotFound')
    expect(await code({ displayName: 'x', sequence: 0, actions: { delete: true } })).toBe('ErrorInvalidRequest')
    expect(await code({ displayName: 'x', conditions: { colour: ['red'] }, actions: { delete: true } })).toBe(
      'BadRequest',
    )
    expect(await code({ displayName: 'x', actions: { delete: 'yes' } })).toBe('ErrorInvalidPropertySet')
    expect((await ask(`${box(1)}/mailFolders/drafts/messageRules`)).status).toBe(400)
  })
})

describe('a person who is away', () => {
  behavior('documentation', 'answers automatically, once to each sender', async () => {
    const setting = { status: 'alwaysEnabled', internalReplyMessage: 'I am sailing.' }
    await ask(`${box(6)}/mailboxSettings`, { method: 'PATCH', body: { automaticRepliesSetting: setting } })
    await post(`${box(0)}/sendMail`, { message: mail('Are you there', to(6)) })
    await post(`${box(0)}/sendMail`, { message: mail('And now', to(6)) })
    const [reply] = await bySubject(0, 'Automatic reply: Are you there')
    expect(String(reply!['bodyPreview'])).toBe('I am sailing.')
    expect(await bySubject(0, 'Automatic reply: And now')).toHaveLength(0)
  })
})
