import { GraphError } from '#services/graph/errors.ts'
import { allowOptions, project, readSelect, readSkip, readTop } from '#services/graph/odata/options.ts'
import type { Reply } from '#http/exchange.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'

import { folderOf, mailboxOf } from './mailbox-of.ts'

/** Mail folders: lists, one by id or well-known name. Recoverable Items are reached by name only. */

const ROLES = ['Mail.ReadBasic.All', 'Mail.Read', 'Mail.ReadWrite']
const PROPERTIES = [
  'id',
  'displayName',
  'parentFolderId',
  'childFolderCount',
  'unreadItemCount',
  'totalItemCount',
  'isHidden',
]

export const folderRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/users/:user/mailFolders',
    returns: 'Collection(microsoft.graph.mailFolder)',
    roles: ROLES,
    handle: (call) => listFolders(call, 'msgfolderroot'),
  },
  {
    method: 'GET',
    pattern: '/users/:user/mailFolders/:folder',
    returns: 'microsoft.graph.mailFolder',
    roles: ROLES,
    handle: getFolder,
  },
  {
    method: 'GET',
    pattern: '/users/:user/mailFolders/:folder/childFolders',
    returns: 'Collection(microsoft.graph.mailFolder)',
    roles: ROLES,
    handle: (call) => listFolders(call, call.params['folder']!),
  },
]

function listFolders(call: Call, above: string): Reply {
  const { query } = call.request
  allowOptions(query, ['$select', '$top', '$skip', '$count'])
  const mailbox = mailboxOf(call)
  const parent = folderOf(mailbox, above)
  // Below a hidden root everything is hidden: asking for its children means asking for them.
  const hidden = query.get('includeHiddenFolders')?.toLowerCase() === 'true' || parent.isHidden
  const found = mailbox.folders.filter((folder) => folder.parent === parent.key && (hidden || !folder.isHidden))
  const top = readTop(query, 10, 1000, topTooLarge)
  const skip = readSkip(query)
  const select = readSelect(query, PROPERTIES, 'Microsoft.OutlookServices.MailFolder')
  const next = skip + top
  const link = `${call.request.origin}${call.request.path}?${query.with({ $skip: String(next) })}`
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#users('${encodeURIComponent(call.params['user']!)}')/mailFolders`,
      ...(query.get('$count') === 'true' ? { '@odata.count': found.length } : {}),
      value: found.slice(skip, next).map((folder) => shape(mailbox, folder, select)),
      ...(next < found.length ? { '@odata.nextLink': link } : {}),
    },
  }
}

function getFolder(call: Call): Reply {
  allowOptions(call.request.query, ['$select'])
  const mailbox = mailboxOf(call)
  const folder = folderOf(mailbox, call.params['folder']!)
  const select = readSelect(call.request.query, PROPERTIES, 'Microsoft.OutlookServices.MailFolder')
  const context = `${call.root}/$metadata#users('${encodeURIComponent(call.params['user']!)}')/mailFolders/$entity`
  return { status: 200, body: { '@odata.context': context, ...shape(mailbox, folder, select) } }
}

export const topTooLarge = (top: string) =>
  new GraphError(
    400,
    'ErrorInvalidUrlQuery',
    `The query specified in the URI is not valid. The limit of '1000' for Top query has been exceeded. The value from the incoming request is '${top}'.`,
  )

function shape(mailbox: Mailbox, folder: Folder, select: readonly string[] | undefined) {
  const inside = mailbox.messages.filter((message) => message.folder === folder.key)
  const value = {
    id: mailbox.folderId(folder.key),
    displayName: folder.displayName,
    parentFolderId: mailbox.folderId(folder.parent ?? 'root'),
    childFolderCount: mailbox.folders.filter(({ parent, isHidden }) => parent === folder.key && !isHidden).length,
    unreadItemCount: inside.filter(({ isRead }) => !isRead).length,
    totalItemCount: inside.length,
    isHidden: folder.isHidden,
  }
  return select ? project(value, [...new Set(['id', ...select])]) : value
}
