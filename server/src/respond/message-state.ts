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

import type { MessageTarget } from './kinds/message.ts'
import { readOnPremises } from './on-premises.ts'
import { PLACE_FOLDERS, placeName, placeOfFolder, PLACES, type Place, type SpecialPlace } from './places.ts'

const Copy = z.object({ id: z.string(), folderId: z.string() })

/**
 * Where a message is, as its mailbox says: by its immutable id, and by its internet message ID, under which it shows up
 * again when a program moves it by copying and deleting.
 */
export const MessageState = z.object({
  place: z.enum(PLACES),
  /** Where moving gives another one: the message's newest. */
  id: z.string().optional(),
  folderId: z.string().optional(),
  folderName: z.string().optional(),
  /** It is an event of a calendar, not a message. */
  isEvent: z.literal(true).optional(),
  /** Messages with the same internet message ID that the investigation did not find. */
  copies: z.array(Copy),
  /** Ids of the mailbox's folders that make a place; they never change, so reading back asks for them no more. */
  folders: z.partialRecord(z.enum(Object.keys(PLACE_FOLDERS) as SpecialPlace[]), z.string()).optional(),
})
export type MessageState = z.infer<typeof MessageState>

const Found = z.object({ value: z.array(GraphMessage) })

/**
 * Reads where the message is, in one `$batch`; in another one, rarely, the name of a folder not seen before, and copies of
 * a message that is not there.
 *
 * @param wish.places which places to tell from ordinary folders; `gone` always is.
 * @param wish.copies whether to look for copies although the message is there.
 */
export async function readMessage(
  target: MessageTarget,
  wish: { places: readonly SpecialPlace[]; copies: boolean },
  before?: MessageState,
): Promise<MessageState> {
  const { hit, microsoft } = target
  if (microsoft.exchange) return readOnPremises(microsoft.exchange.ews, target, wish, before)
  const places = before?.folders ? [] : new Set<SpecialPlace>([...wish.places, 'gone'])
  const [message, ...more] = await get(target, [
    messageEnvelopeUrl(hit.userId, hit.messageId),
    ...[...places].map((place) => folderUrl(hit.userId, PLACE_FOLDERS[place])),
    ...(wish.copies ? copyUrls(target) : []),
  ])
  const folders = before?.folders ?? foldersOf(target, [...places], more.splice(0, [...places].length))
  const there = present(target, message!, GraphMessage, NO_MESSAGE)
  const place = there ? placeOfFolder(folders, there.parentFolderId) : 'gone'
  const same = wish.copies ? more : place === 'gone' ? await get(target, copyUrls(target)) : []
  const copies = copiesIn(target, same)
  if (place === 'gone') return { place, copies, folders }
  const folderId = there!.parentFolderId
  const folderName = folderId === before?.folderId ? before.folderName : await nameOf(target, place, folderId)
  return { place, folderId, ...(folderName !== undefined && { folderName }), copies, folders }
}

/** One `$batch` of reads of the target's mailbox. */
export async function get({ microsoft, signal }: MessageTarget, urls: readonly string[]): Promise<BatchReply[]> {
  if (urls.length === 0) return []
  return microsoft.batch(
    urls.map((url) => ({ method: 'GET', url, headers: IMMUTABLE_IDS })),
    signal,
  )
}

function copyUrls({ hit }: MessageTarget): string[] {
  if (hit.internetMessageId === '') return []
  const filter = `internetMessageId eq ${odataString(hit.internetMessageId)}`
  return [
    messagesUrl(hit.userId, { filter, top: 100 }),
    messagesUrl(hit.userId, { folder: RECOVERABLE_DELETIONS, filter, top: 100 }),
  ]
}

function copiesIn(target: MessageTarget, [inFolders, inRecoverable]: readonly BatchReply[]): MessageState['copies'] {
  const found = inFolders ? required(target, inFolders, Found).value : []
  const recoverable = inRecoverable ? (present(target, inRecoverable, Found, NO_FOLDER)?.value ?? []) : []
  return [...found, ...recoverable]
    .filter(({ id }) => id !== target.hit.messageId && !target.known.has(id))
    .map(({ id, parentFolderId }) => ({ id, folderId: parentFolderId }))
}

function foldersOf(target: MessageTarget, places: readonly SpecialPlace[], replies: readonly BatchReply[]) {
  const ids = places.map((place, i) => [place, present(target, replies[i]!, GraphFolder, NO_FOLDER)?.id] as const)
  return Object.fromEntries(ids.filter(([, id]) => id !== undefined)) as Partial<Record<SpecialPlace, string>>
}

async function nameOf(target: MessageTarget, place: Place, folderId: string): Promise<string> {
  const { hit } = target
  const known = placeName(place) ?? (folderId === hit.folderId ? hit.folderName : undefined)
  if (known !== undefined) return known
  const [folder] = await get(target, [folderUrl(hit.userId, folderId)])
  return present(target, folder!, GraphFolder, NO_FOLDER)?.displayName ?? 'an unknown folder'
}

/**
 * What Microsoft answers when the item is not there, or no folder has this name. Any other 404 means that the mailbox is
 * not there, and then nothing is known of the message.
 */
const NO_MESSAGE: readonly string[] = ['ErrorItemNotFound']
const NO_FOLDER: readonly string[] = ['ErrorItemNotFound', 'ErrorFolderNotFound', 'ErrorInvalidIdMalformed']

/** The message that a part of {@link get} gave; undefined when it is not there. @throws AppError CONNECT_* */
export function messageIn<T>(target: MessageTarget, part: BatchReply, schema: z.ZodType<T>): T | undefined {
  return present(target, part, schema, NO_MESSAGE)
}

/** The part's body; undefined when Microsoft answered one of `absent`. */
function present<T>(
  target: MessageTarget,
  part: BatchReply,
  schema: z.ZodType<T>,
  absent: readonly string[],
): T | undefined {
  try {
    return required(target, part, schema)
  } catch (error) {
    if (error instanceof AppError && absent.includes(error.microsoft?.code ?? '')) return undefined
    throw error
  }
}

function required<T>(target: MessageTarget, part: BatchReply, schema: z.ZodType<T>): T {
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

/** Evidence of where it is. */
export function isIn(state: MessageState): string {
  return `The ${state.isEvent ? 'event' : 'message'} is in ${placeOf(state)}.`
}

/** Whether the message has not been moved. */
export function isUnmoved(before: MessageState, now: MessageState): boolean {
  return now.place !== 'gone' && now.folderId === before.folderId
}

/** Why nothing is to be done with a message that is not in the mailbox any more; undefined when it is. */
export function settledWhenGone(now: MessageState) {
  if (now.place !== 'gone') return undefined
  if (now.isEvent) return { state: 'already-gone' as const, proof: NO_EVENT }
  return now.copies.length === 0
    ? {
        state: 'already-gone' as const,
        proof: 'The mailbox no longer has the message, in Recoverable Items neither, and no other copy.',
      }
    : { state: 'moved-by-user' as const, proof: copiesElsewhere(now.copies) }
}

/** What it means for a deletion that `now` is there after `before`. */
export function verifyGone(before: MessageState, now: MessageState) {
  if (now.place !== 'gone') return { is: 'unchanged' as const, proof: isIn(now) }
  if (now.isEvent) return { is: 'wanted' as const, proof: NO_EVENT }
  const appeared = now.copies.filter(({ id }) => !before.copies.some((copy) => copy.id === id))
  return appeared.length === 0
    ? { is: 'wanted' as const, proof: 'The mailbox no longer has the message, in Recoverable Items neither.' }
    : { is: 'elsewhere' as const, proof: copiesElsewhere(appeared) }
}

const NO_EVENT = 'The calendar no longer has the event.'

/** What to say, and to do, about copies under other ids. */
function copiesElsewhere(copies: MessageState['copies']): string {
  return `The message has left under a new id: ${copies.length} other ${copies.length === 1 ? 'copy' : 'copies'} in the mailbox. Run the investigation again to find ${copies.length === 1 ? 'it' : 'them'}.`
}
