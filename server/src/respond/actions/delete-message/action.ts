import { messageUrl } from '#connect/apis/graph/mail.ts'
import { act, mailReadWrite } from '#respond/act.ts'
import { defineAction } from '#respond/action.ts'
import { mailboxesOf, messagesOf } from '#respond/count.ts'
import { MessageState, readMessage, settledWhenGone, verifyGone } from '#respond/message-state.ts'

/**
 * Deletes a message for good, wherever the user has moved it since. Idempotent: Microsoft answers ErrorItemNotFound the
 * second time.
 *
 * @see https://learn.microsoft.com/graph/api/message-permanentdelete
 */
export const deleteMessage = defineAction<MessageState>({
  id: 'delete-message',
  title: 'Delete permanently',
  recoverability:
    'Neither the user nor Cordon can bring the message back. Exchange keeps it, out of sight, only where single item ' +
    'recovery (14 days unless changed) or a hold applies; an administrator can get it from there. Microsoft does not ' +
    'offer this in GCC High, DoD and China.',
  permissions: [mailReadWrite('To delete messages permanently, and to read the mailbox back afterwards.')],
  notOfferedIn: {
    clouds: ['gcc-high', 'dod', 'china'],
    why: 'Microsoft Graph has no permanentDelete for messages in this cloud.',
  },
  does: (count) => `remove ${messagesOf(count)} from ${mailboxesOf(count)}`,
  did: (count) => `removed ${messagesOf(count)} from ${mailboxesOf(count)}`,
  state: MessageState,
  read: (target, before) => readMessage(target, { places: [], copies: true }, before),
  settled: settledWhenGone,

  execute: (target) =>
    act(target, {
      method: 'POST',
      url: `${messageUrl(target.hit.userId, target.hit.messageId)}/permanentDelete`,
      what: `Could not delete a message of ${target.hit.userPrincipalName}.`,
      permission: 'Mail.ReadWrite',
    }),

  verify: verifyGone,
})
