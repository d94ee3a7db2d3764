import { z } from 'zod'

import { listMailboxRules } from '#connect/apis/exchange-admin/inbox-rules.ts'
import { deleteInboxRule, isSameRule, recreateInboxRule } from '#connect/apis/graph/inbox-rules.ts'
import { defineAction, type Verdict } from '#respond/action.ts'
import { mailboxesOf } from '#respond/count.ts'
import { checkCommand, EXCHANGE_ADMINISTRATOR, manageExchange } from '#respond/exchange-needs.ts'
import {
  CHANGE_INBOX_RULES,
  enableAgain,
  enabledAgain,
  type ForwardRule,
  ForwardRules,
  hiddenWords,
  listed,
  readForwardRules,
  setEnabled,
} from '#respond/forward-rules.ts'
import type { MailboxTarget } from '#respond/kinds/mailbox.ts'
import { toEach } from '#respond/to-each.ts'
import { READ_USERS } from '#respond/user-state.ts'

import { Reach, readReach, reachWords } from './reach.ts'

const State = ForwardRules.extend({
  /** By rule, how far its mail goes: looked up once, at the start. */
  reach: z.record(z.string(), Reach),
})
type State = z.infer<typeof State>

const OUTSIDE: ReadonlySet<string | undefined> = new Set(['external', 'mixed'])

/** What is to go: rules that send anything outside. A hidden one that is disabled is out of the way. */
const outside = (before: State, now: State = before): ForwardRule[] =>
  listed(now).filter(({ id, isHidden, isEnabled }) => OUTSIDE.has(before.reach[id]?.reach) && (isEnabled || !isHidden))

const wordsOf = ({ reach }: State, rules: readonly ForwardRule[]): string =>
  rules.map((rule) => reachWords(rule, reach[rule.id])).join(', ')

/** What is left alone because it is not known where it leads. */
function unknownWords(before: State): string {
  const unknown = listed(before).filter(({ id }) => before.reach[id]?.reach === 'unknown')
  return unknown.length > 0 ? ` Left alone, as it is not known where they lead: ${wordsOf(before, unknown)}.` : ''
}

const restOf = (state: State): string => `${unknownWords(state)} ${hiddenWords(state)}`

const hiddenOf = (before: State): string[] => outside(before).flatMap(({ id, isHidden }) => (isHidden ? [id] : []))
const visibleOf = (before: State) => {
  const ids = new Set(outside(before).map(({ id }) => id))
  return before.rules.filter(({ id }) => ids.has(id))
}

/**
 * Deletes inbox rules by which mail leaves the company: all of it or a part, by a contact or a group as well. Exchange tells too
 * little of a hidden rule to make it again, so that hidden ones are disabled instead.
 *
 * @see https://learn.microsoft.com/graph/api/messagerule-delete
 */
export const deleteExternalForwardRules = defineAction<State, MailboxTarget>({
  id: 'delete-external-forward-rules',
  on: 'mailbox',
  title: 'Delete external forwarding rules of mailbox',
  recoverability:
    'Inbox rules that forward or redirect outside the accepted domains are deleted, disabled ones too, and also where only a ' +
    'part of the recipients is outside or a contact or group hides it. Cordon can make them again as they were, under new ids. ' +
    'Hidden rules are disabled instead of deleted. Rules of which nobody can tell where they lead are named and left alone.',
  permissions: [
    ...CHANGE_INBOX_RULES,
    manageExchange('To find out where forwarded mail ends up, and to disable inbox rules that Graph does not show.'),
    READ_USERS,
  ],
  requirements: [EXCHANGE_ADMINISTRATOR],
  check: (microsoft) => checkCommand((nobody) => listMailboxRules(microsoft, nobody)),
  does: (count) => `delete the external forwarding rules of ${mailboxesOf(count)}`,
  did: (count) => `deleted the external forwarding rules of ${mailboxesOf(count)}`,
  state: State,
  async read(target, before) {
    const found = await readForwardRules(target, before)
    return { ...found, reach: before?.reach ?? (await readReach(target, found)) }
  },
  settled: (now) =>
    outside(now).length === 0
      ? { state: 'already-done', proof: `No rule forwarded outside before Cordon acted.${restOf(now)}` }
      : undefined,

  async execute(target, before) {
    const { microsoft, user, signal } = target
    await toEach(outside(before), (rule) =>
      rule.isHidden
        ? setEnabled(target, rule, false)
        : deleteInboxRule(microsoft, { userId: user.id, ruleId: rule.id, ...(signal && { signal }) }),
    )
  },
  verify(before, now) {
    const [then, left] = [outside(before), outside(before, now)]
    if (left.length === 0) return { is: 'wanted', proof: `Gone: ${wordsOf(before, then)}.${restOf(before)}` }
    const is = left.length === then.length ? 'unchanged' : 'partly'
    return { is, proof: `Still there: ${wordsOf(before, left)}.${restOf(before)}` }
  },

  revert: {
    async execute(target, before) {
      const { microsoft, user, signal } = target
      const now = await readForwardRules(target, before)
      const there = new Set(now.rules.map(({ id }) => id))
      const gone = visibleOf(before).filter(({ id }) => !there.has(id))
      await toEach(gone, (rule) => recreateInboxRule(microsoft, { userId: user.id, rule, ...(signal && { signal }) }))
      await enableAgain(target, before, now, hiddenOf(before))
    },
    verify(before, now) {
      const made = visibleOf(before).map((rule) => ({ rule, again: now.rules.find((each) => isSameRule(each, rule)) }))
      const proofs = made.map(({ rule, again }) => {
        const name = `“${rule.displayName ?? ''}”`
        if (!again) return `${name} is not there.`
        const id = again.id === rule.id ? '' : ` under the id ${again.id} instead of ${rule.id}`
        return `${name} is there${id}.`
      })
      const hidden: Verdict = hiddenOf(before).length > 0 ? enabledAgain(before, now, hiddenOf(before)) : NOTHING
      const back = made.filter(({ again }) => again).length
      const proof = [...proofs, hidden.proof].filter(Boolean).join(' ')
      if (back === made.length) return { is: hidden.is, proof }
      return { is: back > 0 ? 'partly' : 'unchanged', proof }
    },
  },
})

const NOTHING: Verdict = { is: 'wanted', proof: '' }
