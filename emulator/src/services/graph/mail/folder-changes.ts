import { GraphError, badRequest } from '#services/graph/errors.ts'
import { list, text } from '#services/graph/read-value.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import { isDistinguished, isRecoverable, mailFolders } from '#world/mail/folders.ts'
import { readJson } from '#services/graph/json.ts'
import { store } from '#world/mail/stored.ts'
import type { Call } from '#services/graph/route.ts'
import type { Folder, FolderSearch } from '#world/mail/folders.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'

import { MESSAGE_FIELDS, withPairs } from './fields.ts'
import { asItLies, destinationOf } from './drafts.ts'
import { folderEntity } from './folders.ts'
import { folderOf, mailboxOf } from './mailbox-of.ts'
import { moveTo } from './change.ts'

/** What can be done to folders: make, rename, move, copy, delete. Those that Outlook made stay as they are. */

/** `POST /mailFolders`, `POST …/childFolders`: 201 and the folder, a search folder where the body says so. */
export function createFolder(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const parent = folderOf(mailbox, call.params['folder'] ?? 'msgfolderroot')
  const body = readJson(call.request)
  const displayName = nameIn(body)
  refuseTwin(mailbox, parent.key, displayName)
  const search = String(body['@odata.type'] ?? '').endsWith('microsoft.graph.mailSearchFolder')
  const made: Folder = {
    key: `made:${call.tenant.newId(`folder ${mailbox.person.index}`)}`,
    displayName,
    parent: parent.key,
    isHidden: body['isHidden'] === true,
    ...(search ? { search: readSearch(mailbox, body) } : {}),
  }
  put(call, mailbox, made)
  return { status: 201, body: folderEntity(call, mailbox, made) }
}

/** `PATCH`: 200 and the folder. */
export function updateFolder(call: Call): Reply {
  const [mailbox, folder] = target(call)
  const body = readJson(call.request)
  const given = Object.keys(body).filter((name) => !name.startsWith('@'))
  const unknown = given.find(
    (name) => !['displayName', 'isHidden', 'filterQuery', 'includeNestedFolders', 'sourceFolderIds'].includes(name),
  )
  if (unknown || given.length === 0)
    throw badRequest(`The property '${unknown ?? ''}' of a mail folder cannot be changed.`)
  const displayName = 'displayName' in body ? nameIn(body) : folder.displayName
  if (displayName !== folder.displayName) {
    refuseDistinguished(folder)
    refuseTwin(mailbox, folder.parent, displayName)
  }
  const changed: Folder = {
    ...folder,
    displayName,
    ...(folder.search ? { search: readSearch(mailbox, { ...asGiven(mailbox, folder.search), ...body }) } : {}),
  }
  put(call, mailbox, changed)
  return { status: 200, body: folderEntity(call, mailbox, changed) }
}

/** `POST …/move`: 201 and the folder. */
export function moveFolder(call: Call): Reply {
  const [mailbox, folder] = target(call)
  refuseDistinguished(folder)
  const parent = destinationOf(mailbox, readJson(call.request)['destinationId'])
  if (subtree(mailbox, folder).some(({ key }) => key === parent))
    throw new GraphError(400, 'ErrorMoveCopyFailed', 'The folder cannot be moved below itself.')
  refuseTwin(mailbox, parent, folder.displayName)
  const moved = { ...folder, parent }
  put(call, mailbox, moved)
  return { status: 201, body: folderEntity(call, mailbox, moved) }
}

/** `POST …/copy`: 201 and the copy, with what lies in it and below it. */
export function copyFolder(call: Call): Reply {
  const [mailbox, folder] = target(call)
  const parent = destinationOf(mailbox, readJson(call.request)['destinationId'])
  if (subtree(mailbox, folder).some(({ key }) => key === parent))
    throw new GraphError(400, 'ErrorMoveCopyFailed', 'The folder cannot be copied below itself.')
  refuseTwin(mailbox, parent, folder.displayName)
  const copies = new Map([[folder.parent ?? '', parent]])
  for (const each of subtree(mailbox, folder)) {
    const key = `made:${call.tenant.newId(`folder ${mailbox.person.index}`)}`
    copies.set(each.key, key)
    put(call, mailbox, { ...each, key, parent: copies.get(each.parent ?? '') ?? parent })
    for (const message of mailbox.messages.filter((one) => one.folder === each.key)) {
      const copy = { mailbox: mailbox.person.id, key: `made.${call.tenant.newId('item')}`, folder: key }
      call.tenant.change({ type: 'mail.placed', item: store(asItLies(message)), copies: [copy], appId: call.appId })
    }
  }
  return {
    status: 201,
    body: folderEntity(call, mailbox, folderOf(mailbox, mailbox.folderId(copies.get(folder.key)!))),
  }
}

/** `DELETE`: 204. The folder goes below Deleted Items; from there its mail goes to Recoverable Items, and it is gone. */
export function deleteFolder(call: Call): Reply {
  const [mailbox, folder] = target(call)
  refuseDistinguished(folder)
  const trash = folderOf(mailbox, 'deleteditems')
  const inTrash = subtree(mailbox, trash).some(({ key }) => key === folder.key)
  if (folder.search || inTrash) remove(call, mailbox, folder, 'recoverableitemsdeletions')
  else
    put(call, mailbox, { ...folder, parent: trash.key, displayName: freeName(mailbox, trash.key, folder.displayName) })
  return { status: 204 }
}

/** `POST …/permanentDelete`: 204. Its mail goes to Purges; folders do not. */
export function purgeFolder(call: Call): Reply {
  const [mailbox, folder] = target(call)
  refuseDistinguished(folder)
  remove(call, mailbox, folder, 'recoverableitemspurges')
  return { status: 204 }
}

function remove(call: Call, mailbox: Mailbox, folder: Folder, to: string): void {
  for (const { key } of subtree(mailbox, folder).toReversed()) {
    const operation = to === 'recoverableitemspurges' ? 'HardDelete' : 'SoftDelete'
    for (const message of mailbox.messages.filter((one) => one.folder === key))
      moveTo(call, mailbox, message, to, operation)
    call.tenant.objects(mailFolders).remove(`${mailbox.person.id}/${key}`)
  }
}

function target(call: Call): [Mailbox, Folder] {
  const mailbox = mailboxOf(call)
  return [mailbox, folderOf(mailbox, call.params['folder']!)]
}

const put = (call: Call, mailbox: Mailbox, folder: Folder) =>
  void call.tenant.objects(mailFolders).put(`${mailbox.person.id}/${folder.key}`, folder)

/** The folder and what is below it, from the top down. */
function subtree(mailbox: Mailbox, folder: Folder): Folder[] {
  const { folders } = mailbox
  const below = (key: string): Folder[] =>
    folders.filter(({ parent }) => parent === key).flatMap((each) => [each, ...below(each.key)])
  return [folder, ...below(folder.key)]
}

function nameIn(body: Record<string, unknown>): string {
  const name = text(body['displayName'], 'displayName')
  if (name.trim() === '' || name.length > 255)
    throw new GraphError(400, 'ErrorInvalidRequest', 'The name of the folder is missing or too long.')
  return name
}

function refuseTwin(mailbox: Mailbox, parent: string | null, displayName: string): void {
  if (!isFree(mailbox, parent, displayName))
    throw new GraphError(409, 'ErrorFolderExists', 'A folder with the specified name already exists.')
}

const isFree = (mailbox: Mailbox, parent: string | null, name: string) =>
  !mailbox.folders.some((each) => each.parent === parent && each.displayName.toLowerCase() === name.toLowerCase())

function freeName(mailbox: Mailbox, parent: string, name: string): string {
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? name : `${name}${n}`
    if (isFree(mailbox, parent, candidate)) return candidate
  }
}

function refuseDistinguished(folder: Folder): void {
  if (isDistinguished(folder) || isRecoverable(folder.key))
    throw new GraphError(403, 'ErrorDeleteDistinguishedFolder', 'Distinguished folders cannot be deleted or changed.')
}

const asGiven = (mailbox: Mailbox, { sources, ...search }: FolderSearch) => ({
  ...search,
  sourceFolderIds: sources.map((key) => mailbox.folderId(key)),
})

/** @throws GraphError for a search that cannot be made. */
function readSearch(mailbox: Mailbox, body: Record<string, unknown>): FolderSearch {
  const filterQuery = text(body['filterQuery'], 'filterQuery')
  parseFilter(withPairs(filterQuery).filter, MESSAGE_FIELDS)
  const sources = list(body['sourceFolderIds'], 'sourceFolderIds').map(
    (id) => folderOf(mailbox, text(id, 'sourceFolderIds')).key,
  )
  if (sources.length === 0) throw badRequest('A search folder needs sourceFolderIds.')
  return { filterQuery, sources, includeNestedFolders: body['includeNestedFolders'] === true }
}
