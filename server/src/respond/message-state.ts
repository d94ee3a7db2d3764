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
    ...(hit.internetMessageId === ''
      ? []
      : [
          messagesUrl(hit.userId, { filter, top: 100 }),
          messagesUrl(hit.userId, { folder: RECOVERABLE_DELETIONS, filter, top: 100 }),
        ]),
  ]
  const parts = urls.map((url) => ({ method: 'GET' as const, url, headers: IMMUTABLE_IDS }))
  const [message, deletedItems, inFolders, inRecoverable] = await microsoft.batch(parts, signal)
  const byId = read(target, message!, GraphMessage)
  const folders = inFolders ? required(target, inFolders, Found).value : []
  const recoverable = inRecoverable ? (read(target, inRecoverable, Found)?.value ?? []) : []
  const found = byId ?? [...folders, ...recoverable].find(({ id }) => id === hit.messageId)
  const copies = [...folders, ...recoverable]
    .filter(({ id }) => id !== hit.messageId && !target.known.has(id))
    .map(({ id, parentFolderId }) => ({ id, folderId: parentFolderId }))
  if (found === undefined) return { place: 'gone', copies }

  const folderId = found.parentFolderId
  if (recoverable.some(({ id }) => id === found.id)) {
    return { place: 'recoverable-items', folderId, folderName: 'Recoverable Items', copies }
  }
  const trash = required(target, deletedItems!, GraphFolder)
  if (folderId === trash.id) return { place: 'deleted-items', folderId, folderName: trash.displayName, copies }
  return { place: 'folder', folderId, folderName: await folderName(target, folderId), copies }
}

async function folderName(target: Target, folderId: string): Promise<string> {
  const { microsoft, hit, signal } = target
  if (folderId === hit.folderId) return hit.folderName
  const [folder] = await microsoft.batch([{ method: 'GET', url: folderUrl(hit.userId, folderId) }], signal)
  return read(target, folder!, GraphFolder)?.displayName ?? 'an unknown folder'
}

/** The part's body; undefined when the mailbox says that the item is not there. */
function read<T>(target: Target, part: BatchReply, schema: z.ZodType<T>): T | undefined {
  try {
    return required(target, part, schema)
  } catch (error) {
    if (error instanceof AppError && NOT_THERE.has(error.microsoft?.code ?? '')) return undefined
    throw error
  }
}

/** An item or a folder is not there. Other 404s mean that the mailbox is not, and then nothing is known of the message. */
const NOT_THERE: ReadonlySet<string> = new Set(['ErrorItemNotFound', 'ErrorFolderNotFound'])

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
  return state.place === 'gone' ? 'no folder that can be read' : (state.folderName ?? state.place)
}

/** Copies that were not there before. */
export function newCopies(before: MessageState, now: MessageState): MessageState['copies'] {
  return now.copies.filter(({ id }) => !before.copies.some((copy) => copy.id === id))
}

/** What to say, and to do, about copies under other ids. */
export function copiesElsewhere(copies: MessageState['copies']): string {
  return `The message has left under a new id: ${copies.length} other ${copies.length === 1 ? 'copy' : 'copies'} in the mailbox. Run the investigation again to find ${copies.length === 1 ? 'it' : 'them'}.`
}
