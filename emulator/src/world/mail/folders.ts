import { PROJECTS } from '#world/names.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

export interface Folder {
  /** Well-known name, or `user:<name>` for a folder that its owner made. */
  key: string
  displayName: string
  /** Key of the folder above; null for the two roots. */
  parent: string | null
  isHidden: boolean
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
  folder('user:Conversation Action Settings', 'Conversation Action Settings', 'msgfolderroot', true),
  folder('syncissues', 'Sync Issues', 'msgfolderroot', true),
  folder('conflicts', 'Conflicts', 'syncissues', true),
  folder('localfailures', 'Local Failures', 'syncissues', true),
  folder('serverfailures', 'Server Failures', 'syncissues', true),
  folder('recoverableitemsroot', 'Recoverable Items', null, true),
  folder('recoverableitemsdeletions', 'Deletions', 'recoverableitemsroot', true),
  folder('recoverableitemspurges', 'Purges', 'recoverableitemsroot', true),
  folder('recoverableitemsversions', 'Versions', 'recoverableitemsroot', true),
  folder('recoverableitemsdiscoveryholds', 'DiscoveryHolds', 'recoverableitemsroot', true),
]

/** All folders of a mailbox, parents before children. */
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

export const isRecoverable = (folderKey: string): boolean => folderKey.startsWith('recoverableitems')
