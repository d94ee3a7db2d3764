import type { EwsAddress, EwsMessage } from './ews.ts'
import { childOf, textOf, type XmlElement } from './xml.ts'

/** Items that are mail: the message, and what derives from it in Exchange's schema. */
const MESSAGES: ReadonlySet<string> = new Set([
  'Message',
  'MeetingCancellation',
  'MeetingMessage',
  'MeetingRequest',
  'MeetingResponse',
  'PostItem',
])

/** The id of any `<t:Item>`. */
export function idOf(item: XmlElement): string {
  const id = childOf(item, 'ItemId')?.attributes['Id']
  if (id === undefined) throw new Error(`its ${item.name} has no ItemId`)
  return id
}

/** A message; undefined for an item of another kind. @throws Error where it lacks what every item has. */
export function readMessage(item: XmlElement): EwsMessage | undefined {
  if (!MESSAGES.has(item.name)) return undefined
  const from = readAddress(childOf(item, 'From', 'Mailbox') ?? childOf(item, 'Sender', 'Mailbox'))
  const headers = childOf(item, 'InternetMessageHeaders')?.children.map(({ attributes, text }) => ({
    name: attributes['HeaderName'] ?? '',
    value: text,
  }))
  return {
    id: idOf(item),
    folderId: childOf(item, 'ParentFolderId')?.attributes['Id'] ?? '',
    isRead: textOf(item, 'IsRead') === 'true',
    hasAttachments: textOf(item, 'HasAttachments') === 'true',
    ...present('internetMessageId', textOf(item, 'InternetMessageId')),
    ...present('subject', childOf(item, 'Subject')?.text),
    ...present('receivedAt', textOf(item, 'DateTimeReceived')),
    ...present('from', from),
    ...present('headers', headers),
  }
}

/** Who it went to, of a message that was read with its recipients: lists that are empty are left out of an answer. */
export function readRecipients(item: XmlElement): Required<Pick<EwsMessage, 'to' | 'cc' | 'bcc'>> {
  const list = (name: string) => childOf(item, name)?.children.flatMap((each) => readAddress(each) ?? []) ?? []
  return { to: list('ToRecipients'), cc: list('CcRecipients'), bcc: list('BccRecipients') }
}

function readAddress(mailbox: XmlElement | undefined): EwsAddress | undefined {
  return mailbox && { name: textOf(mailbox, 'Name') ?? '', address: textOf(mailbox, 'EmailAddress') ?? '' }
}

function present<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>)
}
