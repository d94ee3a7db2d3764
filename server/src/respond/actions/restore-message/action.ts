import { z } from 'zod'

import { folderUrl, GraphFolder } from '#connect/apis/graph/mail.ts'
import { mailReadWrite, moveTo } from '#respond/act.ts'
import { defineAction } from '#respond/action.ts'
import type { MessageTarget } from '#respond/kinds/message.ts'
import { mailboxesOf, messagesOf } from '#respond/count.ts'
import {
  get,
  isIn,
  isUnmoved,
  messageIn,
  MessageState,
  placeOf,
  readMessage,
  settledWhenGone,
} from '#respond/message-state.ts'
import { inboxOnPremises } from '#respond/on-premises.ts'

const RestoreState = MessageState.extend({
  /** Id of the folder where it goes back to. */
  goal: z.string(),
})
type RestoreState = z.infer<typeof RestoreState>

const Earlier = MessageState.pick({ folderId: true })

/**
 * Brings a message back that lies in Junk Email, Deleted Items or Recoverable Items: to the folder where the newest run that
 * changed it found it, else to the Inbox. What the user has in another folder stays there.
 */
export const restoreMessage = defineAction<RestoreState, MessageTarget>({
  id: 'restore-message',
  on: 'message',
  title: 'Restore',
  recoverability:
    'The message goes back to the folder it was in before Cordon acted on it, or to the Inbox where Cordon did not. ' +
    'Cordon can take it away again to where it is now. What was deleted permanently cannot be restored.',
  permissions: [mailReadWrite('To move messages back, and to read the mailbox back afterwards.')],
  restores: true,
  onPremises: true,
  does: (count) => `restore ${messagesOf(count)} in ${mailboxesOf(count)}`,
  did: (count) => `restored ${messagesOf(count)} in ${mailboxesOf(count)}`,
  state: RestoreState,

  async read(target, before) {
    const places = ['junk-email', 'deleted-items', 'recoverable-items'] as const
    const now = await readMessage(target, { places, copies: false }, before)
    return { ...now, goal: before?.goal ?? (await goalOf(target)) }
  },

  settled(now) {
    const gone = settledWhenGone(now)
    if (gone?.state === 'already-gone') return { state: 'failed', reason: `It cannot be restored. ${gone.proof}` }
    if (gone) return gone
    if (now.folderId === now.goal || now.place === 'folder') {
      return { state: 'already-done', proof: `The message was in ${placeOf(now)} before Cordon acted.` }
    }
    return undefined
  },

  execute: (target, before) => moveTo(target, before, before.goal),

  verify(before, now) {
    if (isUnmoved(before, now)) return { is: 'unchanged', proof: isIn(now) }
    return { is: isRestored(before, now) ? 'wanted' : 'elsewhere', proof: isIn(now) }
  },

  revert: {
    execute: (target, before) => moveTo(target, before, before.folderId!),
    verify(before, now) {
      if (isUnmoved(before, now)) return { is: 'wanted', proof: isIn(now) }
      return { is: isRestored(before, now) ? 'unchanged' : 'elsewhere', proof: isIn(now) }
    },
  },
})

function isRestored(before: RestoreState, now: RestoreState): boolean {
  return now.place !== 'gone' && now.folderId === before.goal
}

/** The folder where an earlier run found the message, else the Inbox. */
async function goalOf(target: MessageTarget): Promise<string> {
  const earlier = Earlier.safeParse(target.earlier).data?.folderId
  if (earlier !== undefined) return earlier
  const { exchange } = target.microsoft
  if (exchange) return inboxOnPremises(exchange.ews, target)
  const [inbox] = await get(target, [folderUrl(target.hit.userId, 'inbox')])
  return messageIn(target, inbox!, GraphFolder)?.id ?? 'inbox'
}
