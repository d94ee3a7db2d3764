import { GraphError, badRequest } from '#services/graph/errors.ts'
import { list, object, oneOf, text, texts, truth } from '#services/graph/read-value.ts'
import type { InboxRule, RuleActions, RulePredicates } from '#world/mail/rules.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'

import { readRecipients } from './read-message.ts'

/** Inbox rules as clients write them, property by property. */

export const invalidRule = (message: string) => new GraphError(400, 'ErrorInvalidRequest', message)

/** What a body gives of a rule, checked. @throws GraphError. */
export function readRule(mailbox: Mailbox, body: Record<string, unknown>): Partial<InboxRule> {
  const rule: Partial<InboxRule> = {}
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@') || ['id', 'isReadOnly', 'hasError'].includes(name)) continue
    if (name === 'displayName') rule.displayName = text(value, name)
    else if (name === 'sequence') rule.sequence = positive(value)
    else if (name === 'isEnabled') rule.isEnabled = truth(value, name)
    else if (name === 'conditions' || name === 'exceptions') rule[name] = readPredicates(value, name)
    else if (name === 'actions') rule.actions = readActions(mailbox, value)
    else throw badRequest(`The property '${name}' does not exist on type 'microsoft.graph.messageRule'.`)
  }
  return rule
}

function positive(value: unknown): number {
  if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > 2_147_483_647)
    throw invalidRule('The sequence of a rule must be a positive whole number.')
  return Number(value)
}

const IMPORTANCE = ['low', 'normal', 'high'] as const
const SENSITIVITY = ['normal', 'personal', 'private', 'confidential'] as const
const FLAGS = [
  'any',
  'call',
  'doNotForward',
  'followUp',
  'fyi',
  'forward',
  'noResponseNecessary',
  'read',
  'reply',
].concat(['replyToAll', 'review'])
const WORDS = /^(body|bodyOrSubject|header|recipient|sender|subject)Contains$|^categories$/
const YES_OR_NO =
  /^(hasAttachments|is(ApprovalRequest|AutomaticForward|AutomaticReply|Encrypted|MeetingRequest|MeetingResponse|NonDeliveryReport|PermissionControlled|ReadReceipt|Signed|Voicemail)|notSentToMe|sent(CcMe|OnlyToMe|ToMe|ToOrCcMe))$/

function readPredicates(value: unknown, of: string): RulePredicates {
  if (value === null) return {}
  const read = Object.entries(object(value, of)).flatMap(([name, given]) => {
    if (name.startsWith('@') || given === null || (Array.isArray(given) && given.length === 0)) return []
    return [[name, readPredicate(name, given)] as const]
  })
  return Object.fromEntries(read)
}

function readPredicate(name: string, value: unknown): unknown {
  if (WORDS.test(name)) return texts(value, name)
  if (YES_OR_NO.test(name)) return truth(value, name)
  if (name === 'fromAddresses' || name === 'sentToAddresses') return readRecipients(list(value, name), name)
  if (name === 'importance') return oneOf(IMPORTANCE, value, name)
  if (name === 'sensitivity') return oneOf(SENSITIVITY, value, name)
  if (name === 'messageActionFlag') return oneOf(FLAGS, value, name)
  if (name === 'withinSizeRange') {
    const { minimumSize, maximumSize } = object(value, name)
    return { ...sizeOf('minimumSize', minimumSize), ...sizeOf('maximumSize', maximumSize) }
  }
  throw badRequest(`The property '${name}' does not exist on type 'microsoft.graph.messageRulePredicates'.`)
}

function sizeOf(name: string, value: unknown) {
  if (value === undefined || value === null) return {}
  if (!Number.isInteger(value) || Number(value) < 0) throw invalidRule(`The value of '${name}' is not valid.`)
  return { [name]: value }
}

function readActions(mailbox: Mailbox, value: unknown): RuleActions {
  const read = Object.entries(object(value, 'actions')).flatMap(([name, given]) => {
    if (name.startsWith('@') || given === null || (Array.isArray(given) && given.length === 0)) return []
    return [[name, readAction(mailbox, name, given)] as const]
  })
  return Object.fromEntries(read)
}

function readAction(mailbox: Mailbox, name: string, value: unknown): unknown {
  if (name === 'moveToFolder' || name === 'copyToFolder') {
    const folder = mailbox.folder(text(value, name))
    if (!folder)
      throw new GraphError(404, 'ErrorFolderNotFound', 'The specified folder could not be found in the store.')
    return folder.key
  }
  if (/^(delete|permanentDelete|markAsRead|stopProcessingRules)$/.test(name)) return truth(value, name)
  if (/^(forwardTo|forwardAsAttachmentTo|redirectTo)$/.test(name)) return readRecipients(list(value, name), name)
  if (name === 'assignCategories') return texts(value, name)
  if (name === 'markImportance') return oneOf(IMPORTANCE, value, name)
  throw badRequest(`The property '${name}' does not exist on type 'microsoft.graph.messageRuleActions'.`)
}
