import { hasMailbox } from '#world/directory.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { Mailbox } from './mailbox.ts'
import type { Folder } from './folders.ts'
import type { MailChange, MailSource } from './mailbox.ts'

/** How many mailboxes keep what they have computed: more than are asked at one moment, where every answer takes its time. */
const KEPT = 160

/** The mailboxes of a tenant. Only changes are kept for ever: one that nobody changed is made anew when asked for again. */
export class Mailboxes {
  readonly #world: World
  readonly #sources: readonly MailSource[]
  readonly #foldersOf: (person: Person) => Iterable<Folder>
  readonly #touched = new Map<number, Mailbox>()
  /** In the order of last use. */
  readonly #recent = new Map<number, Mailbox>()

  constructor(world: World, sources: readonly MailSource[], foldersOf: (person: Person) => Iterable<Folder>) {
    this.#world = world
    this.#sources = sources
    this.#foldersOf = foldersOf
  }

  /** Undefined for a person without a mailbox. */
  of(person: Person): Mailbox | undefined {
    if (!hasMailbox(person)) return undefined
    const { index } = person
    const mailbox =
      this.#recent.get(index) ??
      this.#touched.get(index) ??
      new Mailbox(this.#world, person, this.#sources, () => this.#foldersOf(person))
    this.#recent.delete(index)
    this.#recent.set(index, mailbox)
    if (this.#recent.size > KEPT) {
      const [oldest, left] = this.#recent.entries().next().value!
      this.#recent.delete(oldest)
      left.forget()
    }
    return mailbox
  }

  /** Those that were changed. */
  get touched(): Iterable<Mailbox> {
    return this.#touched.values()
  }

  apply(change: MailChange): void {
    const owners = change.type === 'mail.placed' ? change.copies.map(({ mailbox }) => mailbox) : [change.mailbox]
    for (const owner of new Set(owners)) {
      const person = this.#world.directory.find(owner)
      const mailbox = person && this.of(person)
      if (!mailbox) continue
      mailbox.apply(change)
      this.#touched.set(mailbox.person.index, mailbox)
    }
  }

  clear(): void {
    this.#touched.clear()
    this.#recent.clear()
  }
}
