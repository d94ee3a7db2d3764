import { IMMUTABLE_IDS, messageUrl } from '#connect/apis/graph/mail.ts'
import { defineAction, type Target } from '#respond/action.ts'
import { copiesElsewhere, MessageState, placeOf, readMessage } from '#respond/message-state.ts'

/**
 * Moves a message to Deleted Items, from where the user or Cordon can take it back. Idempotent: moving a message to the
 * folder that it is in changes nothing.
 *
 * Not DELETE: where that puts a message is not documented.
 * @see https://learn.microsoft.com/graph/api/message-move
 */
export const moveMessageToDeletedItems = defineAction<MessageState>({
  id: 'move-message-to-deleted-items',
  title: 'Move to Deleted Items',
  recoverability:
    'The user can open the message in Deleted Items and move it back. Cordon can move it back to the folder it was in, ' +
    'as long as it is still in Deleted Items.',
  permissions: [
    {
      resource: 'Microsoft Graph',
      permission: 'Mail.ReadWrite',
      why: 'To move messages to Deleted Items and back, and to read the mailbox back afterwards.',
    },
  ],
  effect: ({ messages, mailboxes }) =>
    `Move ${messages} ${messages === 1 ? 'message' : 'messages'} in ${mailboxes} ${mailboxes === 1 ? 'mailbox' : 'mailboxes'} to Deleted Items. Cordon can move ${messages === 1 ? 'it' : 'them'} back.`,
  state: MessageState,
  read: readMessage,

  settled(now) {
    if (now.place === 'folder') return undefined
    return now.copies.length > 0 && now.place === 'gone'
      ? { state: 'moved-by-user', proof: copiesElsewhere(now.copies) }
      : { state: 'already-gone', proof: `The message was in ${placeOf(now)} before Cordon acted.` }
  },

  execute: (target) => move(target, 'deleteditems'),

  verify(before, now) {
    const proof = `The message is in ${placeOf(now)}.`
    if (now.place === 'deleted-items') return { is: 'wanted', proof }
    return { is: sameFolder(before, now) ? 'unchanged' : 'elsewhere', proof }
  },

  revert: {
    execute: (target, before) => move(target, before.folderId!),
    verify(before, now) {
      const proof = `The message is in ${placeOf(now)}.`
      if (sameFolder(before, now)) return { is: 'wanted', proof }
      return { is: now.place === 'deleted-items' ? 'unchanged' : 'elsewhere', proof }
    },
  },
})

async function move({ microsoft, hit, signal }: Target, destinationId: string): Promise<void> {
  await microsoft.send({
    api: 'graph',
    method: 'POST',
    path: `/v1.0${messageUrl(hit.userId, hit.messageId)}/move`,
    headers: IMMUTABLE_IDS,
    body: { destinationId },
    repeatable: true,
    what: `Could not move a message of ${hit.userPrincipalName}.`,
    permission: 'Mail.ReadWrite',
    ...(signal && { signal }),
  })
}

function sameFolder(before: MessageState, now: MessageState): boolean {
  return now.place === 'folder' && now.folderId === before.folderId
}
