import type { Flag, MessageUpdate } from '#world/changes.ts'

import { restoreAttachment } from './stored.ts'
import type { Item, MailAddress } from './item.ts'
import type { Mailbox } from './mailbox.ts'

/** A place where a message has been. */
export interface Whereabouts {
  folder: string
  /** How often it had been moved when it came there. */
  moves: number
  /** Number of the change that brought it there; -1 where it was born there. */
  number: number
}

interface Change {
  version: number
  modifiedAt: number
  set: MessageUpdate
  at?: Whereabouts
}

const NOT_FLAGGED: Flag = { flagStatus: 'notFlagged' }

/** A message as it stands now: the item it was, and what has become of it. */
export class Message {
  readonly item: Item
  /** Key of the folder it lies in. */
  readonly folder: string
  /** Number of changes so far: part of the change key. */
  readonly version: number
  readonly modifiedAt: number
  readonly #mailbox: Mailbox
  readonly #set: MessageUpdate
  readonly #at: Whereabouts
  #id: string | undefined
  #immutableId: string | undefined

  constructor(mailbox: Mailbox, item: Item, change?: Change) {
    const content = change?.set.content
    this.#mailbox = mailbox
    this.#set = change?.set ?? {}
    this.item = content ? edited(item, content) : item
    this.folder = change?.at?.folder ?? item.folder
    this.#at = change?.at ?? { folder: item.folder, moves: 0, number: -1 }
    this.version = change?.version ?? 0
    this.modifiedAt = change?.modifiedAt ?? item.receivedAt
  }

  /** Changes with every move, as in Exchange. */
  get id(): string {
    return (this.#id ??= this.#mailbox.idAt(this.item.key, this.#at))
  }

  /** Stays while the message stays in the mailbox. */
  get immutableId(): string {
    return (this.#immutableId ??= this.#mailbox.immutableIdOf(this.item.key))
  }

  get isRead(): boolean {
    return this.#set.isRead ?? this.item.isRead
  }

  get categories(): readonly string[] {
    return this.#set.categories ?? this.item.categories ?? []
  }

  get importance(): Item['importance'] {
    return this.#set.importance ?? this.item.importance
  }

  get flag(): Flag {
    return this.#set.flag ?? NOT_FLAGGED
  }

  get inferenceClassification(): 'focused' | 'other' {
    const { senderIp, folder } = this.item
    return this.#set.inferenceClassification ?? (senderIp && folder !== 'inbox' ? 'other' : 'focused')
  }

  get isReadReceiptRequested(): boolean {
    return this.#set.isReadReceiptRequested ?? false
  }

  get isDeliveryReceiptRequested(): boolean {
    return this.#set.isDeliveryReceiptRequested ?? false
  }

  get sender(): MailAddress {
    return this.item.sender ?? this.item.from
  }

  /** Number of the change that brought it where it lies; -1 from birth. */
  get arrived(): number {
    return this.#at.number
  }
}

function edited(item: Item, { attachments, ...content }: NonNullable<MessageUpdate['content']>): Item {
  return { ...item, ...content, ...(attachments ? { attachments: attachments.map(restoreAttachment) } : {}) } as Item
}
