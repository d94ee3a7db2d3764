import { findCopies } from '#connect/ews/find-copies.ts'
import type { Ews, EwsCall, EwsMessage, FolderRef, WellKnownFolder } from '#connect/ews/ews.ts'
import { AppError } from '#domain/errors.ts'

import type { MessageTarget } from './kinds/message.ts'
import type { MessageState } from './message-state.ts'
import { PLACE_FOLDERS, placeName, placeOfFolder, type Place, type SpecialPlace } from './places.ts'

/**
 * Messages on an Exchange server on premises: the same states and moves as in Microsoft 365, through EWS. There a message has
 * another id each time it is moved. Its newest one is kept in its state; where that is not known any more, because a user moved
 * it or a crash came between, the message is found again by its internet message ID, as long as it is the only one.
 */

/** As `readMessage` of message-state.ts. */
export async function readOnPremises(
  ews: Ews,
  target: MessageTarget,
  wish: { copies: boolean },
  before?: MessageState,
): Promise<MessageState> {
  const call = callOf(target, 'read the mailbox')
  const folders = before?.folders ?? (await placeFolders(ews, call))
  const id = idOf(target, before)
  const [listed] = await ews.details(call, [id])
  // At the start always: by those that were there before, the message is told from them once it has another id.
  const others = listed && before && !wish.copies ? [] : await othersThan(ews, call, target, id)
  const message = listed ?? onlyNew(others, before)
  const copies = others.filter((other) => other !== message).map((copy) => ({ id: copy.id, folderId: copy.folderId }))
  if (!message || placeOfFolder(folders, message.folderId) === 'gone') return { place: 'gone', copies, folders }
  const { folderId } = message
  const place = placeOfFolder(folders, folderId)
  const folderName =
    folderId === before?.folderId ? before.folderName : await nameOf(ews, call, target, place, folderId)
  return { place, id: message.id, folderId, ...(folderName !== undefined && { folderName }), copies, folders }
}

/**
 * Moves the message to a folder, by id or well-known name, and gives its new id. Idempotent: an id is spent by a move.
 *
 * @throws AppError CONNECT_*.
 */
export async function moveOnPremises(
  ews: Ews,
  target: MessageTarget,
  before: MessageState,
  destination: string,
): Promise<Pick<MessageState, 'id'>> {
  const call = callOf(target, 'move a message')
  if (destination !== PLACE_FOLDERS['recoverable-items']) {
    const moved = await byNewestId(ews, call, target, before, (id) => ews.move(call, id, folderRef(destination)))
    return moved === undefined ? {} : { id: moved }
  }
  // Into Recoverable Items messages get only by being deleted, and Exchange does not tell the id that they have there.
  await byNewestId(ews, call, target, before, (id) => ews.remove(call, id, 'SoftDelete'))
  const moved = onlyNew(await othersThan(ews, call, target, idOf(target, before)), before)
  return moved ? { id: moved.id } : {}
}

/** The id of the Inbox; its well-known name where Exchange does not tell. @throws AppError CONNECT_*. */
export async function inboxOnPremises(ews: Ews, target: MessageTarget): Promise<string> {
  const { inbox = 'inbox' } = await ews.wellKnown(callOf(target, 'read the mailbox'), ['inbox'])
  return inbox
}

/** Deletes the message for good. Idempotent. @throws AppError CONNECT_*. */
export async function purgeOnPremises(ews: Ews, target: MessageTarget, before: MessageState): Promise<void> {
  const call = callOf(target, 'delete a message')
  await byNewestId(ews, call, target, before, (id) => ews.remove(call, id, 'HardDelete'))
}

/** Does it to the message by the id that is known, or by the one that it has since. */
async function byNewestId<Done>(
  ews: Ews,
  call: EwsCall,
  target: MessageTarget,
  before: MessageState,
  effect: (id: string) => Promise<Done>,
): Promise<Done> {
  const id = idOf(target, before)
  try {
    return await effect(id)
  } catch (error) {
    if (!(error instanceof AppError) || error.microsoft?.code !== 'ErrorItemNotFound') throw error
    const moved = onlyNew(await othersThan(ews, call, target, id), before)
    if (!moved) throw error
    return effect(moved.id)
  }
}

function callOf({ hit, signal }: MessageTarget, doing: string): EwsCall {
  return { mailbox: hit.userId, what: `Could not ${doing} of ${hit.userPrincipalName}.`, signal }
}

function idOf({ hit }: MessageTarget, before: MessageState | undefined): string {
  return before?.id ?? hit.messageId
}

/** Messages with the same internet message ID, but for those that the investigation found and that lie where they were. */
async function othersThan(ews: Ews, call: EwsCall, { hit, known }: MessageTarget, id: string): Promise<EwsMessage[]> {
  if (hit.internetMessageId === '') return []
  const copies = await findCopies(ews, call, hit.internetMessageId)
  return copies.filter((copy) => copy.id !== id && !known.has(copy.id))
}

/** The one that was not there before: the message itself under its new id. Of several nobody knows which. */
function onlyNew(others: readonly EwsMessage[], before: MessageState | undefined): EwsMessage | undefined {
  const fresh = others.filter(({ id }) => !before?.copies.some((copy) => copy.id === id))
  return fresh.length === 1 ? fresh[0] : undefined
}

async function placeFolders(ews: Ews, call: EwsCall): Promise<Partial<Record<SpecialPlace, string>>> {
  const places = Object.entries(PLACE_FOLDERS) as [SpecialPlace, WellKnownFolder][]
  const ids = await ews.wellKnown(
    call,
    places.map(([, folder]) => folder),
  )
  return Object.fromEntries(
    places.flatMap(([place, folder]) => (ids[folder] === undefined ? [] : [[place, ids[folder]]])),
  )
}

async function nameOf(
  ews: Ews,
  call: EwsCall,
  { hit }: MessageTarget,
  place: Place,
  folderId: string,
): Promise<string> {
  const known = placeName(place) ?? (folderId === hit.folderId ? hit.folderName : undefined)
  if (known !== undefined) return known
  const folder = (await ews.folders(call)).find(({ id }) => id === folderId)
  return folder?.displayName ?? 'an unknown folder'
}

const NAMES: ReadonlySet<string> = new Set<WellKnownFolder>(['inbox', ...Object.values(PLACE_FOLDERS)])

function folderRef(destination: string): FolderRef {
  return NAMES.has(destination) ? { wellKnown: destination as WellKnownFolder } : { id: destination }
}
