import { isDeepStrictEqual } from 'node:util'

import { z } from 'zod'

import { Forwarding, NO_FORWARDING, readForwarding, setForwarding } from '#connect/apis/exchange-admin/mailbox.ts'
import { defineAction } from '#respond/action.ts'
import { mailboxesOf } from '#respond/count.ts'
import { checkCommand, EXCHANGE_ADMINISTRATOR, manageExchange } from '#respond/exchange-needs.ts'
import type { MailboxTarget } from '#respond/kinds/mailbox.ts'
import { READ_USERS } from '#respond/user-state.ts'

const State = z.object({
  forwarding: Forwarding,
  /** Where it forwarded to, for people. */
  had: z.string(),
})
type State = z.infer<typeof State>

const recipientsOf = ({ forwarding: { ForwardingSmtpAddress, ForwardingAddress } }: Pick<State, 'forwarding'>) =>
  [ForwardingSmtpAddress, ForwardingAddress].filter((each) => each !== null)
const isClear = (state: State): boolean => recipientsOf(state).length === 0
const isSame = (a: State, b: State): boolean => isDeepStrictEqual(a.forwarding, b.forwarding)

function proofOf(state: State): string {
  if (isClear(state)) return 'The mailbox forwards nothing.'
  const keeps = state.forwarding.DeliverToMailboxAndForward ? 'keeps' : 'keeps no'
  return `The mailbox forwards to ${recipientsOf(state).join(' and ')} and ${keeps} copies.`
}

const put = ({ microsoft, user, signal }: MailboxTarget, forwarding: Forwarding): Promise<void> =>
  setForwarding(microsoft, { mailbox: user.id, forwarding, signal })

/**
 * Clears what a mailbox itself forwards, which is no inbox rule and shown neither by Outlook's rules nor by Graph.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox
 */
export const clearMailboxForwarding = defineAction<State, MailboxTarget>({
  id: 'clear-mailbox-forwarding',
  on: 'mailbox',
  title: 'Clear forwarding of mailbox',
  recoverability:
    'The mailbox itself forwards nothing any more (ForwardingSmtpAddress, ForwardingAddress); what went out before does not ' +
    'come back. Cordon can set again what was set. Inbox rules that forward are another thing: disable-forward-rules ends them.',
  permissions: [
    manageExchange('To read and clear where mailboxes forward to, and to set it again: Graph does not show it.'),
    READ_USERS,
  ],
  requirements: [EXCHANGE_ADMINISTRATOR],
  check: (microsoft) => checkCommand((mailbox) => setForwarding(microsoft, { mailbox, forwarding: NO_FORWARDING })),
  does: (count) => `clear the forwarding of ${mailboxesOf(count)}`,
  did: (count) => `cleared the forwarding of ${mailboxesOf(count)}`,
  state: State,
  async read({ microsoft, user, signal }) {
    const forwarding = await readForwarding(microsoft, { mailbox: user.id, signal })
    return { forwarding, had: recipientsOf({ forwarding }).join(', ') }
  },
  settled: (now) =>
    isClear(now)
      ? { state: 'already-done', proof: `${proofOf(now)} It did not before Cordon acted, either.` }
      : undefined,

  execute: (target) => put(target, NO_FORWARDING),
  verify(before, now) {
    if (isClear(now)) return { is: 'wanted', proof: proofOf(now) }
    return { is: isSame(before, now) ? 'unchanged' : 'elsewhere', proof: proofOf(now) }
  },

  revert: {
    execute: (target, before) => put(target, before.forwarding),
    verify(before, now) {
      if (isSame(before, now)) return { is: 'wanted', proof: proofOf(now) }
      return { is: isClear(now) ? 'unchanged' : 'elsewhere', proof: proofOf(now) }
    },
  },
})
