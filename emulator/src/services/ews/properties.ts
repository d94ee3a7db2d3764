import { extendedOf } from '#services/graph/mail/extended.ts'
import { headersOf, mimeOf, sentAt } from '#world/mail/mime.ts'
import { htmlOf } from '#world/mail/html.ts'
import { random } from '#world/random.ts'
import { sizeOf, sizeOfItem } from '#world/mail/item.ts'
import type { MailAddress } from '#world/mail/item.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { Tenant } from '#cloud.ts'

import { badProperty, badSchema } from './errors.ts'
import { child, escapeXml, leaf, tag, textOf } from './xml.ts'
import { ewsId } from './call.ts'
import type { Element } from './xml.ts'

/** Properties of messages by their `FieldURI`, in the order of the schema. */

/** A message with what is needed to show it. */
export interface Shown {
  tenant: Tenant
  mailbox: Mailbox
  message: Message
}

interface Property {
  uri: string
  /** The smallest shape that has it; `asked` for those that are given only when asked for. */
  shape: 'Default' | 'AllProperties' | 'asked'
  /** False for what FindItem does not give. */
  inFind?: boolean
  render: (shown: Shown, shape: Shape) => string
  /** What restrictions and orders compare. */
  value?: (shown: Shown) => Value
}

/** Texts are compared one by one: of an address its name and the address. Times are milliseconds. */
export type Value = number | boolean | readonly string[]

export interface Shape {
  base: 'IdOnly' | 'Default' | 'AllProperties'
  uris: ReadonlySet<string>
  extended: readonly Element[]
  mime: boolean
  plain: boolean
}

const time = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
const mailboxXml = ({ name, address }: MailAddress) =>
  tag('t:Mailbox', leaf('t:Name', name) + leaf('t:EmailAddress', address) + leaf('t:RoutingType', 'SMTP'))
const list = (name: string, people: readonly MailAddress[]) =>
  people.length === 0 ? '' : tag(name, people.map(mailboxXml).join(''))
const names = (people: readonly MailAddress[]) => people.map(({ name, address }) => name || address)
const searched = (people: readonly MailAddress[]) => people.flatMap(({ name, address }) => [name, address])
const capital = (word: string) => `${word[0]!.toUpperCase()}${word.slice(1)}`
const files = ({ item }: Message) => item.attachments.filter(({ isInline }) => !isInline)
const classOf = ({ item }: Message) =>
  item.meeting ? `IPM.Schedule.Meeting.${item.meeting.kind === 'request' ? 'Request' : 'Resp.Pos'}` : 'IPM.Note'
const topicOf = ({ item }: Message) => item.subject.replace(/^((re|fw|fwd)\s*:\s*)+/i, '')

const text = (name: string, read: (message: Message) => string): Pick<Property, 'render' | 'value'> => ({
  render: ({ message }) => leaf(`t:${name}`, read(message)),
  value: ({ message }) => [read(message)],
})
const flag = (name: string, read: (message: Message) => boolean): Pick<Property, 'render' | 'value'> => ({
  render: ({ message }) => leaf(`t:${name}`, read(message)),
  value: ({ message }) => read(message),
})
const moment = (name: string, read: (message: Message) => number): Pick<Property, 'render' | 'value'> => ({
  render: ({ message }) => leaf(`t:${name}`, time(read(message))),
  value: ({ message }) => read(message),
})
const people = (
  name: string,
  read: (message: Message) => readonly MailAddress[],
): Pick<Property, 'render' | 'value'> => ({
  render: ({ message }) => list(`t:${name}`, read(message)),
  value: ({ message }) => searched(read(message)),
})

export const itemId = ({ tenant, mailbox, message }: Shown): string =>
  tag('t:ItemId', '', { Id: ewsId(message.id), ChangeKey: changeKey(tenant, mailbox, message) })

const changeKey = (tenant: Tenant, { person }: Mailbox, { item, version }: Message): string =>
  `CQAAABYAAAD${Buffer.from(random(tenant.world.seed, 'key', person.index, item.key, version).hex(36), 'hex').toString('base64')}`

const PROPERTIES: readonly Property[] = [
  {
    uri: 'item:MimeContent',
    shape: 'asked',
    inFind: false,
    render: ({ message }) => tag('t:MimeContent', mimeOf(message.item).toString('base64'), { CharacterSet: 'UTF-8' }),
  },
  { uri: 'item:ItemId', shape: 'asked', render: () => '' },
  {
    uri: 'item:ParentFolderId',
    shape: 'AllProperties',
    render: ({ mailbox, message }) =>
      tag('t:ParentFolderId', '', { Id: ewsId(mailbox.folderId(message.folder)), ChangeKey: 'AQAAAA==' }),
  },
  { uri: 'item:ItemClass', shape: 'AllProperties', ...text('ItemClass', classOf) },
  { uri: 'item:Subject', shape: 'Default', ...text('Subject', ({ item }) => item.subject) },
  { uri: 'item:Sensitivity', shape: 'Default', ...text('Sensitivity', () => 'Normal') },
  {
    uri: 'item:Body',
    shape: 'Default',
    inFind: false,
    render: ({ message: { item } }, { plain }) =>
      plain || item.isPlain
        ? tag('t:Body', escapeXml(item.text.replaceAll('\n', '\r\n')), { BodyType: 'Text' })
        : tag('t:Body', escapeXml(htmlOf(item)), { BodyType: 'HTML' }),
    value: ({ message }) => [message.item.text],
  },
  {
    uri: 'item:Attachments',
    shape: 'Default',
    inFind: false,
    render: ({ message }) => {
      const all = message.item.attachments.map((_, i) => attachmentXml(message, i, ''))
      return all.length === 0 ? '' : tag('t:Attachments', all.join(''))
    },
    value: ({ message }) => message.item.attachments.map(({ name }) => name),
  },
  {
    uri: 'item:DateTimeReceived',
    shape: 'AllProperties',
    ...moment('DateTimeReceived', ({ item }) => item.receivedAt),
  },
  {
    uri: 'item:Size',
    shape: 'Default',
    render: ({ message }) => leaf('t:Size', sizeOfItem(message.item)),
    value: ({ message }) => sizeOfItem(message.item),
  },
  {
    uri: 'item:Categories',
    shape: 'AllProperties',
    render: ({ message: { categories } }) =>
      categories.length === 0 ? '' : tag('t:Categories', categories.map((each) => leaf('t:String', each)).join('')),
    value: ({ message }) => message.categories,
  },
  { uri: 'item:Importance', shape: 'AllProperties', ...text('Importance', ({ importance }) => capital(importance)) },
  { uri: 'item:IsDraft', shape: 'AllProperties', ...flag('IsDraft', ({ item }) => item.isDraft) },
  {
    uri: 'item:InternetMessageHeaders',
    shape: 'AllProperties',
    inFind: false,
    render: ({ message }) =>
      tag(
        't:InternetMessageHeaders',
        headersOf(message.item)
          .map(([name, value]) => tag('t:InternetMessageHeader', escapeXml(value), { HeaderName: name }))
          .join(''),
      ),
  },
  { uri: 'item:DateTimeSent', shape: 'Default', ...moment('DateTimeSent', ({ item }) => sentAt(item)) },
  { uri: 'item:DateTimeCreated', shape: 'AllProperties', ...moment('DateTimeCreated', ({ item }) => item.receivedAt) },
  { uri: 'item:DisplayCc', shape: 'AllProperties', ...text('DisplayCc', ({ item }) => names(item.cc).join('; ')) },
  { uri: 'item:DisplayTo', shape: 'AllProperties', ...text('DisplayTo', ({ item }) => names(item.to).join('; ')) },
  { uri: 'item:HasAttachments', shape: 'Default', ...flag('HasAttachments', (message) => files(message).length > 0) },
  {
    uri: 'item:LastModifiedTime',
    shape: 'AllProperties',
    ...moment('LastModifiedTime', ({ modifiedAt }) => modifiedAt),
  },
  {
    uri: 'item:ConversationId',
    shape: 'AllProperties',
    render: ({ message }) =>
      tag('t:ConversationId', '', {
        Id: `AAQkA${Buffer.from(`conversation${message.item.conversation}`).toString('base64')}`,
      }),
  },
  {
    uri: 'item:Flag',
    shape: 'AllProperties',
    render: ({ message }) => tag('t:Flag', leaf('t:FlagStatus', capital(message.flag.flagStatus))),
  },
  { uri: 'message:Sender', shape: 'AllProperties', ...people('Sender', ({ sender }) => [sender]) },
  { uri: 'message:ToRecipients', shape: 'Default', inFind: false, ...people('ToRecipients', ({ item }) => item.to) },
  { uri: 'message:CcRecipients', shape: 'Default', inFind: false, ...people('CcRecipients', ({ item }) => item.cc) },
  {
    uri: 'message:BccRecipients',
    shape: 'Default',
    inFind: false,
    ...people('BccRecipients', ({ item }) => item.bcc ?? []),
  },
  {
    uri: 'message:IsReadReceiptRequested',
    shape: 'Default',
    ...flag('IsReadReceiptRequested', ({ isReadReceiptRequested }) => isReadReceiptRequested),
  },
  {
    uri: 'message:IsDeliveryReceiptRequested',
    shape: 'Default',
    ...flag('IsDeliveryReceiptRequested', ({ isDeliveryReceiptRequested }) => isDeliveryReceiptRequested),
  },
  { uri: 'message:ConversationTopic', shape: 'AllProperties', ...text('ConversationTopic', topicOf) },
  { uri: 'message:From', shape: 'Default', ...people('From', ({ item }) => [item.from]) },
  {
    uri: 'message:InternetMessageId',
    shape: 'AllProperties',
    ...text('InternetMessageId', ({ item }) => item.internetMessageId),
  },
  { uri: 'message:IsRead', shape: 'Default', ...flag('IsRead', ({ isRead }) => isRead) },
  {
    uri: 'message:ReplyTo',
    shape: 'AllProperties',
    inFind: false,
    ...people('ReplyTo', ({ item }) => item.replyTo ?? []),
  },
]

const BY_URI = new Map(PROPERTIES.map((property) => [property.uri.toLowerCase(), property]))

const BASES = ['IdOnly', 'Default', 'AllProperties'] as const

/** `<m:ItemShape>`. @throws Fault ErrorSchemaValidation for shapes and properties that do not exist. */
export function readShape(element: Element | undefined, forFind: boolean): Shape {
  const base = BASES.find((each) => each === textOf(element, 'BaseShape'))
  if (!element || !base) throw badSchema("The 'BaseShape' element is invalid or missing.")
  const asked = child(element, 'AdditionalProperties')?.children ?? []
  const uris = asked.filter(({ name }) => name === 'FieldURI').map((each) => uriOf(each).toLowerCase())
  const bodyType = textOf(element, 'BodyType')
  if (forFind && uris.some((uri) => BY_URI.get(uri)!.inFind === false)) throw badProperty()
  return {
    base,
    uris: new Set(uris),
    extended: asked.filter(({ name }) => name === 'ExtendedFieldURI'),
    mime: textOf(element, 'IncludeMimeContent') === 'true',
    plain: bodyType === 'Text',
  }
}

function uriOf(element: Element): string {
  const uri = element.attributes['FieldURI'] ?? ''
  if (!BY_URI.has(uri.toLowerCase()))
    throw badSchema(`The 'FieldURI' attribute is invalid - The value '${uri}' is invalid according to its datatype.`)
  return uri
}

/** The message as `<t:Message>`. */
export function messageXml(shown: Shown, shape: Shape, forFind: boolean): string {
  const rank = BASES.indexOf(shape.base)
  const wanted = PROPERTIES.filter(
    ({ uri, shape: smallest, inFind = true }) =>
      (inFind || !forFind) &&
      (shape.uris.has(uri.toLowerCase()) ||
        (uri === 'item:MimeContent' && shape.mime) ||
        (smallest !== 'asked' && BASES.indexOf(smallest) <= rank)),
  )
  const parts = wanted.map((property) => property.render(shown, shape))
  const mime = wanted[0]?.uri === 'item:MimeContent' ? parts.shift() : ''
  const extended = shape.extended.map((each) => extendedXml(shown.message, each)).join('')
  const name = shown.message.item.meeting?.kind === 'request' ? 't:MeetingRequest' : 't:Message'
  return tag(name, `${mime}${itemId(shown)}${placeExtended(parts, wanted, extended)}`)
}

/** Extended properties stand between those of the item and those of the message. */
function placeExtended(parts: string[], wanted: readonly Property[], extended: string): string {
  const items = wanted.filter(({ uri }) => uri.startsWith('item:') && uri !== 'item:MimeContent').length
  return [...parts.slice(0, items), extended, ...parts.slice(items)].join('')
}

const SETS = new Map([
  ['PublicStrings', '{00020329-0000-0000-c000-000000000046}'],
  ['InternetHeaders', '{00020386-0000-0000-c000-000000000046}'],
  ['Common', '{00062008-0000-0000-c000-000000000046}'],
])

/** The value of an `<t:ExtendedFieldURI>`; undefined where the message has none. */
export function extendedValue(message: Message, { attributes }: Element): string | undefined {
  const { PropertyTag, PropertyName, PropertyId, PropertyType = 'String' } = attributes
  if (PropertyTag) {
    const number = Number(PropertyTag)
    if (!Number.isInteger(number)) throw badSchema(`The 'PropertyTag' attribute is invalid - '${PropertyTag}'.`)
    return extendedOf(message, `${PropertyType} 0x${number.toString(16)}`)
  }
  const set = attributes['PropertySetId'] ?? SETS.get(attributes['DistinguishedPropertySetId'] ?? '')
  if (attributes['DistinguishedPropertySetId'] === 'InternetHeaders')
    return headersOf(message.item).find(([name]) => name.toLowerCase() === PropertyName?.toLowerCase())?.[1]
  if (!set || (!PropertyName && !Number.isInteger(Number(PropertyId))))
    throw badSchema("The element 'ExtendedFieldURI' names no property.")
  const guid = set.startsWith('{') ? set : `{${set}}`
  const name = PropertyName ? `Name ${PropertyName}` : `Id 0x${Number(PropertyId).toString(16)}`
  return extendedOf(message, `${PropertyType} ${guid} ${name}`)
}

function extendedXml(message: Message, uri: Element): string {
  const value = extendedValue(message, uri)
  return value === undefined
    ? ''
    : tag('t:ExtendedProperty', tag('t:ExtendedFieldURI', '', uri.attributes) + leaf('t:Value', value))
}

/** What a restriction or an order compares: of a `<t:FieldURI>` or `<t:ExtendedFieldURI>`. @throws Fault. */
export function comparable(element: Element): (shown: Shown) => Value | undefined {
  if (element.name === 'ExtendedFieldURI')
    return ({ message }) => {
      const value = extendedValue(message, element)
      return value === undefined ? undefined : [value]
    }
  if (element.name !== 'FieldURI') throw badSchema(`The element '${element.name}' is no path to a property.`)
  const property = BY_URI.get(uriOf(element).toLowerCase())!
  if (!property.value) throw badProperty()
  return property.value
}

/** Ids of attachments: the item's, and which one it is. */
const attachmentId = (message: Message, i: number) =>
  `${ewsId(message.id).slice(0, -4)}AAABEgAQ${String(i).padStart(4, '0')}`

/** The item's id and the place of an attachment; undefined for text that is no such id. */
export function readAttachmentId(id: string): { item: string; place: number } | undefined {
  const found = /^(AAMk[A-Za-z\d+/]{20,})AAABEgAQ(\d{4})$/.exec(id)
  return found ? { item: `${found[1]}AAA=`, place: Number(found[2]) } : undefined
}

/** `<t:FileAttachment>` or `<t:ItemAttachment>`, with `content` inside. */
export function attachmentXml(message: Message, i: number, content: string): string {
  const each = message.item.attachments[i]!
  const common = [
    tag('t:AttachmentId', '', { Id: attachmentId(message, i) }),
    leaf('t:Name', each.name),
    leaf('t:ContentType', each.contentType),
    each.contentId ? leaf('t:ContentId', each.contentId) : '',
    leaf('t:Size', sizeOf(each)),
    leaf('t:LastModifiedTime', time(message.item.receivedAt)),
    leaf('t:IsInline', each.isInline ?? false),
    each.item ? '' : leaf('t:IsContactPhoto', false),
  ].join('')
  return tag(each.item ? 't:ItemAttachment' : 't:FileAttachment', common + content)
}
