import { IMMUTABLE_IDS, messageUrl } from '#connect/apis/graph/mail.ts'
import { defineAction } from '#respond/action.ts'
import { copiesElsewhere, MessageState, newCopies, placeOf, readMessage } from '#respond/message-state.ts'

/**
 * Deletes a message for good, wherever the user has moved it since. Idempotent: Microsoft answers ErrorItemNotFound the
 * second time.
 *
 * Not offered in GCC High, DoD and China.
 * @see https://learn.microsoft.com/graph/api/message-permanentdelete
 */
export const deleteMessage = defineAction<MessageState>({
  id: 'delete-message',
  title: 'Delete permanently',
  recoverability:
    'Neither the user nor Cordon can bring the message back. Exchange keeps it, out of sight, only where single item ' +
    'recovery (14 days unless changed) or a hold applies; an administrator can get it from there.',
  permissions: [
    {
      resource: 'Microsoft Graph',
      permission: 'Mail.ReadWrite',
      why: 'To delete messages permanently, and to read the mailbox back afterwards.',
    },
  ],
  effect: ({ messages, mailboxes }) =>
    `Remove ${messages} ${messages === 1 ? 'message' : 'messages'} from ${mailboxes} ${mailboxes === 1 ? 'mailbox' : 'mailboxes'}. Cordon cannot bring ${messages === 1 ? 'it' : 'them'} back.`,
  state: MessageState,
  read: readMessage,

  settled(now) {
    if (now.place !== 'gone') return undefined
    return now.copies.length === 0
      ? {
          state: 'already-gone',
          proof: 'The mailbox no longer has the message, in Recoverable Items neither, and no other copy.',
        }
      : { state: 'moved-by-user', proof: copiesElsewhere(now.copies) }
  },

  async execute({ microsoft, hit, signal }) {
    await microsoft.send({
      api: 'graph',
      method: 'POST',
      path: `/v1.0${messageUrl(hit.userId, hit.messageId)}/permanentDelete`,
      headers: IMMUTABLE_IDS,
      repeatable: true,
      what: `Could not delete a message of ${hit.userPrincipalName}.`,
      permission: 'Mail.ReadWrite',
      ...(signal && { signal }),
    })
  },

  verify(before, now) {
    if (now.place !== 'gone') return { is: 'unchanged', proof: `The message is in ${placeOf(now)}.` }
    const appeared = newCopies(before, now)
    return appeared.length === 0
      ? { is: 'wanted', proof: 'The mailbox no longer has the message, in Recoverable Items neither.' }
      : { is: 'elsewhere', proof: copiesElsewhere(appeared) }
  },
})
