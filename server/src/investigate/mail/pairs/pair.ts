import type { Microsoft } from '#connect/microsoft.ts'
import type { MailCondition } from '#domain/mail-filter.ts'

/**
 * Microsoft keeps records of every delivery: which message went to which recipient. Where they can be asked, an
 * investigation need not look into every mailbox, only into those that got the mail. Several services keep such records,
 * each with its own permission, delay and reach; each is a {@link PairSource}, and find-pairs.ts asks them.
 */

/** One delivery: a message and who got it. */
export interface MailPair {
  /** Exchange's own id of the message, the same for all its recipients. A GUID in lower case. */
  networkMessageId: string
  /** An address in lower case: of a mailbox of the tenant, or of somebody outside. */
  recipient: string
  /** The recipient's Graph id, where the source tells it. It spares looking the address up, which may be an alias. */
  userId?: string
  /** With its angle brackets. */
  internetMessageId?: string
  /** Where the source says that the copy lies, one of {@link PairLocation}. A user may have moved it since. */
  location?: PairLocation
}

/**
 * `mailbox`: in the inbox or another folder. `quarantine`: held back, in no mailbox. `external`: outside Exchange Online.
 * `sent`: the copy that its sender keeps. `pending`: on its way.
 */
export type PairLocation = 'mailbox' | 'junk' | 'deleted' | 'quarantine' | 'external' | 'sent' | 'pending'

export type PairSourceName = 'message-trace' | 'hunting' | 'analyzed-emails'

/** A service that knows deliveries. */
export interface PairSource {
  readonly name: PairSourceName
  /** A delivery of this long ago is in it. Microsoft promises nothing; what is used here is said where it is set. */
  readonly delayMs: number
  /** How far back it reaches. */
  readonly reachMs: number
  /** The condition in the words of this source; undefined when it cannot look for that. Never asked for `not`. */
  term(condition: MailCondition): Term | undefined
  /** Why this many alternatives over this time are too much to ask; undefined when they are not. */
  tooMuch(question: Omit<PairQuestion, 'microsoft'>): string | undefined
  /**
   * Tells each delivery to `found` as it is read, so that what was read before a failure is not lost. Resolves to the
   * reason why the answer is not whole, if it is not.
   *
   * @throws AppError CONNECT_* when Microsoft refuses.
   */
  ask(question: PairQuestion, found: (sighting: Sighting) => void): Promise<string | undefined>
}

/** Deliveries in [from, to], milliseconds, that match all terms of any branch. */
export interface PairQuestion {
  microsoft: Microsoft
  branches: readonly Term[][]
  from: number
  to: number
  signal?: AbortSignal
}

/** Part of a question. */
export interface Term {
  /** What of the source's it is about; a branch has one term for each. */
  property: string
  /** As the source wants it written. */
  text: string
  /**
   * Whether all that the condition matches is found. `hint`: most of it, as the source knows less than the mail says; such
   * a question shows where to look first and proves nothing.
   */
  kind: 'exact' | 'hint'
  /** The value itself, when it is a network message id: one message, whose deliveries are all of one moment. */
  networkMessageId?: string
}

/** A delivery as read. Without a location there is no copy (it failed), which is also something to know of a message. */
export interface Sighting extends MailPair {
  /** When, in milliseconds. */
  at: number
}
