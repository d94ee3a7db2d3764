import type { Action } from '#respond/action.ts'

import { deleteMessage } from './delete-message/action.ts'
import { moveMessageToDeletedItems } from './move-message-to-deleted-items/action.ts'

/** Every action that Cordon offers, the gentlest first. */
export const ACTIONS: readonly Action[] = [moveMessageToDeletedItems, deleteMessage]
