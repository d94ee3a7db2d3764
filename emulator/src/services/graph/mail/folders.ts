import { answerCount } from '#services/graph/odata/count.ts'
import { allowOptions, readSelect, readSkip, readTop } from '#services/graph/odata/options.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import type { Call } from '#services/graph/route.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'

import { FOLDER_PROPERTIES, shapeFolder } from './folder-shape.ts'
import { contextOf, folderOf, mailboxOf, topTooLarge } from './mailbox-of.ts'
import { readExpand } from '#services/graph/odata/expand.ts'

/** Mail folders: lists, one by id or well-known name. Recoverable Items are reached by name only. */

const FIELDS = { displayName: 'string', id: 'string', isHidden: 'boolean' } as const

export const listRootFolders = (call: Call): Reply => listBelow(call, 'msgfolderroot')

export const listChildFolders = (call: Call): Reply => listBelow(call, call.params['folder']!)

function listBelow(call: Call, above: string): Reply {
  const { query } = call.request
  allowOptions(query, ['$select', '$top', '$skip', '$count', '$filter', '$expand'])
  const mailbox = mailboxOf(call)
  const parent = folderOf(mailbox, above)
  const found = childrenOf(call, mailbox, parent)
  const expand = readExpand(query, ['childFolders']).length > 0
  const top = readTop(query, 10, 1000, topTooLarge)
  const skip = readSkip(query)
  const select = readSelect(query, FOLDER_PROPERTIES, 'Microsoft.OutlookServices.MailFolder')
  const next = skip + top
  const link = `${call.request.origin}${call.request.path}?${query.with({ $skip: String(next) })}`
  const below = (folder: Folder) =>
    expand
      ? { childFolders: childrenOf(call, mailbox, folder).map((each) => shapeFolder(call, mailbox, each, undefined)) }
      : {}
  return {
    status: 200,
    body: {
      '@odata.context': contextOf(call, 'mailFolders'),
      ...(query.get('$count')?.toLowerCase() === 'true' ? { '@odata.count': found.length } : {}),
      value: found
        .slice(skip, next)
        .map((folder) => ({ ...shapeFolder(call, mailbox, folder, select), ...below(folder) })),
      ...(next < found.length ? { '@odata.nextLink': link } : {}),
    },
  }
}

function childrenOf(call: Call, mailbox: Mailbox, parent: Folder): Folder[] {
  const { query } = call.request
  // Below a hidden root everything is hidden: asking for its children means asking for them.
  const hidden = query.get('includeHiddenFolders')?.toLowerCase() === 'true' || parent.isHidden
  const text = query.get('$filter')
  const filter = text?.trim() ? parseFilter(text, FIELDS) : undefined
  return mailbox.folders.filter(
    (folder) =>
      folder.parent === parent.key &&
      (hidden || !folder.isHidden) &&
      (filter?.matches((field) =>
        field === 'id' ? mailbox.folderId(folder.key) : folder[field as 'displayName' | 'isHidden'],
      ) ??
        true),
  )
}

/** `/mailFolders/$count` */
export function countFolders(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const count = childrenOf(call, mailbox, folderOf(mailbox, 'msgfolderroot')).length
  return answerCount(call.request, count)
}

export function getFolder(call: Call): Reply {
  allowOptions(call.request.query, ['$select'])
  const mailbox = mailboxOf(call)
  const folder = folderOf(mailbox, call.params['folder']!)
  const select = readSelect(call.request.query, FOLDER_PROPERTIES, 'Microsoft.OutlookServices.MailFolder')
  return { status: 200, body: folderEntity(call, mailbox, folder, select) }
}

export const folderEntity = (call: Call, mailbox: Mailbox, folder: Folder, select?: readonly string[]) => ({
  '@odata.context': contextOf(call, 'mailFolders/$entity'),
  ...shapeFolder(call, mailbox, folder, select),
})
