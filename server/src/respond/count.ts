import type { Count } from './action.ts'

/** "23 messages", "1 message". */
export function messagesOf({ messages }: Pick<Count, 'messages'>): string {
  return `${messages} ${messages === 1 ? 'message' : 'messages'}`
}

/** "21 mailboxes", "1 mailbox". */
export function mailboxesOf({ mailboxes }: Pick<Count, 'mailboxes'>): string {
  return `${mailboxes} ${mailboxes === 1 ? 'mailbox' : 'mailboxes'}`
}
