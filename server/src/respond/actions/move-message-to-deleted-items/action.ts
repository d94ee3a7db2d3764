import { defineMove } from '#respond/define-move.ts'

/**
 * Moves a message to Deleted Items, from where the user or Cordon can take it back.
 *
 * Not DELETE: where that puts a message is not documented.
 */
export const moveMessageToDeletedItems = defineMove({
  id: 'move-message-to-deleted-items',
  title: 'Move to Deleted Items',
  recoverability:
    'The user can open the message in Deleted Items and move it back. Cordon can move it back to the folder it was in, ' +
    'as long as it is still in Deleted Items.',
  place: 'deleted-items',
  destination: 'deleteditems',
  name: 'Deleted Items',
})
