import { broadcasts } from './broadcasts.ts'
import { correspondence } from './correspondence.ts'
import { international } from './international.ts'
import { invitations } from './invitations.ts'
import { threads } from './threads.ts'
import { transactional } from './transactional.ts'
import type { MailSource } from './mailbox.ts'

/** What mailboxes hold without any attack. */
export const EVERYDAY_MAIL: readonly MailSource[] = [
  threads,
  broadcasts,
  correspondence,
  transactional,
  international,
  invitations,
]
