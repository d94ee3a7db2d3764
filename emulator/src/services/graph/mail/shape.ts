import { random } from '#world/random.ts'
import type { Call } from '#services/graph/route.ts'
import type { MailAddress } from '#world/mail/item.ts'
import type { Mailbox, Message } from '#world/mail/mailbox.ts'

/** A message as Graph shows it. */

/** Properties of an ordinary reply, in Graph's order. */
const MESSAGE_PROPERTIES = [
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'categories',
  'receivedDateTime',
  'sentDateTime',
  'hasAttachments',
  'internetMessageId',
  'subject',
  'bodyPreview',
  'importance',
  'parentFolderId',
  'conversationId',
  'conversationIndex',
  'isDeliveryReceiptRequested',
  'isReadReceiptRequested',
  'isRead',
  'isDraft',
  'webLink',
  'inferenceClassification',
  'body',
  'sender',
  'from',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'flag',
]

/** Given only when selected. */
export const SELECTABLE_PROPERTIES = [...MESSAGE_PROPERTIES, 'internetMessageHeaders', 'uniqueBody']

/** What Mail.ReadBasic.All does not let a caller see. */
const CONTENT = new Set(['body', 'bodyPreview', 'uniqueBody', 'internetMessageHeaders'])

const immutableIds = (call: Call): boolean => prefers(call, /idtype\s*=\s*"?immutableid"?/i)
const plainBodies = (call: Call): boolean => prefers(call, /outlook\.body-content-type\s*=\s*"?text"?/i)

const prefers = (call: Call, preference: RegExp) => preference.test(call.request.headers['prefer'] ?? '')

/** `Preference-Applied` for what of `Prefer` was honored. */
export function preferenceApplied(call: Call): Record<string, string> {
  const applied = [
    immutableIds(call) ? 'IdType="ImmutableId"' : '',
    plainBodies(call) ? 'outlook.body-content-type="text"' : '',
  ].filter(Boolean)
  return applied.length > 0 ? { 'preference-applied': applied.join(', ') } : {}
}

/** The message with the properties selected; id and etag are always there. */
export function shapeMessage(call: Call, mailbox: Mailbox, message: Message, select: readonly string[] | undefined) {
  const mayRead = call.roles.has('Mail.Read') || call.roles.has('Mail.ReadWrite')
  const wanted = (select ?? MESSAGE_PROPERTIES).filter((name) => mayRead || !CONTENT.has(name))
  const key = changeKey(call, mailbox, message)
  const properties = getters(call, mailbox, message, key)
  return {
    '@odata.etag': `W/"${key}"`,
    ...Object.fromEntries(['id', ...wanted.filter((name) => name !== 'id')].map((name) => [name, properties[name]!()])),
  }
}

function getters(call: Call, mailbox: Mailbox, message: Message, key: string): Record<string, () => unknown> {
  const { item } = message
  const id = immutableIds(call) ? message.immutableId : message.id
  return {
    id: () => id,
    createdDateTime: () => time(item.receivedAt),
    lastModifiedDateTime: () => time(message.modifiedAt),
    changeKey: () => key,
    categories: () => message.categories,
    receivedDateTime: () => time(item.receivedAt),
    sentDateTime: () => time(sentAt(message)),
    hasAttachments: () => item.attachments.length > 0,
    internetMessageId: () => item.internetMessageId,
    subject: () => item.subject,
    bodyPreview: () => item.text.replaceAll(/\n+/g, '\r\n').slice(0, 255),
    importance: () => message.importance,
    parentFolderId: () => mailbox.folderId(message.folder),
    conversationId: () => conversationIdOf(message),
    conversationIndex: () => Buffer.from(item.conversation.replaceAll('-', ''), 'hex').toString('base64'),
    isDeliveryReceiptRequested: () => false,
    isReadReceiptRequested: () => false,
    isRead: () => message.isRead,
    isDraft: () => item.isDraft,
    webLink: () =>
      `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(id)}&exvsurl=1&viewmodel=ReadMessageItem`,
    inferenceClassification: () => (item.senderIp && item.folder !== 'inbox' ? 'other' : 'focused'),
    body: () => bodyOf(call, message),
    uniqueBody: () => bodyOf(call, message),
    sender: () => recipient(item.from),
    from: () => recipient(item.from),
    toRecipients: () => item.to.map(recipient),
    ccRecipients: () => item.cc.map(recipient),
    bccRecipients: () => [],
    replyTo: () => [],
    flag: () => message.flag,
    internetMessageHeaders: () => headersOf(message).map(([name, value]) => ({ name, value })),
  }
}

export const conversationIdOf = ({ item }: Message): string =>
  `AAQkA${Buffer.from(`conversation${item.conversation}`).toString('base64url')}=`

const recipient = ({ name, address }: MailAddress) => ({ emailAddress: { name, address } })

const bodyOf = (call: Call, message: Message) =>
  plainBodies(call)
    ? { contentType: 'text', content: message.item.text.replaceAll('\n', '\r\n') }
    : { contentType: 'html', content: htmlOf(message.item.text) }

export function htmlOf(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const linked = escaped.replaceAll(/https:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`)
  const paragraphs = linked.split('\n\n').map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`)
  const head = '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
  return `${head}<body>${paragraphs.join('')}</body></html>`
}

/** Graph counts mail time in whole seconds. */
const time = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

/** Mail is sent a moment before it is received. */
export const sentAt = ({ item }: Message): number => item.receivedAt - (item.isDraft ? 0 : 2000)

const changeKey = (call: Call, mailbox: Mailbox, message: Message) =>
  `CQAAABYAAAD${Buffer.from(random(call.tenant.world.seed, 'key', mailbox.person.index, message.item.key, message.version).hex(36), 'hex').toString('base64')}`

/** Internet headers, as an Exchange Online mailbox has them. */
export function headersOf({ item }: Message): [string, string][] {
  const domain = item.from.address.split('@')[1]!
  const outside = item.senderIp !== null
  return [
    ...(outside
      ? ([
          [
            'Received',
            `from mail.${domain} (${item.senderIp}) by inbound.protection.outlook.example with SMTP; ${rfcDate(item.receivedAt)}`,
          ],
          [
            'Authentication-Results',
            `spf=pass (sender IP is ${item.senderIp}) smtp.mailfrom=${domain}; dkim=pass header.d=${domain}; dmarc=pass action=none header.from=${domain};compauth=pass reason=100`,
          ],
          ['Return-Path', item.from.address],
          ['X-Sender-IP', item.senderIp!],
        ] as [string, string][])
      : []),
    ['From', `${item.from.name} <${item.from.address}>`],
    ['To', item.to.map(({ name, address }) => `${name} <${address}>`).join(', ')],
    ['Subject', item.subject],
    ['Date', rfcDate(item.receivedAt - 2000)],
    ['Message-ID', item.internetMessageId],
    ['Content-Type', 'text/html; charset="utf-8"'],
    ['MIME-Version', '1.0'],
    ['X-MS-Exchange-Organization-Network-Message-Id', item.networkMessageId],
    ['X-MS-Exchange-Organization-SCL', item.folder === 'junkemail' ? '5' : outside ? '1' : '-1'],
    ['X-MS-Exchange-Organization-AuthSource', 'emulator.prod.outlook.example'],
  ]
}

const rfcDate = (milliseconds: number) => new Date(milliseconds).toUTCString().replace('GMT', '+0000')
