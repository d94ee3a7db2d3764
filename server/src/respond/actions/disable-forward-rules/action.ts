import { defineAction } from '#respond/action.ts'
import { mailboxesOf } from '#respond/count.ts'
import {
  CHANGE_INBOX_RULES,
  enableAgain,
  enabledAgain,
  ForwardRules,
  type ForwardRule,
  HIDDEN_RULES_NEED,
  hiddenWords,
  listed,
  nameOf,
  readForwardRules,
  setEnabled,
} from '#respond/forward-rules.ts'
import type { MailboxTarget } from '#respond/kinds/mailbox.ts'
import { toEach } from '#respond/to-each.ts'
import { READ_USERS } from '#respond/user-state.ts'

/** Rules that send mail on at the moment. */
const active = (state: ForwardRules): ForwardRule[] =>
  listed(state).filter(({ isEnabled, forwards }) => isEnabled && forwards.length > 0)

const idsOf = (before: ForwardRules): string[] => active(before).map(({ id }) => id)

/**
 * Disables every inbox rule that forwards or redirects, wherever to. What the mailbox itself forwards is no rule.
 *
 * @see https://learn.microsoft.com/graph/api/messagerule-update
 */
export const disableForwardRules = defineAction<ForwardRules, MailboxTarget>({
  id: 'disable-forward-rules',
  on: 'mailbox',
  title: 'Disable forwarding rules of mailbox',
  recoverability:
    'No inbox rule forwards or redirects mail any more, to whomever; what went out before does not come back. Cordon can ' +
    `enable the rules again that it disabled. Hidden rules are among them where the application holds ${HIDDEN_RULES_NEED}; ` +
    'each mailbox says whether they were looked at. Changing a hidden one makes Exchange drop rules that run in Outlook alone. ' +
    'Forwarding that is set on the mailbox itself is no rule: clear-mailbox-forwarding ends it.',
  permissions: [...CHANGE_INBOX_RULES, READ_USERS],
  does: (count) => `disable the forwarding rules of ${mailboxesOf(count)}`,
  did: (count) => `disabled the forwarding rules of ${mailboxesOf(count)}`,
  state: ForwardRules,
  read: readForwardRules,
  settled: (now) =>
    active(now).length === 0
      ? { state: 'already-done', proof: `No enabled rule forwarded before Cordon acted. ${hiddenWords(now)}` }
      : undefined,

  execute: (target, before) => toEach(active(before), (rule) => setEnabled(target, rule, false)),
  verify(before, now) {
    const [then, left] = [active(before), active(now)]
    if (left.length === 0)
      return { is: 'wanted', proof: `Disabled: ${then.map((rule) => nameOf(rule)).join(', ')}. ${hiddenWords(now)}` }
    const ids = new Set(left.map(({ id }) => id))
    const isUnchanged = then.every(({ id }) => ids.has(id))
    const proof = `Still enabled: ${left.map((rule) => nameOf(rule)).join(', ')}. ${hiddenWords(now)}`
    return { is: isUnchanged ? 'unchanged' : 'partly', proof }
  },

  revert: {
    execute: async (target, before) =>
      enableAgain(target, before, await readForwardRules(target, before), idsOf(before)),
    verify: (before, now) => enabledAgain(before, now, idsOf(before)),
  },
})
