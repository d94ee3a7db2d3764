import { mailReadWrite, purge } from '#respond/act.ts'
import { defineAction } from '#respond/action.ts'
import { mailboxesOf, messagesOf } from '#respond/count.ts'
import { CALENDAR_WRITE, purgeEvent, readEvent } from '#respond/event.ts'
import { isEvent, type MessageTarget } from '#respond/kinds/message.ts'
import { MessageState, readMessage, settledWhenGone, verifyGone } from '#respond/message-state.ts'

/**
 * Deletes a message for good, wherever the user has moved it since, or the event that an invitation put into a calendar;
 * nobody is told of that. Idempotent: Microsoft answers ErrorItemNotFound the second time.
 *
 * @see https://learn.microsoft.com/graph/api/message-permanentdelete
 * @see https://learn.microsoft.com/graph/api/event-permanentdelete
 */
export const deleteMessage = defineAction<MessageState, MessageTarget>({
  id: 'delete-message',
  on: 'message',
  title: 'Delete permanently',
  recoverability:
    'Neither the user nor Cordon can bring the message back. Exchange keeps it, out of sight, only where single item ' +
    'recovery (14 days unless changed) or a hold applies; an administrator can get it from there. Microsoft does not ' +
    'offer this in GCC High, DoD and China.',
  permissions: [
    mailReadWrite('To delete messages permanently, and to read the mailbox back afterwards.'),
    {
      resource: 'Microsoft Graph',
      permission: CALENDAR_WRITE,
      why: 'To delete the events that malicious meeting invitations put into calendars.',
    },
  ],
  events: true,
  onPremises: true,
  notOfferedIn: {
    clouds: ['gcc-high', 'dod', 'china'],
    why: 'Microsoft Graph has no permanentDelete for messages in this cloud.',
  },
  does: (count) => `remove ${messagesOf(count)} from ${mailboxesOf(count)}`,
  did: (count) => `removed ${messagesOf(count)} from ${mailboxesOf(count)}`,
  state: MessageState,
  read: (target, before) =>
    isEvent(target) ? readEvent(target) : readMessage(target, { places: [], copies: true }, before),
  settled: settledWhenGone,

  execute: (target, before) => (isEvent(target) ? purgeEvent(target) : purge(target, before)),

  verify: verifyGone,
})
