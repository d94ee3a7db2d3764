import { inboxRules, ruleId, ruleKey } from '#world/mail/rules.ts'
import { pathOf } from '#world/mail/folders.ts'
import { NOTHING } from '#services/exchange-admin/cmdlet.ts'
import { findPerson, ownerNamed, readRecipient, shownRecipient } from '#services/exchange-admin/recipient.ts'
import { flag, list, number, oneOf, text, words } from '#services/exchange-admin/parameters.ts'
import { int32, uint64 } from '#services/exchange-admin/wire.ts'
import { notFound, refusedBecause } from '#services/exchange-admin/errors.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { Cell, Row } from '#services/exchange-admin/wire.ts'
import type { Declared, ListChange } from '#services/exchange-admin/parameters.ts'
import type { InboxRule, RuleActions, RulePredicates } from '#world/mail/rules.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Person } from '#world/directory.ts'
import type { Tenant } from '#cloud.ts'

import { auditedMailbox } from './mailbox.ts'

/** Inbox rules as Exchange shows them, hidden ones if asked for: the same objects that Graph lists. */

const IMPORTANCE = oneOf('Microsoft.Exchange.Data.Storage.Importance', 'Low', 'Normal', 'High')

/** Parameters that hold lists of words, and the predicate that each is. */
const WORDS = {
  SubjectContainsWords: 'subjectContains',
  BodyContainsWords: 'bodyContains',
  SubjectOrBodyContainsWords: 'bodyOrSubjectContains',
  FromAddressContainsWords: 'senderContains',
  RecipientAddressContainsWords: 'recipientContains',
  HeaderContainsWords: 'headerContains',
  HasClassification: 'categories',
} as const satisfies Record<string, keyof RulePredicates>

const PEOPLE = { From: 'fromAddresses', SentTo: 'sentToAddresses' } as const satisfies Record<
  string,
  keyof RulePredicates
>

const FLAGS = {
  HasAttachment: 'hasAttachments',
  MyNameInToBox: 'sentToMe',
  MyNameInCcBox: 'sentCcMe',
  MyNameInToOrCcBox: 'sentToOrCcMe',
  MyNameNotInToBox: 'notSentToMe',
  SentOnlyToMe: 'sentOnlyToMe',
} as const satisfies Record<string, keyof RulePredicates>

const FORWARDS = {
  ForwardTo: 'forwardTo',
  ForwardAsAttachmentTo: 'forwardAsAttachmentTo',
  RedirectTo: 'redirectTo',
} as const satisfies Record<string, keyof RuleActions>

const SWITCHES = {
  DeleteMessage: 'delete',
  MarkAsRead: 'markAsRead',
  StopProcessingRules: 'stopProcessingRules',
} as const satisfies Record<string, keyof RuleActions>

const keysOf = <T extends object>(object: T) => Object.keys(object) as (keyof T & string)[]
const declare = <T>(names: readonly string[], type: T) => Object.fromEntries(names.map((name) => [name, type]))

const CONTENT: Declared = {
  Name: text,
  Priority: number,
  ...declare([...keysOf(WORDS), ...keysOf(PEOPLE), ...keysOf(FORWARDS), 'ApplyCategory'], list),
  ...declare([...keysOf(FLAGS), ...keysOf(SWITCHES)], flag),
  WithImportance: IMPORTANCE,
  MarkImportance: IMPORTANCE,
  MoveToFolder: text,
  CopyToFolder: text,
}

/** What the real ones take besides, and nothing here heeds. */
const NOT_BUILT = [
  ...words(`
    FlaggedForAction FromSubscription MessageTypeMatches PinMessage ReceivedAfterDate ReceivedBeforeDate
    SendTextMessageNotificationTo SoftDeleteMessage DeleteSystemCategory ApplySystemCategory
    WithinSizeRangeMaximum WithinSizeRangeMinimum WithSensitivity FromMessage FromMessageId ValidateOnly
    SenderIs
  `),
  ...keysOf(WORDS).map((name) => `ExceptIf${name}`),
  ...keysOf(FLAGS).map((name) => `ExceptIf${name}`),
  ...words('ExceptIfFrom ExceptIfSentTo ExceptIfWithImportance ExceptIfFlaggedForAction ExceptIfWithSensitivity'),
]

const FORCE: Declared = { AlwaysDeleteOutlookRulesBlob: flag, Force: flag }
const ONE: Declared = { Identity: text, Mailbox: text, ...FORCE }

export const inboxRuleCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-InboxRule',
    area: 'inbox rules',
    parameters: {
      Identity: text,
      Mailbox: text,
      IncludeHidden: flag,
      BypassScopeCheck: flag,
      SkipUnsupportedRules: flag,
    },
    notBuilt: ['DescriptionTimeFormat', 'DescriptionTimeZone', 'SweepRules'],
    run: getRules,
  },
  {
    name: 'New-InboxRule',
    area: 'inbox rules',
    parameters: { Mailbox: text, ...CONTENT, ...FORCE },
    notBuilt: NOT_BUILT,
    mandatory: ['Name', 'Mailbox'],
    run: newRule,
    audited: auditedRule,
  },
  {
    name: 'Set-InboxRule',
    area: 'inbox rules',
    parameters: { ...ONE, ...CONTENT },
    notBuilt: NOT_BUILT,
    mandatory: ['Identity'],
    run: (call) => {
      const [owner, rule] = named(call)
      const after = written(call, owner, rule)
      requireActions(after)
      save(call.tenant, owner, after)
      return NOTHING
    },
    audited: auditedRule,
  },
  {
    name: 'Enable-InboxRule',
    area: 'inbox rules',
    parameters: ONE,
    mandatory: ['Identity'],
    run: (call) => enable(call, true),
    audited: auditedRule,
  },
  {
    name: 'Disable-InboxRule',
    area: 'inbox rules',
    parameters: ONE,
    mandatory: ['Identity'],
    run: (call) => enable(call, false),
    audited: auditedRule,
  },
  {
    name: 'Remove-InboxRule',
    area: 'inbox rules',
    parameters: ONE,
    mandatory: ['Identity'],
    run: (call) => {
      const [owner, rule] = named(call)
      call.tenant.objects(inboxRules).remove(ruleKey(owner, rule.id))
      return NOTHING
    },
    audited: auditedRule,
  },
]

/** `<mailbox>\<name of the rule>` */
function auditedRule(call: Invocation): string {
  const identity = call.given.text('Identity')
  const mailbox = call.given.text('Mailbox') ?? identity?.split('\\')[0] ?? ''
  const rule = call.given.text('Name') ?? identity?.split('\\').at(-1) ?? ''
  return `${auditedMailbox(call).includes('/') ? auditedMailbox(call) : mailbox}\\${rule}`
}

const rulesOf = (tenant: Tenant, owner: Person): InboxRule[] =>
  [...tenant.objects(inboxRules).of(owner.id)].sort((a, b) => a.sequence - b.sequence)

/** The eight bytes of a rule's id as a number: larger than a double holds. */
const ruleIdentity = ({ id }: InboxRule): string => Buffer.from(id, 'base64').readBigUInt64LE().toString()

function getRules(call: Invocation): Result {
  const { given, tenant } = call
  if (given.text('Identity') !== undefined) {
    const [owner, rule] = named(call)
    return { rows: [row(tenant, owner, rule)] }
  }
  const mailbox = given.text('Mailbox')
  if (mailbox === undefined)
    throw refusedBecause('An application has no mailbox of its own. Specify the Mailbox parameter.')
  const owner = ownerNamed(tenant, mailbox)
  const rules = rulesOf(tenant, owner).filter(({ isHidden }) => given.flag('IncludeHidden') === true || !isHidden)
  return { rows: rules.map((rule) => row(tenant, owner, rule)) }
}

/** The rule of `Identity`: its number or name, the mailbox before a backslash or in `Mailbox`. */
function named({ given, tenant }: Invocation): [Person, InboxRule] {
  const identity = given.text('Identity')!
  const cut = identity.lastIndexOf('\\')
  const before = cut < 0 ? undefined : identity.slice(0, cut)
  const mailbox = given.text('Mailbox') ?? before
  if (mailbox === undefined) throw notFound(identity)
  const owner = findPerson(tenant, mailbox) ?? ownerNamed(tenant, before ?? mailbox)
  const wanted = (before === undefined ? identity : identity.slice(cut + 1)).toLowerCase()
  const rule = rulesOf(tenant, owner).find(
    (each) => ruleIdentity(each) === wanted || each.displayName.toLowerCase() === wanted || each.id === identity,
  )
  if (!rule)
    throw refusedBecause(
      `The rule with Identity '${identity}' could not be found.`,
      'Microsoft.Exchange.Management.RecipientTasks.InboxRuleNotFoundException',
    )
  return [owner, rule]
}

const save = (tenant: Tenant, owner: Person, rule: InboxRule) =>
  tenant.objects(inboxRules).put(ruleKey(owner, rule.id), rule)

function enable(call: Invocation, isEnabled: boolean): Result {
  const [owner, rule] = named(call)
  if (rule.isEnabled === isEnabled)
    return {
      rows: [],
      warnings: [`The command completed successfully but no settings of '${rule.displayName}' have been modified.`],
    }
  save(call.tenant, owner, { ...rule, isEnabled })
  return NOTHING
}

function newRule(call: Invocation): Result {
  const { given, tenant } = call
  const owner = ownerNamed(tenant, given.text('Mailbox')!)
  const rules = rulesOf(tenant, owner)
  const name = given.text('Name')!
  if (rules.some(({ displayName, isHidden }) => !isHidden && displayName.toLowerCase() === name.toLowerCase()))
    throw refusedBecause(
      `The rule name "${name}" is already in use. Choose another name.`,
      'Microsoft.Exchange.Management.RecipientTasks.DuplicateInboxRuleException',
    )
  const rule = written(call, owner, {
    id: ruleId(tenant.newId('inbox rule')),
    displayName: name,
    sequence: Math.max(0, ...rules.map(({ sequence }) => sequence)) + 1,
    isEnabled: true,
    isHidden: false,
    isReadOnly: false,
    hasError: false,
    conditions: {},
    exceptions: {},
    actions: {},
  })
  requireActions(rule)
  save(tenant, owner, rule)
  return { rows: [row(tenant, owner, rule)] }
}

function requireActions({ actions }: InboxRule): void {
  if (Object.keys(actions).every((name) => name === 'stopProcessingRules') && !actions.stopProcessingRules)
    throw refusedBecause(
      'At least one action must be specified for the rule.',
      'Microsoft.Exchange.Management.RecipientTasks.RuleActionMissingException',
    )
}

/** The rule with what the arguments change. */
function written(call: Invocation, owner: Person, rule: InboxRule): InboxRule {
  const { given, tenant } = call
  const conditions: Record<string, unknown> = { ...rule.conditions }
  const actions: Record<string, unknown> = { ...rule.actions }
  const set = (of: Record<string, unknown>, parameter: string, name: string, value: () => unknown) => {
    if (!given.has(parameter)) return
    const made = value()
    if (made === undefined || made === false || (Array.isArray(made) && made.length === 0)) delete of[name]
    else of[name] = made
  }
  const listed = (parameter: string) => membersOf(given.list(parameter))
  const people = (parameter: string) => membersOf(given.list(parameter)).map((each) => readRecipient(tenant, each))
  for (const name of keysOf(WORDS)) set(conditions, name, WORDS[name], () => listed(name))
  for (const name of keysOf(PEOPLE)) set(conditions, name, PEOPLE[name], () => people(name))
  for (const name of keysOf(FLAGS)) set(conditions, name, FLAGS[name], () => given.flag(name))
  set(conditions, 'WithImportance', 'importance', () => given.text('WithImportance')?.toLowerCase())
  for (const name of keysOf(FORWARDS)) set(actions, name, FORWARDS[name], () => people(name))
  for (const name of keysOf(SWITCHES)) set(actions, name, SWITCHES[name], () => given.flag(name))
  set(actions, 'ApplyCategory', 'assignCategories', () => listed('ApplyCategory'))
  set(actions, 'MarkImportance', 'markImportance', () => given.text('MarkImportance')?.toLowerCase())
  for (const [parameter, name] of [
    ['MoveToFolder', 'moveToFolder'],
    ['CopyToFolder', 'copyToFolder'],
  ] as const)
    set(actions, parameter, name, () => folderKey(tenant.mailbox(owner)!, given.text(parameter)))
  return {
    ...rule,
    displayName: given.text('Name') ?? rule.displayName,
    sequence: given.number('Priority') ?? rule.sequence,
    conditions: conditions as RulePredicates,
    actions: actions as RuleActions,
  }
}

const membersOf = (change: ListChange | undefined): readonly string[] =>
  change === undefined ? [] : 'replace' in change ? change.replace : change.add

/** `mara@harbor.example:\Inbox\Old`, `\RSS Feeds`, `Archive`. */
function folderKey(mailbox: Mailbox, place: string | undefined): string | undefined {
  if (!place) return undefined
  const path = place.slice(place.indexOf(':') + 1)
  const wanted = (path.startsWith('\\') ? path : `\\${path}`).toLowerCase()
  const found = mailbox.folders.find(({ key }) => pathOf(mailbox.folders, key).toLowerCase() === wanted)
  if (!found) throw notFound(place)
  return found.key
}

const capital = (word: string) => `${word[0]!.toUpperCase()}${word.slice(1)}`

/** Only what the rule has, besides what every rule shows. */
function row(tenant: Tenant, owner: Person, rule: InboxRule): Row {
  const { conditions, actions } = rule
  const folderName = (key: string) =>
    tenant.mailbox(owner)!.folders.find((folder) => folder.key === key)?.displayName ?? key
  const own: Record<string, Cell> = {}
  for (const name of keysOf(WORDS)) if (conditions[WORDS[name]]) own[name] = conditions[WORDS[name]]!
  for (const name of keysOf(PEOPLE))
    if (conditions[PEOPLE[name]]) own[name] = conditions[PEOPLE[name]]!.map((person) => shownRecipient(tenant, person))
  for (const name of keysOf(FLAGS)) if (conditions[FLAGS[name]]) own[name] = true
  if (conditions.importance) own['WithImportance'] = capital(conditions.importance)
  for (const name of keysOf(FORWARDS))
    if (actions[FORWARDS[name]]) own[name] = actions[FORWARDS[name]]!.map((person) => shownRecipient(tenant, person))
  for (const name of keysOf(SWITCHES)) if (actions[SWITCHES[name]]) own[name] = true
  if (actions.permanentDelete) own['DeleteMessage'] = true
  if (actions.assignCategories) own['ApplyCategory'] = actions.assignCategories
  if (actions.markImportance) own['MarkImportance'] = capital(actions.markImportance)
  if (actions.moveToFolder) own['MoveToFolder'] = folderName(actions.moveToFolder)
  if (actions.copyToFolder) own['CopyToFolder'] = folderName(actions.copyToFolder)
  return {
    ...(rule.isHidden ? {} : { Description: describe(own), ErrorType: rule.hasError ? 'Error' : 'None' }),
    Enabled: rule.isEnabled,
    Identity: `${owner.id}\\${ruleIdentity(rule)}`,
    Name: rule.displayName,
    Priority: int32(rule.sequence),
    RuleIdentity: uint64(ruleIdentity(rule)),
    ...(rule.isHidden ? {} : { SupportedByTask: !rule.isReadOnly }),
    ...own,
    MailboxOwnerId: owner.id,
    IsValid: true,
    ObjectState: 'Unchanged',
  }
}

/** In words, as far as an administrator needs them. */
function describe(own: Record<string, Cell>): string {
  const isAction = (name: string) =>
    name in FORWARDS || name in SWITCHES || /^(ApplyCategory|Mark|MoveTo|CopyTo)/.test(name)
  const phrase = ([name, value]: [string, Cell]) =>
    `${name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}${value === true ? '' : ` '${Array.isArray(value) ? value.join("' or '") : String(value)}'`}`
  const told = (wanted: boolean) =>
    Object.entries(own)
      .filter(([name]) => isAction(name) === wanted)
      .map(phrase)
      .join(' and ')
  const [conditions, doings] = [told(false), told(true)]
  return `${conditions ? `If the message: ${conditions}` : 'Apply to all messages'}\r\nTake the following actions: ${doings}`
}
