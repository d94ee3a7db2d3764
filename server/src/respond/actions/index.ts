import type { Action } from '#respond/action.ts'

import { deleteMessage } from './delete-message/action.ts'
import { moveMessageToDeletedItems } from './move-message-to-deleted-items/action.ts'
import { moveMessageToJunk } from './move-message-to-junk/action.ts'
import { remediateMessage } from './remediate-message/action.ts'
import { restoreMessage } from './restore-message/action.ts'
import { softDeleteMessage } from './soft-delete-message/action.ts'
import { warnMessage } from './warn-message/action.ts'

/** Every action that Cordon offers, the gentlest first. */
export const ACTIONS: readonly Action[] = [
  warnMessage,
  moveMessageToJunk,
  moveMessageToDeletedItems,
  softDeleteMessage,
  deleteMessage,
  remediateMessage,
  restoreMessage,
]
