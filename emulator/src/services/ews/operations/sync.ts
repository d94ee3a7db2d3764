import type { Message } from '#world/mail/message.ts'
import type { Reply } from '#http/exchange.ts'

import { ItemError, badSchema, failure, responseReply, success } from '#services/ews/errors.ts'
import { child, leaf, tag, textOf } from '#services/ews/xml.ts'
import { ewsId, folderIn, ownMailbox } from '#services/ews/call.ts'
import { messageXml, readShape } from '#services/ews/properties.ts'
import type { EwsCall } from '#services/ews/call.ts'

/** SyncFolderItems: everything in a folder at first, and what has changed since from then on. */

/** What a client has: up to which change, and how much of the first listing. */
interface State {
  folder: string
  number: number
  /** Items of the first listing that have been given; -1 once all have. */
  given: number
}

const write = (state: State): string => Buffer.from(JSON.stringify(state)).toString('base64')

/** @throws ItemError ErrorInvalidSyncStateData for text that is no state of this folder. */
function read(text: string | undefined, folder: string, now: number): State {
  if (!text) return { folder, number: now, given: 0 }
  try {
    const state = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Partial<State>
    if (state.folder === folder && Number.isSafeInteger(state.number) && Number.isSafeInteger(state.given))
      return state as State
  } catch {
    // Falls through to the one answer.
  }
  throw new ItemError('ErrorInvalidSyncStateData', 'The synchronization state data is corrupt or otherwise invalid.')
}

const MOST = 512

export function syncFolderItems(call: EwsCall): Reply {
  const { operation, tenant } = call
  const most = Number(textOf(operation, 'MaxChangesReturned'))
  if (!Number.isInteger(most) || most < 1 || most > MOST)
    throw badSchema(`The 'MaxChangesReturned' element is invalid - it must be between 1 and ${MOST}.`)
  const shape = readShape(child(operation, 'ItemShape'), true)
  try {
    const mailbox = ownMailbox(call)
    const folder = folderIn(call, 'SyncFolderId')
    const state = read(textOf(operation, 'SyncState'), folder.key, tenant.changeCount)
    const shown = (name: string, message: Message) => tag(name, messageXml({ tenant, mailbox, message }, shape, true))
    const gone = (id: string) => tag('t:Delete', tag('t:ItemId', '', { Id: ewsId(id) }))
    let changes: string[]
    let next: State
    if (state.given >= 0) {
      const all = mailbox.messages.filter((message) => message.folder === folder.key).toReversed()
      changes = all.slice(state.given, state.given + most).map((message) => shown('t:Create', message))
      const given = state.given + changes.length
      next = { ...state, given: given >= all.length ? -1 : given }
    } else {
      changes = mailbox.since(state.number - 1).flatMap(({ message, trail, key }) => {
        const was = trail.findLast(({ number }) => number < state.number)
        const had = was?.folder === folder.key
        const has = message?.folder === folder.key
        if (had && has && was === trail.at(-1)) return [shown('t:Update', message)]
        return [...(had ? [gone(mailbox.idAt(key, was))] : []), ...(has ? [shown('t:Create', message)] : [])]
      })
      next = { ...state, number: tenant.changeCount }
    }
    const inside =
      leaf('m:SyncState', write(next)) +
      leaf('m:IncludesLastItemInRange', next.given < 0) +
      tag('m:Changes', changes.join(''))
    return responseReply(operation.name, [success(operation.name, inside)])
  } catch (error) {
    if (error instanceof ItemError) return responseReply(operation.name, [failure(operation.name, error)])
    throw error
  }
}
