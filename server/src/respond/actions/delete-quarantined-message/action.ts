import { deleteQuarantined } from '#connect/apis/exchange-admin/quarantine.ts'
import { defineAction } from '#respond/action.ts'
import { quarantinedMessagesOf } from '#respond/count.ts'
import type { QuarantinedMessageTarget } from '#respond/kinds/quarantined-message.ts'
import {
  MANAGE_QUARANTINE,
  QUARANTINE_ROLE,
  quarantineProof,
  QuarantinedMessageState,
  readQuarantinedMessage,
} from '#respond/quarantined-message-state.ts'

/**
 * Deletes quarantined mail for good, so that nobody can release it.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/delete-quarantinemessage
 */
export const deleteQuarantinedMessage = defineAction<QuarantinedMessageState, QuarantinedMessageTarget>({
  id: 'delete-quarantined-message',
  on: 'quarantined-message',
  title: 'Delete quarantined message',
  recoverability:
    'The message is deleted for all of its recipients; nobody can release it any more, and neither Cordon nor Microsoft brings it ' +
    'back (HardDelete). Where it had been released to somebody before, that copy stays in the mailbox.',
  permissions: [MANAGE_QUARANTINE],
  requirements: [QUARANTINE_ROLE],
  does: (count) => `delete ${quarantinedMessagesOf(count)} for good`,
  did: (count) => `deleted ${quarantinedMessagesOf(count)} for good`,
  state: QuarantinedMessageState,
  read: readQuarantinedMessage,
  settled: (now) => (now.isHeld ? undefined : { state: 'already-gone', proof: quarantineProof(now) }),

  async execute({ microsoft, message: { identity }, signal }) {
    await deleteQuarantined(microsoft, { identity, signal })
  },
  verify(before, now) {
    if (now.isHeld) return { is: 'unchanged', proof: quarantineProof(now) }
    const out = before.releasedTo.length === 0 ? '' : ` It had been released to ${before.releasedTo.join(', ')}.`
    return { is: 'wanted', proof: `Quarantine has the message no more.${out}` }
  },
})
