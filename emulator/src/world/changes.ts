import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs'

import type { Left } from './surface.ts'
import type { StoredItem } from './mail/stored.ts'

/** Everything that can happen to the cloud after it was made. Replaying the list gives the same state. */
export type Change =
  | { type: 'message.moved'; mailbox: string; item: string; to: string; operation: MailOperation; appId: string }
  | { type: 'message.updated'; mailbox: string; item: string; set: MessageUpdate; appId: string }
  | { type: 'message.removed'; mailbox: string; item: string; appId: string }
  | { type: 'mail.placed'; item: StoredItem; copies: readonly Placement[]; appId: string }
  | { type: 'subscription.started'; contentType: string; appId: string }
  | { type: 'subscription.stopped'; contentType: string; appId: string }
  | { type: 'object.put'; kind: string; id: string; value: unknown }
  | { type: 'object.removed'; kind: string; id: string }
  | { type: 'trace.left'; trace: Left }
  | { type: 'clock.advanced'; milliseconds: number }

/** Audit's word for what became of a message. */
export type MailOperation = 'Move' | 'MoveToDeletedItems' | 'SoftDelete' | 'HardDelete'

export interface MessageUpdate {
  isRead?: boolean
  categories?: readonly string[]
  importance?: 'low' | 'normal' | 'high'
  flag?: Flag
  inferenceClassification?: 'focused' | 'other'
  isReadReceiptRequested?: boolean
  isDeliveryReceiptRequested?: boolean
  /** What replaces parts of the item: edited drafts. */
  content?: Partial<StoredItem>
}

export interface Flag {
  flagStatus: 'notFlagged' | 'flagged' | 'complete'
  startDateTime?: ZonedTime
  dueDateTime?: ZonedTime
  completedDateTime?: ZonedTime
}

/** A moment as Graph writes it for people: local time and the name of its zone. */
export interface ZonedTime {
  dateTime: string
  timeZone: string
}

/** One mailbox's copy of a new item. */
export interface Placement {
  /** Object id of the owner. */
  mailbox: string
  key: string
  folder: string
  set?: MessageUpdate
}

/** A change with its tenant, its moment (tenant time, milliseconds) and its number. A clock change has no tenant. */
export type Recorded = Change & { tenant: string; at: number; number: number }

/**
 * The changes of the whole cloud, in one append-only JSONL file. A change is on the disk before it is answered. A last line cut
 * short by a crash was never answered and is dropped.
 */
export class Changes {
  readonly #file: string
  readonly #listeners: ((change: Recorded) => void)[] = []
  #descriptor: number
  #count = 0

  constructor(file: string) {
    this.#file = file
    this.#descriptor = openSync(file, 'a', 0o600)
  }

  /** Calls `listener` for each change from now on, earlier ones included once {@link replay} runs. */
  onChange(listener: (change: Recorded) => void): void {
    this.#listeners.push(listener)
  }

  /** Tells the listeners everything that the file holds. */
  replay(): void {
    if (!existsSync(this.#file)) return
    const text = readFileSync(this.#file, 'utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole.length < text.length) truncateSync(this.#file, Buffer.byteLength(whole))
    for (const line of whole.split('\n').filter(Boolean)) this.#tell(JSON.parse(line) as Recorded)
  }

  record(tenant: string, change: Change, at: number): Recorded {
    const recorded = { ...change, tenant, at, number: this.#count }
    writeSync(this.#descriptor, `${JSON.stringify(recorded)}\n`)
    fdatasyncSync(this.#descriptor)
    this.#tell(recorded)
    return recorded
  }

  /** How many there have been. */
  get count(): number {
    return this.#count
  }

  /** The recorded changes, one JSON text each. */
  history(): string[] {
    return readFileSync(this.#file, 'utf8').split('\n').filter(Boolean)
  }

  /** Writes changes recorded elsewhere and tells the listeners. */
  restore(history: readonly string[]): void {
    for (const line of history) writeSync(this.#descriptor, `${line}\n`)
    fdatasyncSync(this.#descriptor)
    for (const line of history) this.#tell(JSON.parse(line) as Recorded)
  }

  /** Forgets everything. The listeners must forget as well. */
  clear(): void {
    ftruncateSync(this.#descriptor, 0)
    this.#count = 0
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #tell(change: Recorded): void {
    this.#count++
    for (const listener of this.#listeners) listener(change)
  }
}
