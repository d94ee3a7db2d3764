import type { EcsEvent } from '#domain/event.ts'
import type { Meaning } from '#normalize/ecs/categories.ts'
import { integerOf, isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { count, quote, tell } from '#normalize/sentence.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { attachmentsOf } from './attachments.ts'
import type { AuditRecord } from './audit-record.ts'
import { addressesIn, mailboxOf, mentionServer } from './exchange.ts'
import { wordsOf } from './operation.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

/** What people and programs do in mailboxes: send, read, move, delete, grant access to folders. */
export const exchangeItem: Subject = {
  name: 'exchange-item',
  recordTypes: [2, 3, 19, 50, 101],
  run(record, event) {
    setMeaning(event, meaningOf(record.operation))
    setOutcome(record, event)
    record.target = parseUser(record.audit.MailboxOwnerUPN)
    if (record.target !== undefined) event.user = { ...record.actor, target: record.target }
    const items = itemsOf(record.audit)
    for (const item of items) {
      record.mentioned.messageIds.push(textOf(item.InternetMessageId))
      if (isObject(item.ParentFolder)) record.mentioned.users.push(...addressesIn(item.ParentFolder.MemberUpn))
    }
    const email = emailOf(items, record.audit)
    if (email !== undefined) event.email = email
    setInboxRule(record, event)
    mentionServer(record)
    tell(event, sentence(record, event, items))
  },
}

const meaningOf = byOperation((operation): Meaning => {
  if (operation === 'MailboxLogin') return { category: ['authentication'], type: ['start'] }
  if (/Permissions?$|Delegation$/.test(operation)) return { category: ['iam'], type: ['change'] }
  if (operation === 'UpdateInboxRules') return { category: ['configuration'], type: ['change'] }
  return { category: ['email'], type: ['info'] }
})

/** The messages of a record, wherever its type puts them. */
function itemsOf(audit: JsonObject): JsonObject[] {
  const folders = objectsOf(audit.Folders).flatMap((folder) => objectsOf(folder.FolderItems))
  return [...(isObject(audit.Item) ? [audit.Item] : []), ...objectsOf(audit.AffectedItems), ...folders]
}

/** Rules made in Outlook arrive here, not as a cmdlet: name and actions are in `OperationProperties`. */
function setInboxRule({ audit, operation, mentioned }: AuditRecord, event: EcsEvent): void {
  if (operation !== 'UpdateInboxRules' || !isObject(audit.OperationProperties)) return
  const { RuleName, RuleActions } = audit.OperationProperties
  const name = textOf(RuleName)
  if (name !== undefined) event.rule = { name }
  mentioned.users.push(...addressesIn(JSON.stringify(RuleActions)))
}

/** ECS `email.*` of one message; of several their ids alone, which is what they are looked for by. */
function emailOf(items: readonly JsonObject[], audit: JsonObject): JsonObject | undefined {
  const [item] = items
  if (item === undefined) return undefined
  if (items.length > 1) {
    const ids = new Set(items.flatMap(({ InternetMessageId }) => textOf(InternetMessageId) ?? []))
    return ids.size === 0 ? undefined : { message_id: [...ids] }
  }
  const email: JsonObject = {}
  const messageId = textOf(item.InternetMessageId)
  const subject = textOf(item.Subject)
  const sender = textOf(audit.SendAsUserSmtp) ?? textOf(audit.SendOnBehalfOfUserSmtp)
  const recipients = objectsOf(audit.recipientList).map((recipient) => textOf(recipient.Address)?.toLowerCase())
  if (messageId !== undefined) email.message_id = messageId
  if (subject !== undefined) email.subject = subject
  if (sender !== undefined) email.from = { address: [sender.toLowerCase()] }
  if (recipients.length > 0) email.to = { address: recipients.filter((address) => address !== undefined) }
  const attachments = attachmentsOf(item.Attachments)
  if (attachments.length > 0) email.attachments = attachments
  return Object.keys(email).length > 0 ? email : undefined
}

function sentence(record: AuditRecord, event: EcsEvent, items: readonly JsonObject[]): string {
  const { audit, operation } = record
  const actor = nameOf(record.actor) ?? 'Someone'
  const subject = items.length === 1 ? textOf(items[0]?.Subject) : undefined
  const number = Math.max(items.length, integerOf(audit.OperationCount) ?? 0)
  const messages = subject === undefined ? (number === 0 ? 'an item' : count(number, 'message')) : quote(subject)
  const rule = isObject(event.rule) ? ` ${quote(String(event.rule.name))}` : 's'
  if (operation === 'UpdateInboxRules') return `${actor} changed inbox rule${rule} in ${mailboxOf(record)}`
  const verb = VERBS.get(operation)
  if (verb === undefined)
    return `${actor} performed "${wordsOf(operation) || 'an unnamed operation'}" in ${mailboxOf(record)}`
  return `${actor} ${verb(messages, folderOf(audit))} in ${mailboxOf(record)}`
}

/** Verb phrases by operation; "to" is the folder that the items went to. */
const VERBS: ReadonlyMap<string, (messages: string, to: string | undefined) => string> = new Map([
  ['Send', (messages: string) => `sent ${messages}`],
  ['SendAs', (messages: string) => `sent ${messages} as the owner`],
  ['SendOnBehalf', (messages: string) => `sent ${messages} on behalf of the owner`],
  ['Create', (messages: string) => `created ${messages}`],
  ['Update', (messages: string) => `changed ${messages}`],
  ['Copy', (messages: string, to?: string) => `copied ${messages}${to === undefined ? '' : ` to ${to}`}`],
  ['Move', (messages: string, to?: string) => `moved ${messages}${to === undefined ? '' : ` to ${to}`}`],
  ['MoveToDeletedItems', (messages: string) => `moved ${messages} to Deleted Items`],
  ['SoftDelete', (messages: string) => `deleted ${messages} from Deleted Items`],
  ['HardDelete', (messages: string) => `permanently deleted ${messages}`],
  ['MailItemsAccessed', (messages: string) => `read ${messages}`],
  ['MessageBind', (messages: string) => `opened ${messages}`],
])

/** The name of the folder that items went to; its path starts with a backslash. */
function folderOf(audit: JsonObject): string | undefined {
  const path = isObject(audit.DestFolder) ? textOf(audit.DestFolder.Path) : undefined
  return path === undefined ? undefined : path.replace(/^\\/, '')
}
