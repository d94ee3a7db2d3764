import { GraphError } from '#services/graph/errors.ts'
import { allowOptions, readSkip, readTop } from '#services/graph/odata/options.ts'
import { inboxRules, ruleId, ruleKey } from '#world/mail/rules.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { InboxRule, RulePredicates } from '#world/mail/rules.ts'
import type { MailAddress } from '#world/mail/item.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'

import { auditCmdlet } from './audit.ts'
import { contextOf, folderOf, itemNotFound, mailboxOf, topTooLarge } from './mailbox-of.ts'
import { invalidRule, readRule } from './read-rule.ts'
import { recipient } from './shape.ts'

/** Inbox rules. Hidden ones are not to be seen here, nor changed. */

export function listRules(call: Call): Reply {
  const { query } = call.request
  allowOptions(query, ['$top', '$skip', '$count'])
  const mailbox = inboxOnly(call)
  const rules = visible(call, mailbox)
  const [top, skip] = [readTop(query, 1000, 1000, topTooLarge), readSkip(query)]
  const next = skip + top
  return {
    status: 200,
    body: {
      '@odata.context': contextOf(call, "mailFolders('inbox')/messageRules"),
      ...(query.get('$count')?.toLowerCase() === 'true' ? { '@odata.count': rules.length } : {}),
      value: rules.slice(skip, next).map((rule) => shape(mailbox, rule)),
      ...(next < rules.length
        ? {
            '@odata.nextLink': `${call.request.origin}${call.request.path}?${query.with({ $skip: String(next) })}`,
          }
        : {}),
    },
  }
}

export function getRule(call: Call): Reply {
  const mailbox = inboxOnly(call)
  return { status: 200, body: entity(call, mailbox, ruleOf(call, mailbox)) }
}

/** `POST`: 201 and the rule. */
export function createRule(call: Call): Reply {
  const mailbox = inboxOnly(call)
  const body = readJson(call.request)
  const given = readRule(mailbox, body)
  if (!given.displayName) throw invalidRule('The name of the rule is missing.')
  if (!given.actions || Object.keys(given.actions).length === 0) throw invalidRule('The rule has no action.')
  const last = Math.max(0, ...visible(call, mailbox).map(({ sequence }) => sequence))
  const rule: InboxRule = {
    id: ruleId(call.tenant.newId(`rule ${mailbox.person.index}`)),
    displayName: given.displayName,
    sequence: given.sequence ?? last + 1,
    isEnabled: given.isEnabled ?? true,
    isHidden: false,
    isReadOnly: false,
    hasError: false,
    conditions: given.conditions ?? {},
    exceptions: given.exceptions ?? {},
    actions: given.actions,
  }
  save(call, mailbox, rule, 'New-InboxRule')
  return { status: 201, body: entity(call, mailbox, rule) }
}

/** `PATCH`: 200 and the rule. */
export function updateRule(call: Call): Reply {
  const mailbox = inboxOnly(call)
  const rule = ruleOf(call, mailbox)
  if (rule.isReadOnly)
    throw new GraphError(403, 'ErrorAccessDenied', 'The rule cannot be changed through this interface.')
  const changed = { ...rule, ...readRule(mailbox, readJson(call.request)) }
  save(call, mailbox, changed, 'Set-InboxRule')
  return { status: 200, body: entity(call, mailbox, changed) }
}

/** `DELETE`: 204. */
export function deleteRule(call: Call): Reply {
  const mailbox = inboxOnly(call)
  const rule = ruleOf(call, mailbox)
  call.tenant.objects(inboxRules).remove(ruleKey(mailbox.person, rule.id))
  auditCmdlet(call, mailbox, 'Remove-InboxRule', objectId(call, mailbox, rule), { Identity: rule.displayName })
  return { status: 204 }
}

function inboxOnly(call: Call): Mailbox {
  const mailbox = mailboxOf(call)
  if (folderOf(mailbox, call.params['folder'] ?? 'inbox').key !== 'inbox')
    throw new GraphError(400, 'ErrorInvalidRequest', 'Message rules exist in the inbox only.')
  return mailbox
}

const visible = (call: Call, { person }: Mailbox): InboxRule[] =>
  [...call.tenant.objects(inboxRules).of(person.id)]
    .filter(({ isHidden }) => !isHidden)
    .sort((a, b) => a.sequence - b.sequence)

function ruleOf(call: Call, mailbox: Mailbox): InboxRule {
  const rule = visible(call, mailbox).find(({ id }) => id === call.params['rule'])
  if (!rule) throw itemNotFound()
  return rule
}

const objectId = ({ tenant }: Call, { person }: Mailbox, { displayName }: InboxRule) =>
  `${tenant.world.initialDomain}\\${person.id}\\${displayName}`

function save(call: Call, mailbox: Mailbox, rule: InboxRule, cmdlet: string): void {
  call.tenant.objects(inboxRules).put(ruleKey(mailbox.person, rule.id), rule)
  auditCmdlet(call, mailbox, cmdlet, objectId(call, mailbox, rule), { Name: rule.displayName, ...parametersOf(rule) })
}

/** What `New-InboxRule` would have been given. */
function parametersOf({ conditions, actions }: InboxRule): Record<string, string> {
  const all = { ...conditions, ...actions } as Record<string, unknown>
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [CMDLET_NAMES[name] ?? name, written(value)]))
}

/** As a cmdlet's parameter stands in an audit record. */
function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(';')
  if (typeof value === 'object' && value !== null)
    return (value as { address?: string }).address ?? JSON.stringify(value)
  return value === true ? 'True' : value === false ? 'False' : String(value)
}

const CMDLET_NAMES: Record<string, string> = {
  subjectContains: 'SubjectContainsWords',
  bodyContains: 'BodyContainsWords',
  bodyOrSubjectContains: 'SubjectOrBodyContainsWords',
  senderContains: 'FromAddressContainsWords',
  recipientContains: 'RecipientAddressContainsWords',
  headerContains: 'HeaderContainsWords',
  fromAddresses: 'From',
  sentToAddresses: 'SentTo',
  hasAttachments: 'HasAttachment',
  importance: 'WithImportance',
  moveToFolder: 'MoveToFolder',
  copyToFolder: 'CopyToFolder',
  delete: 'DeleteMessage',
  permanentDelete: 'DeleteMessage',
  forwardTo: 'ForwardTo',
  forwardAsAttachmentTo: 'ForwardAsAttachmentTo',
  redirectTo: 'RedirectTo',
  markAsRead: 'MarkAsRead',
  markImportance: 'MarkImportance',
  assignCategories: 'ApplyCategory',
  stopProcessingRules: 'StopProcessingRules',
}

const entity = (call: Call, mailbox: Mailbox, rule: InboxRule) => ({
  '@odata.context': contextOf(call, "mailFolders('inbox')/messageRules/$entity"),
  ...shape(mailbox, rule),
})

/** The Graph shows addresses of recipients, and folders by their ids. */
function shape(mailbox: Mailbox, rule: InboxRule) {
  const { id, displayName, sequence, isEnabled, hasError, isReadOnly, conditions, exceptions, actions } = rule
  const { moveToFolder, copyToFolder, forwardTo, forwardAsAttachmentTo, redirectTo, ...plain } = actions
  const shown = {
    ...plain,
    ...(moveToFolder ? { moveToFolder: mailbox.folderId(moveToFolder) } : {}),
    ...(copyToFolder ? { copyToFolder: mailbox.folderId(copyToFolder) } : {}),
    ...named({ forwardTo, forwardAsAttachmentTo, redirectTo }),
  }
  return {
    id,
    displayName,
    sequence,
    isEnabled,
    hasError,
    isReadOnly,
    ...(Object.keys(conditions).length > 0 ? { conditions: predicates(conditions) } : {}),
    ...(Object.keys(exceptions).length > 0 ? { exceptions: predicates(exceptions) } : {}),
    actions: shown,
  }
}

const predicates = ({ fromAddresses, sentToAddresses, ...plain }: RulePredicates) => ({
  ...plain,
  ...named({ fromAddresses, sentToAddresses }),
})

const named = (lists: Record<string, readonly MailAddress[] | undefined>) =>
  Object.fromEntries(
    Object.entries(lists).flatMap(([name, all]) => (all === undefined ? [] : [[name, all.map(recipient)]])),
  )
