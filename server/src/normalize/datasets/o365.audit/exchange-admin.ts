import type { EventCategory, EventType, Meaning } from '#normalize/ecs/categories.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { quote, tell } from '#normalize/sentence.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { addressesIn, mailboxOf, mentionServer } from './exchange.ts'
import type { AuditRecord } from './audit-record.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

/** Exchange cmdlets that change something: inbox rules, forwarding, permissions, transport rules. */
export const exchangeAdmin: Subject = {
  name: 'exchange-admin',
  recordTypes: [1, 10, 18, 23],
  run(record, event) {
    const parameters = isObject(record.audit.Parameters) ? record.audit.Parameters : {}
    setMeaning(event, meaningOf(record.operation))
    setOutcome(record, event)
    const target = [parameters.Mailbox, parameters.Identity, record.audit.ObjectId].find(isMail)
    if (target !== undefined) {
      record.target = parseUser(target)
      event.user = { ...record.actor, target: record.target }
    }
    const rule = INBOX_RULE.test(record.operation) ? ruleOf(parameters) : undefined
    if (rule !== undefined) event.rule = rule
    for (const name of NAMING) {
      if (parameters[name] !== undefined) record.mentioned.users.push(...addressesIn(parameters[name]))
    }
    mentionServer(record)
    tell(event, `${nameOf(record.actor) ?? 'Someone'} ${deed(record, parameters)}`)
  },
}

const INBOX_RULE = /-InboxRule$/

/** Parameters that send mail elsewhere, of rules and of mailboxes. */
const DESTINATIONS = ['ForwardTo', 'RedirectTo', 'ForwardAsAttachmentTo', 'ForwardingSmtpAddress', 'ForwardingAddress']

/** Parameters that name people besides: who gets access, who gets a copy. */
const PEOPLE = ['User', 'Trustee', 'Member', 'CopyTo', 'BlindCopyTo', 'RedirectMessageTo']
const NAMING = [...DESTINATIONS, ...PEOPLE]

function isMail(value: unknown): value is string {
  return typeof value === 'string' && /^[^\s@/\\]+@[^\s@/\\]+$/.test(value)
}

function ruleOf(parameters: JsonObject): { name: string } | undefined {
  const name = textOf(parameters.Name) ?? textOf(parameters.Identity)
  return name === undefined ? undefined : { name }
}

const meaningOf = byOperation((operation): Meaning => {
  const [verb = '', noun = ''] = operation.split('-', 2)
  const category: EventCategory =
    /Permission|Role|Group|User|Mailbox$/.test(noun) && verb !== 'Set' ? 'iam' : 'configuration'
  const change: EventType = /Permission|Member/.test(noun) ? 'change' : (CHANGES.get(verb) ?? 'change')
  if (category === 'iam' && change === 'access') return { category: ['iam'], type: ['info'] }
  return { category: [category], type: [change] }
})

/** What the verb of a cmdlet does to its noun; every other verb changes it. */
const CHANGES: ReadonlyMap<string, EventType> = new Map([
  ['New', 'creation'],
  ['Add', 'creation'],
  ['Install', 'creation'],
  ['Remove', 'deletion'],
  ['Uninstall', 'deletion'],
  ['Get', 'access'],
  ['Search', 'access'],
  ['Test', 'access'],
])

function deed(record: AuditRecord, parameters: JsonObject): string {
  const { operation } = record
  const mailbox = mailboxOf(record)
  if (INBOX_RULE.test(operation)) {
    const verb = RULE_VERBS.get(operation) ?? 'changed'
    const name = textOf(parameters.Name) ?? textOf(parameters.Identity)
    return `${verb} inbox rule${name === undefined ? '' : ` ${quote(name)}`}${effects(parameters)}${
      record.target === undefined ? '' : ` in ${mailbox}`
    }`
  }
  const destination = DESTINATIONS.flatMap((field) => addressesIn(parameters[field]))
  if (operation === 'Set-Mailbox' && destination.length > 0) {
    const owner = record.target === undefined ? `mailbox ${quote(textOf(parameters.Identity) ?? 'unnamed')}` : mailbox
    return `set ${owner} to forward to ${destination.join(', ')}`
  }
  const object = nameOf(record.target) ?? textOf(parameters.Identity) ?? textOf(record.audit.ObjectId)
  return `ran ${operation || 'a cmdlet'}${object === undefined ? '' : ` on ${quote(object)}`}`
}

const RULE_VERBS: ReadonlyMap<string, string> = new Map([
  ['New-InboxRule', 'created'],
  ['Set-InboxRule', 'changed'],
  ['Enable-InboxRule', 'enabled'],
  ['Disable-InboxRule', 'disabled'],
  ['Remove-InboxRule', 'removed'],
])

/** What an inbox rule does to mail, as far as its parameters tell. */
function effects(parameters: JsonObject): string {
  const destinations = DESTINATIONS.flatMap((field) => addressesIn(parameters[field]))
  const folder = textOf(parameters.MoveToFolder)
  const parts = [
    destinations.length > 0 ? `forwards to ${destinations.join(', ')}` : '',
    isTrue(parameters.DeleteMessage) ? 'deletes the message' : '',
    folder === undefined ? '' : `moves it to ${quote(folder)}`,
    isTrue(parameters.MarkAsRead) ? 'marks it as read' : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : ` that ${parts.join(' and ')}`
}

function isTrue(value: unknown): boolean {
  return textOf(typeof value === 'boolean' ? String(value) : value)?.toLowerCase() === 'true'
}
