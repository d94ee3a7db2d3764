import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import { readXml } from '#services/ews/xml.ts'
import type { Answer, Client, Json } from '#testing/client.ts'
import type { Element } from '#services/ews/xml.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let account: { user: string; password: string }
let recipient: string
let phish: { internetMessageId: string; subject: string }

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off' })
  client = clientOf(emulator)
})
beforeEach(async () => {
  await client.send('/_emu/reset', { method: 'POST' })
  account = accountOf((await client.send('/_emu/service-accounts')).json['accounts']![0]!)
  const truth = (await client.send('/_emu/ground-truth/phish')).json
  phish = { internetMessageId: String(truth['internetMessageId']), subject: String(truth['subject']) }
  recipient = String(truth['recipients']![0]!['userPrincipalName'])
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const accountOf = (shown: Json) => ({ user: String(shown['user']), password: String(shown['password']) })

const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types'
const MESSAGES = 'http://schemas.microsoft.com/exchange/services/2006/messages'

/** Who acts: nobody, or the owner of an address. */
const acting = (address: string | undefined, by = 'PrimarySmtpAddress') =>
  address === undefined
    ? ''
    : `<t:ExchangeImpersonation><t:ConnectingSID><t:${by}>${address}</t:${by}></t:ConnectingSID></t:ExchangeImpersonation>`

const envelope = (body: string, header: string, version = 'Exchange2016') =>
  `<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="${TYPES}" xmlns:m="${MESSAGES}">
  <soap:Header><t:RequestServerVersion Version="${version}"/>${header}</soap:Header>
  <soap:Body>${body}</soap:Body>
</soap:Envelope>`

const basic = ({ user, password }: { user: string; password: string }) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

const post = (
  body: string,
  headers: Record<string, string> = { authorization: basic(account) },
  mayBeMissing = false,
) =>
  client.send('/EWS/Exchange.asmx', {
    method: 'POST',
    mayBeMissing,
    body,
    headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
  })

const ask = (body: string, header = acting(recipient)) => post(envelope(body, header))

/** Every element of the name, wherever it stands. */
function all(answer: Answer, name: string): Element[] {
  const walk = (element: Element): Element[] => [
    ...(element.name === name ? [element] : []),
    ...element.children.flatMap(walk),
  ]
  const root = readXml(answer.body.toString('utf8'))
  return root ? walk(root) : []
}
const one = (answer: Answer, name: string) => all(answer, name)[0]
const texts = (answer: Answer, name: string) => all(answer, name).map(({ text }) => text)
const codes = (answer: Answer) => texts(answer, 'ResponseCode')

const shape = (inside = '', base = 'IdOnly') => `<m:ItemShape><t:BaseShape>${base}</t:BaseShape>${inside}</m:ItemShape>`
const also = (...uris: string[]) =>
  `<t:AdditionalProperties>${uris.map((uri) => `<t:FieldURI FieldURI="${uri}"/>`).join('')}</t:AdditionalProperties>`
const folder = (name: string) => `<t:DistinguishedFolderId Id="${name}"/>`
const equal = (uri: string, value: string, how = 'IsEqualTo') =>
  `<t:${how}><t:FieldURI FieldURI="${uri}"/><t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:${how}>`
const xmlText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const find = (
  inside: string,
  where = folder('inbox'),
  wanted = shape(also('item:Subject', 'message:InternetMessageId')),
) =>
  ask(`<m:FindItem Traversal="Shallow">${wanted}${inside}<m:ParentFolderIds>${where}</m:ParentFolderIds></m:FindItem>`)
const restricted = (condition: string, where?: string) => find(`<m:Restriction>${condition}</m:Restriction>`, where)
const thePhish = async (where?: string) =>
  restricted(equal('message:InternetMessageId', xmlText(phish.internetMessageId)), where)
const itemIds = (...ids: (string | undefined)[]) =>
  `<m:ItemIds>${ids.map((id) => `<t:ItemId Id="${id}"/>`).join('')}</m:ItemIds>`
const idIn = (answer: Answer) => one(answer, 'ItemId')?.attributes['Id']

describe('EWS sign-in', () => {
  behavior('documentation', 'is asked for with 401 and WWW-Authenticate', async () => {
    const answers = [
      await post(envelope('<m:FindItem/>', ''), {}),
      await post(envelope('<m:FindItem/>', ''), { authorization: basic({ ...account, password: 'wrong' }) }),
      await post(envelope('<m:FindItem/>', ''), { authorization: 'Bearer abc' }),
    ]
    for (const { status, headers } of answers)
      expect([status, headers['www-authenticate']]).toEqual([401, 'Basic realm="emulator"'])
  })

  behavior('documentation', 'takes the name with its domain before or behind it', async () => {
    const [name] = account.user.split('@')
    for (const user of [account.user, `HARBORFINCH\\${name}`, name!])
      expect(
        (await post(envelope('<m:GetInboxRules/>', acting(recipient)), { authorization: basic({ ...account, user }) }))
          .status,
      ).toBe(200)
    const foreign = basic({ ...account, user: `OTHER\\${name}` })
    expect((await post(envelope('<m:GetInboxRules/>', ''), { authorization: foreign })).status).toBe(401)
  })

  behavior('documentation', "answers under the name of the company's mail server too", async () => {
    const answer = await post(envelope('<m:GetInboxRules/>', acting(recipient)), {
      authorization: basic(account),
      host: 'mail.harborfinch.example',
    })
    expect(codes(answer)).toEqual(['NoError'])
    expect(one(answer, 'ServerVersionInfo')?.attributes).toMatchObject({ MajorVersion: '15', MinorVersion: '2' })
  })
})

describe('EWS impersonation', () => {
  const body = `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${folder('inbox')}</m:FolderIds></m:GetFolder>`

  behavior('documentation', 'is by address or principal name', async () => {
    for (const by of ['PrimarySmtpAddress', 'SmtpAddress', 'PrincipalName'])
      expect(codes(await ask(body, acting(recipient, by)))).toEqual(['NoError'])
  })

  behavior('documentation', 'of an address without a mailbox is a fault', async () => {
    const answer = await ask(body, acting('nobody@harborfinch.example'))
    expect([answer.status, codes(answer)]).toEqual([500, ['ErrorNonExistentMailbox']])
    expect(one(answer, 'faultcode')?.text).toBe('a:ErrorNonExistentMailbox')
  })

  behavior('documentation', 'is denied to an account without the role', async () => {
    const made = await client.send('/_emu/service-accounts', {
      method: 'POST',
      body: { name: 'svc-other', mayImpersonate: false },
    })
    const answer = await post(envelope(body, acting(recipient)), { authorization: basic(accountOf(made.json)) })
    expect([answer.status, codes(answer)]).toEqual([500, ['ErrorImpersonateUserDenied']])
  })

  behavior('documentation', 'left out, there is no mailbox to look into', async () => {
    expect(codes(await ask(body, ''))).toEqual(['ErrorMissingEmailAddress'])
  })
})

describe('EWS requests', () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
  const inner = `<m:FindItem Traversal="Shallow">${shape()}<m:ParentFolderIds>${folder('inbox')}</m:ParentFolderIds></m:FindItem>`

  it.each([
    ['that are no XML', 'abc'],
    ['that are empty', ''],
    ['cut short', envelope(inner, '').slice(0, -20)],
    ['with entities of their own', `${bomb}${envelope('&b;', '')}`],
    ['with an external entity', `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${envelope('&e;', '')}`],
    ['nested without end', envelope(`${'<t:Not>'.repeat(5000)}${'</t:Not>'.repeat(5000)}`, '')],
    ['of brackets only', '<'.repeat(3_000_000)],
    ['without a body', '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"/>'],
    ['of an operation that does not exist', envelope('<m:Nonsense/>', '')],
    ['of an operation named as the prototype', envelope('<m:constructor/>', '')],
    ['without a folder', envelope(inner.replace(folder('inbox'), ''), '')],
    ['of a property that does not exist', envelope(inner.replace(shape(), shape(also('item:Nonsense'))), acting('x'))],
    [
      'deleting in no known way',
      envelope(`<m:DeleteItem DeleteType="constructor">${itemIds('x')}</m:DeleteItem>`, acting('x')),
    ],
    [
      'of an unknown set of properties',
      envelope(
        inner.replace(
          shape(),
          shape(
            '<t:AdditionalProperties><t:ExtendedFieldURI DistinguishedPropertySetId="constructor" PropertyName="a"/></t:AdditionalProperties>',
          ),
        ),
        acting('x'),
      ),
    ],
    ['with another traversal', envelope(inner.replace('Shallow', 'Deep'), '')],
  ])('%s are refused by a fault', async (_, body) => {
    const answer = await post(body.replace('>x<', `>${recipient}<`))
    expect(answer.status).toBe(500)
    expect(codes(answer)).toEqual(['ErrorSchemaValidation'])
  })

  it('answer 501 where the operation is real and not built', async () => {
    const body = envelope('<m:CreateItem/>', acting(recipient))
    expect((await post(body, { authorization: basic(account) }, true)).status).toBe(501)
    expect((await client.send('/ews/other.asmx')).status).toBe(404)
  })

  behavior('documentation', 'name a version of the schema that exists', async () => {
    const answer = await post(envelope(inner, acting(recipient), 'Exchange1999'))
    expect([answer.status, codes(answer)]).toEqual([500, ['ErrorInvalidServerVersion']])
  })
})

describe('EWS FindItem', () => {
  behavior('documentation', 'finds a message by its internet message id', async () => {
    const answer = await thePhish()
    expect([codes(answer), texts(answer, 'Subject'), texts(answer, 'InternetMessageId')]).toEqual([
      ['NoError'],
      [phish.subject],
      [phish.internetMessageId],
    ])
    expect(one(answer, 'RootFolder')?.attributes).toMatchObject({
      TotalItemsInView: '1',
      IncludesLastItemInRange: 'true',
    })
  })

  behavior('documentation', 'finds it by the extended property as well', async () => {
    const path = '<t:ExtendedFieldURI PropertyTag="0x1035" PropertyType="String"/>'
    const condition = `<t:IsEqualTo>${path}<t:FieldURIOrConstant><t:Constant Value="${xmlText(phish.internetMessageId)}"/></t:FieldURIOrConstant></t:IsEqualTo>`
    const wanted = shape(`<t:AdditionalProperties>${path}</t:AdditionalProperties>`)
    const answer = await find(`<m:Restriction>${condition}</m:Restriction>`, folder('inbox'), wanted)
    expect(texts(answer, 'Value')).toEqual([phish.internetMessageId])
  })

  it('reads characters written as numbers', async () => {
    const written = [...phish.internetMessageId].map((each) => `&#${each.codePointAt(0)};`).join('')
    const hexadecimal = [...phish.internetMessageId].map((each) => `&#x${each.codePointAt(0)!.toString(16)};`).join('')
    for (const value of [written, hexadecimal])
      expect(all(await restricted(equal('message:InternetMessageId', value)), 'ItemId')).toHaveLength(1)
  })

  behavior('documentation', 'joins conditions by And, Or and Not', async () => {
    const subject = equal('item:Subject', xmlText(phish.subject).replaceAll('"', '&quot;'))
    const unread = equal('message:IsRead', 'false')
    const count = async (condition: string) => all(await restricted(condition), 'ItemId').length
    const whole = all(await find(''), 'ItemId').length
    const [both, either] = [
      await count(`<t:And>${subject}${unread}</t:And>`),
      await count(`<t:Or>${subject}${unread}</t:Or>`),
    ]
    expect(await count(subject)).toBe(1)
    expect(both + either).toBe(1 + (await count(unread)))
    expect(await count(`<t:Not>${subject}</t:Not>`)).toBe(whole - 1)
  })

  behavior('documentation', 'compares times and the words of a text', async () => {
    const count = async (condition: string) => all(await restricted(condition), 'ItemId').length
    const whole = all(await find(''), 'ItemId').length
    const before = await count(equal('item:DateTimeReceived', '2000-01-01T00:00:00Z', 'IsLessThan'))
    const after = await count(equal('item:DateTimeReceived', '2000-01-01T00:00:00', 'IsGreaterThanOrEqualTo'))
    expect([before, after]).toEqual([0, whole])
    const word = phish.subject.split(' ')[0]!.toUpperCase()
    const contains = (comparison: string) =>
      `<t:Contains ContainmentMode="Substring" ContainmentComparison="${comparison}"><t:FieldURI FieldURI="item:Subject"/><t:Constant Value="${word}"/></t:Contains>`
    expect(await count(contains('IgnoreCase'))).toBeGreaterThan(0)
    expect(await count(contains('Exact'))).toBe(0)
  })

  behavior('documentation', 'gives pages, and tells where the next begins', async () => {
    const page = async (Offset: number) =>
      find(`<m:IndexedPageItemView MaxEntriesReturned="5" Offset="${Offset}" BasePoint="Beginning"/>`)
    const whole = all(await find(''), 'ItemId').map(({ attributes }) => attributes['Id'])
    const seen: (string | undefined)[] = []
    for (let offset = 0, last = 'false'; last === 'false';) {
      const answer = await page(offset)
      const root = one(answer, 'RootFolder')!.attributes
      seen.push(...all(answer, 'ItemId').map(({ attributes }) => attributes['Id']))
      last = root['IncludesLastItemInRange']!
      offset = Number(root['IndexedPagingOffset'])
    }
    expect(seen).toEqual(whole)
  })

  behavior('documentation', 'understands Advanced Query Syntax', async () => {
    const subjects = async (query: string) =>
      texts(await find(`<m:QueryString>${xmlText(query)}</m:QueryString>`), 'Subject')
    expect(await subjects(`subject:"${phish.subject}" AND received>=2020-01-01`)).toEqual([phish.subject])
    expect(await subjects(`subject:"${phish.subject}" AND received<2020-01-01`)).toEqual([])
    expect((await subjects('isread:false')).length).toBeLessThan((await subjects('')).length)
    expect(codes(await find('<m:QueryString>received>=never</m:QueryString>'))).toEqual(['ErrorInvalidArgument'])
  })

  behavior('inferred', 'does not give bodies and recipients', async () => {
    const answer = await find('', folder('inbox'), shape(also('item:Body')))
    expect(codes(answer)).toEqual(['ErrorInvalidPropertyRequest'])
  })

  behavior('documentation', 'sorts by properties', async () => {
    const order =
      '<m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="item:Subject"/></t:FieldOrder></m:SortOrder>'
    const subjects = texts(await find(order), 'Subject').map((each) => each.toLowerCase())
    expect(subjects).toEqual([...subjects].sort())
  })

  behavior('documentation', 'answers for each folder on its own', async () => {
    const answer = await find('', `${folder('inbox')}${folder('nonsense')}<t:FolderId Id="abc"/>`)
    expect(codes(answer)).toEqual(['NoError', 'ErrorFolderNotFound', 'ErrorInvalidIdMalformed'])
  })
})

describe('EWS items', () => {
  const get = (id: string | undefined, inside = '', base = 'AllProperties') =>
    ask(`<m:GetItem>${shape(inside, base)}${itemIds(id)}</m:GetItem>`)

  behavior('documentation', 'are got with body, recipients and headers', async () => {
    const answer = await get(idIn(await thePhish()))
    expect(codes(answer)).toEqual(['NoError'])
    expect(all(answer, 'Body')[1]).toMatchObject({
      attributes: { BodyType: 'HTML' },
      text: expect.stringContaining('<html>') as unknown,
    })
    expect(all(answer, 'ToRecipients')[0]?.children.length).toBeGreaterThan(0)
    const headers = all(answer, 'InternetMessageHeader').map(({ attributes }) => attributes['HeaderName'])
    expect(headers).toContain('X-MS-Exchange-Organization-Network-Message-Id')
    const plain = await get(idIn(await thePhish()), '<t:BodyType>Text</t:BodyType>')
    expect(all(plain, 'Body')[1]?.attributes).toEqual({ BodyType: 'Text' })
  })

  behavior('documentation', 'are got as MIME', async () => {
    const answer = await get(idIn(await thePhish()), '<t:IncludeMimeContent>true</t:IncludeMimeContent>', 'IdOnly')
    const mime = Buffer.from(one(answer, 'MimeContent')!.text, 'base64').toString()
    expect(mime).toContain(phish.internetMessageId)
  })

  behavior('documentation', 'give their attachments', async () => {
    const found = await restricted(equal('item:HasAttachments', 'true'), folder('sentitems') + folder('inbox'))
    const item = await get(idIn(found))
    const [attachment] = all(item, 'FileAttachment')
    const id = attachment!.children.find(({ name }) => name === 'AttachmentId')!.attributes['Id']
    const answer = await ask(
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${id}"/></m:AttachmentIds></m:GetAttachment>`,
    )
    const size = attachment!.children.find(({ name }) => name === 'Size')!.text
    expect(Buffer.from(one(answer, 'Content')!.text, 'base64')).toHaveLength(Number(size))
    const none = await ask(
      '<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="abc"/></m:AttachmentIds></m:GetAttachment>',
    )
    expect(codes(none)).toEqual(['ErrorInvalidIdMalformed'])
  })

  behavior('documentation', 'get new ids when they are moved, and the old ones are gone', async () => {
    const before = idIn(await thePhish())
    const moved = await ask(
      `<m:MoveItem><m:ToFolderId>${folder('junkemail')}</m:ToFolderId>${itemIds(before)}</m:MoveItem>`,
    )
    const after = idIn(moved)
    expect([codes(moved), after === before]).toEqual([['NoError'], false])
    expect(idIn(await thePhish(folder('junkemail')))).toBe(after)
    expect(codes(await get(before))).toEqual(['ErrorItemNotFound'])
  })

  behavior('documentation', 'are deleted to Deleted Items, to Deletions and to Purges, and Graph sees it', async () => {
    const remove = (id: string | undefined, how: string) =>
      ask(`<m:DeleteItem DeleteType="${how}">${itemIds(id)}</m:DeleteItem>`)
    const steps = [
      ['MoveToDeletedItems', 'deleteditems'],
      ['SoftDelete', 'recoverableitemsdeletions'],
      ['HardDelete', 'recoverableitemspurges'],
    ] as const
    let where = 'inbox'
    for (const [how, to] of steps) {
      expect(codes(await remove(idIn(await thePhish(folder(where))), how))).toEqual(['NoError'])
      const id = idIn(await thePhish(folder((where = to))))
      const graphId = id!.replaceAll('/', '-').replaceAll('+', '_')
      const seen = await client.graph(
        `/v1.0/users/${recipient}/mailFolders/${to}/messages/${encodeURIComponent(graphId)}`,
      )
      expect(seen.json['internetMessageId']).toBe(phish.internetMessageId)
    }
    expect(codes(await remove(idIn(await thePhish(folder(where))), 'HardDelete'))).toEqual(['ErrorCannotDeleteObject'])
    expect(codes(await remove('x', 'Nonsense'))).toEqual(['ErrorSchemaValidation'])
  })

  behavior('documentation', 'are copied and stay where they are', async () => {
    const id = idIn(await thePhish())
    const copied = await ask(`<m:CopyItem><m:ToFolderId>${folder('drafts')}</m:ToFolderId>${itemIds(id)}</m:CopyItem>`)
    expect([codes(copied), idIn(await thePhish(folder('drafts')))]).toEqual([['NoError'], idIn(copied)])
    expect(idIn(await thePhish())).toBe(id)
  })

  behavior('documentation', 'are marked as read and given categories', async () => {
    const id = idIn(await thePhish())
    const set = (uri: string, inside: string) =>
      `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:Message>${inside}</t:Message></t:SetItemField>`
    const updates = `${set('message:IsRead', '<t:IsRead>true</t:IsRead>')}${set('item:Categories', '<t:Categories><t:String>Seen &amp; known</t:String></t:Categories>')}`
    const change = `<t:ItemChange><t:ItemId Id="${id}"/><t:Updates>${updates}</t:Updates></t:ItemChange>`
    const answer = await ask(
      `<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly"><m:ItemChanges>${change}</m:ItemChanges></m:UpdateItem>`,
    )
    expect([codes(answer), idIn(answer)]).toEqual([['NoError'], id])
    const now = await get(id)
    expect([texts(now, 'IsRead'), one(now, 'Categories')?.children[0]?.text]).toEqual([['true'], 'Seen & known'])
  })

  behavior('documentation', 'have a response each: one that is not there does not stop the others', async () => {
    const id = idIn(await thePhish())
    const answer = await ask(`<m:GetItem>${shape()}${itemIds(id, 'abc', `AAMk${'B'.repeat(140)}AAA=`)}</m:GetItem>`)
    expect(codes(answer)).toEqual(['NoError', 'ErrorInvalidIdMalformed', 'ErrorItemNotFound'])
  })

  behavior('documentation', 'of another mailbox are not found', async () => {
    const id = idIn(await thePhish())
    const truth = (await client.send('/_emu/ground-truth/phish')).json['recipients']!
    const answer = await ask(
      `<m:GetItem>${shape()}${itemIds(id)}</m:GetItem>`,
      acting(String(truth[1]!['userPrincipalName'])),
    )
    expect(codes(answer)).toEqual(['ErrorItemNotFound'])
  })
})

describe('EWS folders, people and synchronization', () => {
  const folderShape = '<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>'

  behavior('documentation', 'shows folders with their counts, recoverable ones too', async () => {
    const get = (name: string) =>
      ask(`<m:GetFolder>${folderShape}<m:FolderIds>${folder(name)}</m:FolderIds></m:GetFolder>`)
    const inbox = await get('inbox')
    expect(texts(inbox, 'DisplayName')).toEqual(['Inbox'])
    expect(Number(texts(inbox, 'TotalCount')[0])).toBe(all(await find(''), 'ItemId').length)
    expect(texts(await get('recoverableitemspurges'), 'DisplayName')).toEqual(['Purges'])
  })

  behavior('documentation', 'finds folders below others', async () => {
    const below = async (traversal: string, inside = '') =>
      texts(
        await ask(
          `<m:FindFolder Traversal="${traversal}">${folderShape}${inside}<m:ParentFolderIds>${folder('msgfolderroot')}</m:ParentFolderIds></m:FindFolder>`,
        ),
        'DisplayName',
      )
    const [shallow, deep] = [await below('Shallow'), await below('Deep')]
    expect(shallow).toContain('Inbox')
    expect(deep.length).toBeGreaterThan(shallow.length)
    const named = `<m:Restriction>${equal('folder:DisplayName', 'Invoices')}</m:Restriction>`
    expect(await below('Deep', named)).toEqual(['Invoices'])
  })

  behavior('documentation', 'resolves names', async () => {
    const resolve = (name: string) =>
      ask(
        `<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>${name}</m:UnresolvedEntry></m:ResolveNames>`,
      )
    expect(texts(await resolve(recipient), 'EmailAddress')).toEqual([recipient])
    expect(codes(await resolve('zzzzzz'))).toEqual(['ErrorNameResolutionNoResults'])
    expect(codes(await resolve('a'))).toEqual(['ErrorNameResolutionMultipleResults'])
  })

  behavior('documentation', 'lists inbox rules that Exchange made', async () => {
    const run = await client.withRoles(['Exchange.ManageAsApp'], 'https://outlook.office365.com', [
      '29232cdf-9323-42fd-ade2-1d097af3e4de',
    ])
    const Parameters = { Mailbox: recipient, Name: 'Away', ForwardTo: 'x@bad.example', StopProcessingRules: true }
    const body = { CmdletInput: { CmdletName: 'New-InboxRule', Parameters } }
    await run(`/adminapi/beta/${client.tenant.id}/InvokeCommand`, { method: 'POST', body })
    const answer = await ask(
      `<m:GetInboxRules><m:MailboxSmtpAddress>${recipient}</m:MailboxSmtpAddress></m:GetInboxRules>`,
    )
    expect(texts(answer, 'DisplayName')).toContain('Away')
    expect(texts(answer, 'EmailAddress')).toContain('x@bad.example')
  })

  behavior('documentation', 'synchronizes a folder, then only what changed', async () => {
    const sync = (state: string, most = 512) =>
      ask(
        `<m:SyncFolderItems>${shape()}<m:SyncFolderId>${folder('inbox')}</m:SyncFolderId>${state ? `<m:SyncState>${state}</m:SyncState>` : ''}<m:MaxChangesReturned>${most}</m:MaxChangesReturned></m:SyncFolderItems>`,
      )
    let answer = await sync('', 10)
    const created = all(answer, 'Create').length
    expect([created, texts(answer, 'IncludesLastItemInRange')]).toEqual([10, ['false']])
    while (texts(answer, 'IncludesLastItemInRange')[0] === 'false') answer = await sync(texts(answer, 'SyncState')[0]!)
    const id = idIn(await thePhish())
    await ask(`<m:DeleteItem DeleteType="SoftDelete">${itemIds(id)}</m:DeleteItem>`)
    answer = await sync(texts(answer, 'SyncState')[0]!)
    expect([all(answer, 'Create').length, all(answer, 'Delete').length, idIn(answer)]).toEqual([0, 1, id])
    answer = await sync(texts(answer, 'SyncState')[0]!)
    expect(one(answer, 'Changes')?.children).toEqual([])
    expect(codes(await sync('bm9uc2Vuc2U='))).toEqual(['ErrorInvalidSyncStateData'])
  })
})
