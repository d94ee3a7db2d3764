import { random } from '#world/random.ts'
import type { MailOperation, MessageUpdate, Recorded } from '#world/changes.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { foldersOf } from './folders.ts'
import type { Folder } from './folders.ts'
import type { Item } from './item.ts'

/** A message as it stands now: the item it was, and what has become of it. */
export interface Message extends Required<MessageUpdate> {
  item: Item
  /** Key of the folder it lies in. */
  folder: string
  /** Changes with every move, as in Exchange. */
  id: string
  /** Stays while the message stays in the mailbox. */
  immutableId: string
  /** Number of changes so far: part of the change key. */
  version: number
  modifiedAt: number
}

/** What has become of an item, folded from the changes. */
interface Fate {
  folder?: string
  moves: number
  set: MessageUpdate
  version: number
  modifiedAt: number
}

/** Gives the items that a mailbox was born with. */
export type MailSource = (world: World, person: Person) => Item[]

/** One mailbox. Its content is computed when first read. */
export class Mailbox {
  readonly person: Person
  readonly folders: readonly Folder[]
  readonly #world: World
  readonly #sources: readonly MailSource[]
  readonly #fates = new Map<string, Fate>()
  #messages: Message[] | undefined

  constructor(world: World, person: Person, sources: readonly MailSource[]) {
    this.person = person
    this.folders = foldersOf(world, person)
    this.#world = world
    this.#sources = sources
  }

  /** Everything in it, Recoverable Items included, newest first. */
  get messages(): readonly Message[] {
    this.#messages ??= this.#sources
      .flatMap((source) => source(this.#world, this.person))
      .map((item) => this.#now(item))
      .sort((a, b) => b.item.receivedAt - a.item.receivedAt || (a.item.key < b.item.key ? -1 : 1))
    return this.#messages
  }

  /** By either kind of id. */
  find(id: string): Message | undefined {
    return this.messages.find((message) => message.id === id || message.immutableId === id)
  }

  /** By id, or by well-known name in any case. */
  folder(idOrName: string): Folder | undefined {
    const name = idOrName.toLowerCase()
    return this.folders.find((folder) => folder.key === name || this.folderId(folder.key) === idOrName)
  }

  folderId(key: string): string {
    return `AAMkA${this.#prefix}${tail(46, this.#world.seed, 'folder', this.person.index, key)}AAA=`
  }

  /** Takes in a change that was recorded. */
  apply(change: Extract<Recorded, { type: 'message.moved' | 'message.updated' }>): void {
    const fate = this.#fates.get(change.item) ?? { moves: 0, set: {}, version: 0, modifiedAt: 0 }
    fate.version++
    fate.modifiedAt = change.at
    if (change.type === 'message.moved') {
      fate.folder = change.to
      fate.moves++
    } else Object.assign(fate.set, change.set)
    this.#fates.set(change.item, fate)
    this.#messages = undefined
  }

  #now(item: Item): Message {
    const fate = this.#fates.get(item.key)
    const { index } = this.person
    const folder = fate?.folder ?? item.folder
    return {
      isRead: item.isRead,
      categories: [],
      importance: item.importance,
      flag: { flagStatus: 'notFlagged' as const },
      ...fate?.set,
      item,
      folder,
      version: fate?.version ?? 0,
      modifiedAt: fate?.modifiedAt ?? item.receivedAt,
      id: `AAMkA${this.#prefix}${tail(80, this.#world.seed, 'item', index, item.key, folder, fate?.moves ?? 0)}AAA=`,
      immutableId: `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${tail(46, this.#world.seed, 'immutable', index, item.key)}AAA=`,
    }
  }

  /** Ids of one mailbox begin alike, as they do in Exchange. */
  get #prefix(): string {
    return tail(60, this.#world.seed, 'mailbox', this.person.index)
  }
}

/** Base64url characters that depend on the ids alone. */
const tail = (length: number, ...ids: (string | number)[]) =>
  Buffer.from(random(...ids).hex(Math.ceil(length / 4) * 6), 'hex')
    .toString('base64url')
    .slice(0, length)

/** Audit's word for a move to a folder. */
export function operationOf(folderKey: string): MailOperation {
  if (folderKey === 'recoverableitemspurges') return 'HardDelete'
  if (folderKey === 'recoverableitemsdeletions') return 'SoftDelete'
  return folderKey === 'deleteditems' ? 'MoveToDeletedItems' : 'Move'
}
