import { PROJECTS } from '#world/names.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { byPerson } from './by-person.ts'

export interface Folder {
  /** Well-known name; `user:<name>` for a folder that its owner made, `made:<guid>` for one that a client made. */
  key: string
  displayName: string
  /** Key of the folder above; null for the two roots. */
  parent: string | null
  isHidden: boolean
  /** Search folders only: what they show. */
  search?: FolderSearch
}

export interface FolderSearch {
  filterQuery: string
  includeNestedFolders: boolean
  /** Keys of folders. */
  sources: readonly string[]
}

const folder = (key: string, displayName: string, parent: string | null = 'msgfolderroot', isHidden = false) => ({
  key,
  displayName,
  parent,
  isHidden,
})

/** Folders of every mailbox. Recoverable Items hang below a root that no listing shows; they are reached by name. */
const STANDARD: readonly Folder[] = [
  folder('msgfolderroot', 'Top of Information Store', null),
  folder('inbox', 'Inbox'),
  folder('drafts', 'Drafts'),
  folder('sentitems', 'Sent Items'),
  folder('deleteditems', 'Deleted Items'),
  folder('junkemail', 'Junk Email'),
  folder('archive', 'Archive'),
  folder('outbox', 'Outbox'),
  folder('conversationhistory', 'Conversation History'),
  folder('clutter', 'Clutter', 'msgfolderroot', true),
  folder('scheduled', 'Scheduled', 'msgfolderroot', true),
  folder('user:Conversation Action Settings', 'Conversation Action Settings', 'msgfolderroot', true),
  folder('syncissues', 'Sync Issues', 'msgfolderroot', true),
  folder('conflicts', 'Conflicts', 'syncissues', true),
  folder('localfailures', 'Local Failures', 'syncissues', true),
  folder('serverfailures', 'Server Failures', 'syncissues', true),
  folder('searchfolders', 'Finder', null, true),
  folder('recoverableitemsroot', 'Recoverable Items', null, true),
  folder('recoverableitemsdeletions', 'Deletions', 'recoverableitemsroot', true),
  folder('recoverableitemspurges', 'Purges', 'recoverableitemsroot', true),
  folder('recoverableitemsversions', 'Versions', 'recoverableitemsroot', true),
  folder('recoverableitemsdiscoveryholds', 'DiscoveryHolds', 'recoverableitemsroot', true),
]

/** The folders a mailbox is born with, parents before children. */
export function foldersOf(world: World, person: Person): Folder[] {
  const r = random(world.seed, 'folders', person.index)
  return [
    ...STANDARD,
    folder('user:Projects', 'Projects'),
    folder('user:Project', r.pick(PROJECTS), 'user:Projects'),
    folder('user:Newsletters', 'Newsletters'),
    folder('user:Invoices', 'Invoices'),
  ]
}

/** Folders of all mailboxes, ids `<person id>/<folder key>`. Those of one: `tenant.objects(mailFolders).of(person.id)`. */
export const mailFolders: Kind<Folder> = { name: 'mail.folder', born: byPerson(({ key }) => key, foldersOf) }

/** Made with the mailbox: cannot be renamed, moved or deleted. */
export const isDistinguished = ({ key }: Folder): boolean => !key.includes(':')

export const isRecoverable = (folderKey: string): boolean => folderKey.startsWith('recoverableitems')

/** `\Projects\Atlas`, as audit records write it. */
export function pathOf(folders: readonly Folder[], key: string): string {
  const found = folders.find((each) => each.key === key)
  if (!found) return '\\Inbox'
  const above = found.parent === null || found.parent === 'msgfolderroot' ? '' : pathOf(folders, found.parent)
  return `${above}\\${found.displayName}`
}
