import { z } from 'zod'

import { batchedJson } from '#connect/apis/graph/batch.ts'
import {
  folderUrl,
  GraphFolder,
  GraphMessage,
  IMMUTABLE_IDS,
  messageEnvelopeUrl,
  messagesUrl,
  RECOVERABLE_DELETIONS,
} from '#connect/apis/graph/mail.ts'
import { odataString } from '#connect/apis/graph/odata.ts'
import type { BatchReply, MicrosoftRequest } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import type { Target } from './action.ts'

const Copy = z.object({ id: z.string(), folderId: z.string() })

/**
 * Where a message is, as its mailbox says: by its immutable id, and by its internet message ID, under which it shows up
 * again when a program moves it by copying and deleting.
 */
export const MessageState = z.object({
  place: z.enum(['folder', 'deleted-items', 'recoverable-items', 'gone']),
  folderId: z.string().optional(),
  folderName: z.string().optional(),
  /** Messages with the same internet message ID that the investigation did not find. */
  copies: z.array(Copy),
})
export type MessageState = z.infer<typeof MessageState>

const Found = z.object({ value: z.array(GraphMessage) })

/** Reads a message's state; one `$batch`, and one more request for the name of a folder not seen before. */
export async function readMessage(target: Target): Promise<MessageState> {
  const { microsoft, hit, signal } = target
  const filter = `internetMessageId eq ${odataString(hit.internetMessageId)}`
  const urls = [
    messageEnvelopeUrl(hit.userId, hit.messageId),
    folderUrl(hit.userId, 'deleteditems'),
    folderUrl(hit.userId, PURGES),
    ...(hit.internetMessageId === ''
      ? []
      : [
          messagesUrl(hit.userId, { filter, top: 100 }),
          messagesUrl(hit.userId, { folder: RECOVERABLE_DELETIONS, filter, top: 100 }),
        ]),
  ]
  const parts = urls.map((url) => ({ method: 'GET' as const, url, headers: IMMUTABLE_IDS }))
  const [message, deletedItems, purges, inFolders, inRecoverable] = await microsoft.batch(parts, signal)
  const folders = inFolders ? required(target, inFolders, Found).value : []
  const recoverable = inRecoverable ? (present(target, inRecoverable, Found, NO_FOLDER)?.value ?? []) : []
  const sameMessage = [...folders, ...recoverable]
  const copies = sameMessage
    .filter(({ id }) => id !== hit.messageId && !target.known.has(id))
    .map(({ id, parentFolderId }) => ({ id, folderId: parentFolderId }))

  const found =
    present(target, message!, GraphMessage, NO_MESSAGE) ?? sameMessage.find(({ id }) => id === hit.messageId)
  const purgesId = present(target, purges!, GraphFolder, NO_FOLDER)?.id
  if (found === undefined || found.parentFolderId === purgesId) return { place: 'gone', copies }
  const folderId = found.parentFolderId
  if (recoverable.some(({ id }) => id === hit.messageId)) {
    return { place: 'recoverable-items', folderId, folderName: 'Recoverable Items', copies }
  }
  const trash = required(target, deletedItems!, GraphFolder)
  if (folderId === trash.id) return { place: 'deleted-items', folderId, folderName: trash.displayName, copies }
  return { place: 'folder', folderId, folderName: await folderName(target, folderId), copies }
}

/**
 * Where permanentDelete puts messages: out of everybody's reach but an eDiscovery administrator's, yet an immutable id may
 * still lead there. Microsoft's code knows this name, its documentation does not, so it may be unknown in a cloud.
 */
const PURGES = 'recoverableitemspurges'

async function folderName(target: Target, folderId: string): Promise<string> {
  const { microsoft, hit, signal } = target
  if (folderId === hit.folderId) return hit.folderName
  const [folder] = await microsoft.batch([{ method: 'GET', url: folderUrl(hit.userId, folderId) }], signal)
  return present(target, folder!, GraphFolder, NO_FOLDER)?.displayName ?? 'an unknown folder'
}

/**
 * What Microsoft answers when the item is not there, or no folder has this name. Any other 404 means that the mailbox is
 * not there, and then nothing is known of the message.
 */
const NO_MESSAGE: readonly string[] = ['ErrorItemNotFound']
const NO_FOLDER: readonly string[] = ['ErrorItemNotFound', 'ErrorFolderNotFound', 'ErrorInvalidIdMalformed']

/** The part's body; undefined when Microsoft answered one of `absent`. */
function present<T>(target: Target, part: BatchReply, schema: z.ZodType<T>, absent: readonly string[]): T | undefined {
  try {
    return required(target, part, schema)
  } catch (error) {
    if (error instanceof AppError && absent.includes(error.microsoft?.code ?? '')) return undefined
    throw error
  }
}

function required<T>(target: Target, part: BatchReply, schema: z.ZodType<T>): T {
  const request: MicrosoftRequest = {
    api: 'graph',
    path: '/v1.0/$batch',
    what: `Could not read the mailbox of ${target.hit.userPrincipalName}.`,
    permission: 'Mail.Read',
  }
  return batchedJson(request, part, schema)
}

/** For a sentence: "Deleted Items". */
export function placeOf(state: MessageState): string {
  return state.place === 'gone' ? 'no folder that the user can reach' : (state.folderName ?? state.place)
}

/** Copies that were not there before. */
export function newCopies(before: MessageState, now: MessageState): MessageState['copies'] {
  return now.copies.filter(({ id }) => !before.copies.some((copy) => copy.id === id))
}

/** What to say, and to do, about copies under other ids. */
export function copiesElsewhere(copies: MessageState['copies']): string {
  return `The message has left under a new id: ${copies.length} other ${copies.length === 1 ? 'copy' : 'copies'} in the mailbox. Run the investigation again to find ${copies.length === 1 ? 'it' : 'them'}.`
}
