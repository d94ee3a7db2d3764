import type { Span } from '#collect/feed.ts'
import type { Emulator } from '#connect/testing/start-emulator.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'

/**
 * What the contract suite (test-feed.ts) must know of a feed to strike it and to check it. What a kind of feed does not have
 * is left out: the suite then skips what it would prove, and says so in the title.
 */
export interface FeedFacts {
  /** Paths with query of its listing, as a regular expression. */
  listing: string
  /** Paths of reading one batch; absent where records come with their listing. */
  reading?: string
  /** Paths of a listing's further pages; absent where it has no more than one. */
  nextPage?: string
  /** What else it does at Microsoft by name, and the paths of it. */
  moreSteps?: Record<string, string>
  /** Where it does not speak HTTP: why what only HTTP has is left out. */
  notHttp?: string
  /** Of a list of Graph's or Azure's: the size of pages with which the emulated company has more than one. */
  pageSize?: number
  /** Names the permission without which Microsoft refuses it. */
  permission: string
  /** The license of Entra without which Microsoft refuses it: `Microsoft Entra ID P1`. */
  license?: string
  /** Directory roles of the application besides, by their template IDs. */
  directoryRoles?: readonly string[]
  /** Once, before the first pass: what somebody has to do in the tenant. */
  prepare?(emulator: Emulator): Promise<unknown>
  words: ServiceWords
  /** Where Microsoft delivers only what is subscribed to. */
  subscription?: {
    /** Paths of listing subscriptions and of starting one. */
    listing: string
    starting: string
    /** What the list says of one that was disabled. */
    disabled: Reply
    /** The answers to starting one, and to starting one that runs. */
    started: Reply
    alreadyEnabled: Reply
  }
  /** What a record is known by; where records change, with what changes: its id and the moment of its update. */
  identity(record: string): string
  /**
   * Identities of every record that the emulator has made available by now, of which `span` (the feed's clock of
   * availability) holds; those outside may be told as well when the emulator has none.
   */
  truth(emulator: Emulator, span: Span): Promise<string[]>
  /** Identities that `truth` told once and no longer does, because records changed since; absent where none do. */
  superseded?(emulator: Emulator, span: Span): Promise<string[]>
  /** Makes something new happen in the emulated company; absent where time alone brings new records. */
  happen?(emulator: Emulator): Promise<unknown>
  /** Why nothing shows up late in a window that was listed before; absent where it may. */
  neverLate?: string
  /** How far back passes begin, milliseconds; 4 hours when absent. */
  lookbackMs?: number
  /** As many records the first pass of a day finds at least; 100 when absent. */
  atLeast?: number
  settings?: ConnectionSettings
  secret?: string
}

/** How a service says what it says to everybody. */
export interface ServiceWords {
  throttled: Reply | AmqpReply
  busy: Reply | AmqpReply
  unauthorized: Reply | AmqpReply
  /** A listing without anything in it; absent where nothing shows up late. */
  nothing?: Reply
  /** The address of a next page is too old; absent where pages have none. */
  stalePage?: Reply
  /** A batch that was listed is no longer kept; absent where records come with their listing. */
  expired?: Reply & { code: string }
  /** It does not list so old a span any more; absent where it then lists nothing. */
  tooOld?: Reply
}

export interface Reply {
  status: number
  body: object
}

/** An error of AMQP; the service's own words where no description is given. */
export interface AmqpReply {
  amqp: { condition: string; description?: string }
}

const graphError = (status: number, code: string, message: string): Reply => ({
  status,
  body: { error: { code, message, innerError: { date: '2026-11-20T08:00:00' } } },
})

/** Microsoft Graph's. */
export const GRAPH_WORDS = {
  throttled: graphError(429, 'TooManyRequests', 'Please retry again later.'),
  busy: graphError(503, 'UnknownError', ''),
  unauthorized: graphError(401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.'),
  nothing: { status: 200, body: { value: [] } },
  stalePage: graphError(400, 'BadRequest', 'Invalid skip token.'),
} satisfies ServiceWords
