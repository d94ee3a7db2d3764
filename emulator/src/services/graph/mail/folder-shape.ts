import { isDistinguished } from '#world/mail/folders.ts'
import { project } from '#services/graph/odata/options.ts'
import { sizeOfItem } from '#world/mail/item.ts'
import type { Call } from '#services/graph/route.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'

import { messagesIn } from './list.ts'

export const FOLDER_PROPERTIES = [
  'id',
  'displayName',
  'parentFolderId',
  'childFolderCount',
  'unreadItemCount',
  'totalItemCount',
  'isHidden',
  'sizeInBytes',
  'wellKnownName',
]

/** The mail folder as the Graph shows it; size and well-known name in beta only. */
export function shapeFolder(call: Call, mailbox: Mailbox, folder: Folder, select: readonly string[] | undefined) {
  const inside = messagesIn(mailbox, folder)
  const { search, parent } = folder
  const value = {
    id: mailbox.folderId(folder.key),
    displayName: folder.displayName,
    parentFolderId: mailbox.folderId(parent ?? 'root'),
    childFolderCount: mailbox.folders.filter((each) => each.parent === folder.key && !each.isHidden).length,
    unreadItemCount: inside.filter(({ isRead }) => !isRead).length,
    totalItemCount: inside.length,
    isHidden: folder.isHidden,
    ...(call.root.endsWith('/beta')
      ? {
          sizeInBytes: inside.reduce((sum, { item }) => sum + sizeOfItem(item), 0),
          wellKnownName: isDistinguished(folder) ? folder.key : null,
        }
      : {}),
    ...(search
      ? {
          isSupported: true,
          includeNestedFolders: search.includeNestedFolders,
          sourceFolderIds: search.sources.map((key) => mailbox.folderId(key)),
          filterQuery: search.filterQuery,
        }
      : {}),
  }
  return {
    ...(search ? { '@odata.type': '#microsoft.graph.mailSearchFolder' } : {}),
    ...(select ? project(value, [...new Set(['id', ...select])]) : value),
  }
}
