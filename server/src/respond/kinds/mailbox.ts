import { mailboxesOf } from '#respond/count.ts'
import type { Kind } from '#respond/kind.ts'

import { users, type UserTarget } from './user.ts'

/** The mailbox of a user, by what was read of the user when the action was planned. */
export type MailboxTarget = UserTarget

/** Mailboxes, named by their users as users are and refused as they are; each is a lane of its own. */
export const mailboxes: Kind<MailboxTarget> = {
  ...users,
  id: 'mailbox',
  restored: (count) => `put back what was in ${mailboxesOf(count)}`,
}
