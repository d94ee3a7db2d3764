import { defineMove } from '#respond/define-move.ts'

/** Moves a message to Junk Email: its links and attachments are off there, and the user still has it. */
export const moveMessageToJunk = defineMove({
  id: 'move-message-to-junk',
  title: 'Move to Junk Email',
  recoverability:
    'The user still has the message, in Junk Email, and can move it back. Cordon can move it back to the folder it was in, ' +
    'as long as it is still in Junk Email.',
  place: 'junk-email',
  destination: 'junkemail',
  name: 'Junk Email',
})
