import type { Ews, EwsCall, EwsMessage, FolderRef } from './ews.ts'
import { isEqualTo } from './restriction.ts'

const FOLDERS_AT_ONCE = 20
/** Copies of one message in one folder: rarely more than one. */
const PAGE_SIZE = 50

/**
 * Every message of a mailbox with this internet message ID: in any folder and in what the user can still bring back. By it a
 * message is found again once it was moved, for then its id is another one.
 *
 * @throws AppError CONNECT_*.
 */
export async function findCopies(ews: Ews, call: EwsCall, internetMessageId: string): Promise<EwsMessage[]> {
  const all: FolderRef[] = [...(await ews.folders(call)), { wellKnown: 'recoverableitemsdeletions' }]
  const restriction = isEqualTo('message:InternetMessageId', internetMessageId)
  const found = new Map<string, EwsMessage>()
  for (let start = 0; start < all.length; start += FOLDERS_AT_ONCE) {
    const folders = all.slice(start, start + FOLDERS_AT_ONCE)
    for await (const messages of ews.messages(call, { folders, restriction, pageSize: PAGE_SIZE })) {
      for (const message of messages) {
        // Exchange compares without regard to case; a message ID is one with it.
        if (message.internetMessageId === internetMessageId) found.set(message.id, message)
      }
    }
  }
  return [...found.values()]
}
