import { random } from '#world/random.ts'
import type { MailOperation, MessageUpdate, Placement, Recorded } from '#world/changes.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { Message } from './message.ts'
import { restore } from './stored.ts'
import type { Folder } from './folders.ts'
import type { Item } from './item.ts'
import type { Whereabouts } from './message.ts'

/** What has become of an item, folded from the changes. */
interface Fate {
  /** The item, where it was not there at birth. */
  placed?: Item
  set: MessageUpdate
  version: number
  modifiedAt: number
  /** Number of the last change. */
  number: number
  /** Where it has been, first to last. */
  trail: Whereabouts[]
  /** Number of the change that took it out of the mailbox. */
  removed?: number
}

/** Gives the items that a mailbox was born with. */
export type MailSource = (world: World, person: Person) => Item[]

export type MailChange = Extract<Recorded, { type: `message.${string}` | 'mail.placed' }>

/** One mailbox. What it was born with is computed when first read, and may be forgotten and computed again. */
export class Mailbox {
  readonly person: Person
  readonly #world: World
  readonly #sources: readonly MailSource[]
  readonly #listFolders: () => Iterable<Folder>
  readonly #fates = new Map<string, Fate>()
  #prefix: string | undefined
  #born: Map<string, Item> | undefined
  #byKey: Map<string, Message> | undefined
  #byId: Map<string, Message> | undefined
  #sorted: Message[] | undefined

  constructor(world: World, person: Person, sources: readonly MailSource[], folders: () => Iterable<Folder>) {
    this.person = person
    this.#world = world
    this.#sources = sources
    this.#listFolders = folders
  }

  get folders(): readonly Folder[] {
    return [...this.#listFolders()]
  }

  /** Everything in it, Recoverable Items included, newest first. */
  get messages(): readonly Message[] {
    this.#sorted ??= [...this.#all.values()].sort(
      (a, b) => b.item.receivedAt - a.item.receivedAt || (a.item.key < b.item.key ? -1 : 1),
    )
    return this.#sorted
  }

  /** By either kind of id. */
  find(id: string): Message | undefined {
    this.#byId ??= new Map(
      [...this.#all.values()].flatMap((message) => [
        [message.id, message],
        [message.immutableId, message],
      ]),
    )
    return this.#byId.get(id)
  }

  /** By the key of its item. */
  message(key: string): Message | undefined {
    return this.#all.get(key)
  }

  /** Whether anything was ever changed in it. */
  get isTouched(): boolean {
    return this.#fates.size > 0
  }

  /** What came into it since it was born, as it came: sent, received, copied and drafted. */
  *placed(): Generator<Item> {
    for (const { placed } of this.#fates.values()) if (placed) yield placed
  }

  /** Forgets what can be computed again. */
  forget(): void {
    this.#born = this.#byKey = this.#byId = this.#sorted = undefined
  }

  /** Messages changed after the change with this number, and the keys of those taken out. */
  since(number: number): { message?: Message; trail: readonly Whereabouts[]; key: string }[] {
    return [...this.#fates]
      .filter(([, fate]) => fate.number > number)
      .map(([key, { trail, removed }]) => {
        const message = removed === undefined ? this.message(key) : undefined
        return { key, trail: trail.length > 0 ? trail : [this.#birthplace(key)], ...(message ? { message } : {}) }
      })
  }

  /** By id, or by well-known name in any case. */
  folder(idOrName: string): Folder | undefined {
    // Asked for the online archive, the Graph gives the mailbox itself.
    const name = idOrName.toLowerCase().replace(/^archivemsgfolderroot$/, 'msgfolderroot')
    return this.folders.find(({ key }) => (key === name && !key.includes(':')) || this.folderId(key) === idOrName)
  }

  folderId(key: string): string {
    return `AAMkA${this.prefix}${tail(46, this.#world.seed, 'folder', this.person.index, key)}AAA=`
  }

  /** The id that a message had at a place. */
  idAt(key: string, { folder, moves }: Whereabouts): string {
    return `AAMkA${this.prefix}${tail(80, this.#world.seed, 'item', this.person.index, key, folder, moves)}AAA=`
  }

  immutableIdOf(key: string): string {
    return `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${tail(46, this.#world.seed, 'immutable', this.person.index, key)}AAA=`
  }

  /** Takes in a change that was recorded; of one that concerns several mailboxes the part that concerns this one. */
  apply(change: MailChange): void {
    if (change.type === 'mail.placed') {
      for (const copy of change.copies) if (copy.mailbox === this.person.id) this.#place(change, copy)
      return
    }
    const fate = this.#fateOf(change.item)
    fate.version++
    fate.modifiedAt = change.at
    fate.number = change.number
    if (change.type === 'message.moved') {
      const last = fate.trail.at(-1) ?? this.#birthplace(change.item)
      if (fate.trail.length === 0) fate.trail.push(last)
      fate.trail.push({ folder: change.to, moves: last.moves + 1, number: change.number })
    } else if (change.type === 'message.removed') fate.removed = change.number
    else fate.set = { ...fate.set, ...change.set, ...mergedContent(fate.set, change.set) }
    this.#refresh(change.item)
  }

  /** Ids of one mailbox begin alike, as they do in Exchange. */
  get prefix(): string {
    return (this.#prefix ??= tail(60, this.#world.seed, 'mailbox', this.person.index))
  }

  get #all(): Map<string, Message> {
    if (this.#byKey) return this.#byKey
    this.#byKey = new Map()
    for (const item of this.#atBirth.values()) this.#byKey.set(item.key, new Message(this, item))
    for (const key of this.#fates.keys()) this.#renew(this.#byKey, key)
    return this.#byKey
  }

  get #atBirth(): Map<string, Item> {
    this.#born ??= new Map(
      this.#sources.flatMap((source) => source(this.#world, this.person)).map((item) => [item.key, item]),
    )
    return this.#born
  }

  #birthplace(key: string): Whereabouts {
    return { folder: this.#atBirth.get(key)?.folder ?? 'inbox', moves: 0, number: -1 }
  }

  #place(change: Extract<MailChange, { type: 'mail.placed' }>, { key, folder, set = {} }: Placement): void {
    const placed: Item = { ...restore(change.item), key, folder }
    const { at, number } = change
    const trail = [{ folder, moves: 0, number }]
    this.#fates.set(key, { placed, set: { ...set }, version: 0, modifiedAt: at, number, trail })
    this.#refresh(key)
  }

  #fateOf(key: string): Fate {
    let fate = this.#fates.get(key)
    if (!fate) this.#fates.set(key, (fate = { set: {}, version: 0, modifiedAt: 0, number: -1, trail: [] }))
    return fate
  }

  /** Brings what was computed up to date with one item's fate. */
  #refresh(key: string): void {
    this.#sorted = undefined
    if (!this.#byKey) return
    const before = this.#byKey.get(key)
    const after = this.#renew(this.#byKey, key)
    if (!this.#byId) return
    if (before) this.#byId.delete(before.id)
    if (before) this.#byId.delete(before.immutableId)
    if (after) this.#byId.set(after.id, after).set(after.immutableId, after)
  }

  #renew(all: Map<string, Message>, key: string): Message | undefined {
    const fate = this.#fates.get(key)!
    const item = fate.placed ?? this.#atBirth.get(key)
    if (!item || fate.removed !== undefined) {
      all.delete(key)
      return undefined
    }
    const { version, modifiedAt, set } = fate
    const at = fate.trail.at(-1)
    const message = new Message(this, item, { version, modifiedAt, set, ...(at ? { at } : {}) })
    all.set(key, message)
    return message
  }
}

/** A later change of content adds to an earlier one. */
const mergedContent = (before: MessageUpdate, after: MessageUpdate): MessageUpdate =>
  before.content && after.content ? { content: { ...before.content, ...after.content } } : {}

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
