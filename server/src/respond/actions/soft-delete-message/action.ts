import { RECOVERABLE_DELETIONS } from '#connect/apis/graph/mail.ts'
import { defineMove } from '#respond/define-move.ts'

/** Takes a message out of every folder that the user sees, into Recoverable Items, as emptying Deleted Items does. */
export const softDeleteMessage = defineMove({
  id: 'soft-delete-message',
  title: 'Move to Recoverable Items (soft delete)',
  recoverability:
    'The message is in no folder that the user sees. The user can still get it from "Recover items deleted from this ' +
    'folder", for 14 days unless changed. Within that time Cordon can move it back to the folder it was in.',
  place: 'recoverable-items',
  destination: RECOVERABLE_DELETIONS,
  name: 'Recoverable Items',
})
