import type { MessageTarget } from '#respond/kinds/message.ts'
import { defineAction, type Action } from './action.ts'
import { mailReadWrite, moveTo } from './act.ts'
import { mailboxesOf, messagesOf } from './count.ts'
import { isIn, isUnmoved, MessageState, placeOf, readMessage, settledWhenGone } from './message-state.ts'
import { type Place, PLACES } from './places.ts'

/** What tells one move from another. */
export interface Move {
  id: string
  title: string
  recoverability: string
  /** Where messages go. */
  place: Exclude<Place, 'folder' | 'gone'>
  /** Its well-known name at Microsoft. */
  destination: string
  /** Its name for people. */
  name: string
}

/**
 * An action that moves a message to a folder further from its user's eyes, and back to the folder where it was. Idempotent:
 * moving a message to the folder that it is in changes nothing.
 *
 * @see https://learn.microsoft.com/graph/api/message-move
 */
export function defineMove({ place, destination, name, ...words }: Move): Action<MessageState, MessageTarget> {
  const distance = (of: Place) => PLACES.indexOf(of)
  const wish = { places: ['junk-email', 'deleted-items', 'recoverable-items'], copies: false } as const
  return defineAction<MessageState, MessageTarget>({
    ...words,
    on: 'message',
    onPremises: true,
    permissions: [mailReadWrite(`To move messages to ${name} and back, and to read the mailbox back afterwards.`)],
    does: (count) => `move ${messagesOf(count)} in ${mailboxesOf(count)} to ${name}`,
    did: (count) => `moved ${messagesOf(count)} in ${mailboxesOf(count)} to ${name}`,
    state: MessageState,
    read: (target, before) => readMessage(target, wish, before),

    settled(now) {
      if (distance(now.place) < distance(place)) return undefined
      return (
        settledWhenGone(now) ?? {
          state: now.place === 'junk-email' ? 'already-done' : 'already-gone',
          proof: `The message was in ${placeOf(now)} before Cordon acted.`,
        }
      )
    },

    execute: (target, before) => moveTo(target, before, destination),

    verify(before, now) {
      if (now.place === place) return { is: 'wanted', proof: isIn(now) }
      return { is: isUnmoved(before, now) ? 'unchanged' : 'elsewhere', proof: isIn(now) }
    },

    revert: {
      execute: (target, before) => moveTo(target, before, before.folderId!),
      verify(before, now) {
        if (isUnmoved(before, now)) return { is: 'wanted', proof: isIn(now) }
        return { is: now.place === place ? 'unchanged' : 'elsewhere', proof: isIn(now) }
      },
    },
  })
}
