import { z } from 'zod'

import {
  listMailboxRules,
  type MailboxRule,
  RULES_ROLE,
  setMailboxRuleEnabled,
} from '#connect/apis/exchange-admin/inbox-rules.ts'
import { EXCHANGE_PERMISSION } from '#connect/apis/exchange-admin/invoke-command.ts'
import {
  CHANGE_RULES,
  forwardsOf,
  InboxRule,
  isSameRule,
  listInboxRules,
  READ_RULES,
  setInboxRuleEnabled,
} from '#connect/apis/graph/inbox-rules.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { holdsAppRole } from '#connect/directory-roles.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import type { Verdict } from './action.ts'
import type { MailboxTarget } from './kinds/mailbox.ts'
import { toEach } from './to-each.ts'

/** A rule that Exchange tells of and Graph does not. */
const HiddenRule = z.object({
  identity: z.string(),
  name: z.string(),
  isEnabled: z.boolean(),
  forwards: z.array(z.string()),
})

/** The inbox rules of a mailbox that send mail on: forward it, forward it as an attachment, or redirect it. */
export const ForwardRules = z.object({
  /** As Graph shows them, whole, so that each can be made again. */
  rules: z.array(InboxRule),
  hidden: z.array(HiddenRule),
  /** Why hidden ones were not looked for; absent where they were. */
  unseen: z.string().optional(),
  /** How many, for people. */
  had: z.string(),
})
export type ForwardRules = z.infer<typeof ForwardRules>

/** A rule as an action judges it, wherever it was seen. */
export interface ForwardRule {
  id: string
  name: string
  isEnabled: boolean
  isHidden: boolean
  /** To whom it sends mail on, as the mailbox names them. */
  forwards: string[]
}

/**
 * What forwards in a mailbox. With `before` rules are told too that forwarded then and do not any more, and hidden ones are
 * looked for if there were any: Exchange tells of them one mailbox at a time.
 *
 * @throws AppError CONNECT_*
 */
export async function readForwardRules(target: MailboxTarget, before?: ForwardRules): Promise<ForwardRules> {
  const { microsoft, user, signal } = target
  const known = new Set(before && idsOf(before))
  const [all, { hidden, unseen }] = await Promise.all([
    listInboxRules(microsoft, user.id, signal),
    before === undefined || before.hidden.length > 0 ? readHidden(target, before) : before,
  ])
  const rules = all.filter((rule) => forwardsOf(rule).length > 0 || known.has(rule.id))
  const kept = hidden.filter(({ identity, forwards }) => forwards.length > 0 || known.has(identity))
  const found = { rules, hidden: kept, ...(unseen !== undefined && { unseen }) }
  return { ...found, had: rulesOf(rules.length + kept.length) }
}

type Hidden = Pick<ForwardRules, 'hidden' | 'unseen'>

/** Hidden rules are seen where the application has what Exchange asks for; an action goes on without, and says so. */
async function readHidden({ microsoft, user, signal }: MailboxTarget, before?: ForwardRules): Promise<Hidden> {
  if (!before && !(await holdsAppRole(microsoft, 'exchange-admin', EXCHANGE_PERMISSION))) {
    return { hidden: [], unseen: `the application does not hold ${EXCHANGE_PERMISSION}.` }
  }
  try {
    const rules = await listMailboxRules(microsoft, user.id, signal)
    const hidden = rules.filter(({ isHidden }) => isHidden)
    const identities = ({ forwards }: Pick<MailboxRule, 'forwards'>) => forwards.map((each) => each.identity)
    return { hidden: hidden.map((rule) => HiddenRule.parse({ ...rule, forwards: identities(rule) })) }
  } catch (error) {
    if (before || !(error instanceof AppError) || error.code !== 'CONNECT_PERMISSION_MISSING') throw error
    return { hidden: [], unseen: reasonOf(error) }
  }
}

/** Rules of both sorts, in one list. */
export function listed({ rules, hidden }: ForwardRules): ForwardRule[] {
  return [
    ...rules.map((rule): ForwardRule => ({
      id: rule.id,
      name: rule.displayName ?? '',
      isEnabled: rule.isEnabled ?? true,
      isHidden: false,
      forwards: forwardsOf(rule),
    })),
    ...hidden.map(({ identity, ...rule }): ForwardRule => ({ id: identity, isHidden: true, ...rule })),
  ]
}

const idsOf = (state: ForwardRules): string[] => listed(state).map(({ id }) => id)

/** Enables or disables a rule where it was seen. @throws AppError CONNECT_*. */
export function setEnabled(target: MailboxTarget, rule: ForwardRule, isEnabled: boolean): Promise<void> {
  const { microsoft, user, signal } = target
  const more = { isEnabled, ...(signal && { signal }) }
  return rule.isHidden
    ? setMailboxRuleEnabled(microsoft, { mailbox: user.id, identity: rule.id, ...more })
    : setInboxRuleEnabled(microsoft, { userId: user.id, ruleId: rule.id, ...more })
}

/** What became of a rule since `before`: it stands as Cordon left it, otherwise, or not at all. */
function since(before: ForwardRules, now: ForwardRules, id: string): 'same' | 'changed' | 'gone' {
  const [then, today] = [before, now].map((state) => state.rules.find((rule) => rule.id === id))
  if (then) return today ? (isSameRule(bare(then), bare(today)) ? 'same' : 'changed') : 'gone'
  const [hiddenThen, hiddenNow] = [before, now].map(({ hidden }) => hidden.find(({ identity }) => identity === id))
  if (!hiddenNow) return 'gone'
  const isSame = hiddenThen?.name === hiddenNow.name && String(hiddenThen.forwards) === String(hiddenNow.forwards)
  return isSame ? 'same' : 'changed'
}

/** Without what others change by the way: their number is moved when a rule is put before them. */
const bare = (rule: InboxRule): InboxRule => ({ ...rule, isEnabled: true, sequence: 0 })

/** Enables rules again, of those that stand as Cordon left them. @throws AppError CONNECT_*. */
export async function enableAgain(
  target: MailboxTarget,
  before: ForwardRules,
  now: ForwardRules,
  ids: readonly string[],
): Promise<void> {
  const wanted = new Set(ids)
  const left = listed(now).filter(({ id, isEnabled }) => !isEnabled && wanted.has(id))
  const same = left.filter(({ id }) => since(before, now, id) === 'same')
  await toEach(same, (rule) => setEnabled(target, rule, true))
}

/** What it means for going back that the rules that were enabled `before` are as they are `now`. */
export function enabledAgain(before: ForwardRules, now: ForwardRules, ids: readonly string[]): Verdict {
  const names = new Map(listed(before).map((rule) => [rule.id, nameOf(rule)]))
  const enabled = new Set(listed(now).flatMap(({ id, isEnabled }) => (isEnabled ? [id] : [])))
  const of = Map.groupBy(ids, (id) => {
    const fate = since(before, now, id)
    return fate === 'same' ? (enabled.has(id) ? 'back' : 'left') : fate
  })
  const say = (fate: 'back' | 'left' | 'changed' | 'gone', words: string): string[] => {
    const found = of.get(fate) ?? []
    return found.length > 0 ? [`${found.map((id) => names.get(id)).join(', ')} ${words}.`] : []
  }
  const proof = [
    ...say('back', 'enabled again'),
    ...say('left', 'still disabled'),
    ...say('changed', 'changed since, and left as it is'),
    ...say('gone', 'deleted since'),
  ].join(' ')
  if (of.has('left')) return { is: of.has('back') ? 'partly' : 'unchanged', proof }
  return { is: of.has('changed') || of.has('gone') ? 'elsewhere' : 'wanted', proof }
}

/** `“Invoices” (to x@bad.example)`, whether it is hidden, and what `more` is to be said of where it leads. */
export function nameOf({ name, isHidden, forwards }: ForwardRule, more = ''): string {
  const hidden = isHidden ? 'hidden, told by Exchange, ' : ''
  return `“${name}” (${hidden}to ${forwards.join(', ')}${more})`
}

/** Where hidden rules were looked for, or why not. */
export function hiddenWords({ unseen }: ForwardRules): string {
  return unseen === undefined ? 'Hidden rules were looked at, too.' : `Hidden rules were not looked for: ${unseen}`
}

const rulesOf = (n: number): string => (n === 1 ? '1 rule' : `${n} rules`)

const GRAPH = RESOURCE_TITLES.graph

export const CHANGE_INBOX_RULES: readonly PermissionNeed[] = [
  { resource: GRAPH, permission: READ_RULES, why: 'To read inbox rules, before and after they are changed.' },
  { resource: GRAPH, permission: CHANGE_RULES, why: 'To disable and delete inbox rules, and to put them back.' },
]

/** What hidden rules take, for people. */
export const HIDDEN_RULES_NEED = `${EXCHANGE_PERMISSION} and the directory role ${RULES_ROLE}`
