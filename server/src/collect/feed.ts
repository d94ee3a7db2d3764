import type { z } from 'zod'

import type { Microsoft, MicrosoftApi } from '#connect/microsoft.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { ConnectionSettings, PermissionNeed, RequirementNeed } from '#domain/tenant.ts'

/**
 * A feed is one stream of records that Microsoft keeps: what it is called, what it needs, how its time behaves, and how to
 * list and read it. It knows nothing of checkpoints, storing or gaps: that is the runner's (runner.ts), the same for all.
 *
 * A feed lists **batches**: things read in one piece under an identity that depends on Microsoft's content alone (a blob,
 * a page). Reading the same batch again gives the same records in the same order.
 */
export interface Feed<Options = unknown> {
  /** `<api resource>.<stream>`: `management-activity.Audit.Exchange`. */
  id: string
  title: string
  /** `event.dataset` of its records: names the normalizer. */
  dataset: string
  api: MicrosoftApi
  permissions: readonly PermissionNeed[]
  /** What no permission says: directory roles, licenses, roles in Azure, a service principal to provision. */
  requirements?: readonly Requirement[]
  /** Clouds where Microsoft does not offer it, by their names in connect/clouds.ts. */
  notOfferedIn?: { clouds: readonly string[]; why: string }
  /** One sentence on how late records are, as Microsoft says. */
  lateness: string
  windowing: Windowing
  /** Its settings: an object whose properties have defaults, and a description with the unit. Absent without any. */
  options?: z.ZodType<Options>
  /** A secret of its own that it needs or may use beside the connection's: what it is called, and what for. */
  secret?: { title: string; why: string; isNeeded: boolean }
  /**
   * What to leave out by these settings: gives for a record the name of the setting that excludes it, under which it is
   * counted; undefined when nothing is left out at all. Only for what Microsoft cannot filter, or does not tell that it did.
   */
  exclusion?(options: Options): ((record: string) => string | undefined) | undefined
  /** How far back (ms) the first pass begins by these settings; as far as Microsoft keeps records when absent. */
  lookbackMs?(options: Options): number
  source: FeedSource<Options>
}

/** Something a tenant must have beyond consent. */
export type Requirement = RequirementNeed

/** How a feed's clock of availability behaves, all in milliseconds. */
export interface Windowing {
  /** One window of the ledger. Windows lie on multiples of it. */
  windowMs: number
  /**
   * The longest span listed in one request; `windowMs` when absent. Longer only where a batch is the same batch whatever span
   * was asked for.
   */
  listMs?: number
  /** How far back may be asked, with a margin for the time a request takes and for clocks that differ. */
  retentionMs: number
  /** Listed again at every pass behind the checkpoint, for content that shows up late in a closed window. */
  overlapMs: number
  /** Listed again once per window length, for the same reason. */
  reconcileMs: number
  /** The newest content left for the next pass: what is being listed while it is made would be incomplete. */
  settleMs: number
}

export interface FeedSource<Options = unknown> {
  /** Makes Microsoft deliver: starts a subscription. Called before every pass. @throws AppError CONNECT_*. */
  prepare?(context: FeedContext<Options>): Promise<Preparation>
  /**
   * Batches that became available in the span (from inclusive, to exclusive), page by page. It may list a batch twice, and
   * starts anew by itself when Microsoft drops a listing halfway.
   *
   * @throws AppError CONNECT_*; {@link ContentGone} when Microsoft does not list so old a span any more.
   */
  list(context: FeedContext<Options>, span: Span): AsyncIterable<FeedBatch[]>
  /**
   * Tries what cannot work before it is saved: a filter that Microsoft refuses, a mailbox that does not exist, a license that is
   * missing. Every problem, with its fix. Where absent, listing the last minutes is tried.
   */
  check?(context: FeedContext<Options>): Promise<AppError[]>
}

export interface FeedContext<Options = unknown> {
  microsoft: Microsoft
  clock: Clock
  signal: AbortSignal
  /** Parsed by the feed's own schema. */
  options: Options
  /** The feed's own secret, where it was given one. */
  secret?: string
  /** The connection's. */
  settings: ConnectionSettings
}

/** Milliseconds since the epoch, half open. */
export interface Span {
  from: number
  to: number
}

export interface Preparation {
  /** One sentence when delivery was found stopped: what became available since the last pass may never come. */
  outage?: string
}

export interface FeedBatch {
  /** Identity within the feed and tenant. */
  id: string
  /** When Microsoft made it available, ISO. */
  availableAt: string
  /**
   * Its records as Microsoft's own texts, in order, some at a time.
   *
   * @throws AppError CONNECT_*; {@link ContentGone} when Microsoft no longer has it.
   */
  read(): AsyncIterable<readonly string[]>
}

/** Microsoft says that it no longer has what it was asked for: waiting and trying again is no use. */
export class ContentGone extends Error {
  override readonly name = 'ContentGone'
  /** Microsoft's own: `AF20051`. */
  readonly code: string

  constructor(code: string) {
    super(`Microsoft no longer has it (${code}).`)
    this.code = code
  }
}

/**
 * A part of what was asked for could not be listed, and all the rest was: thrown behind the rest. What was asked for is a gap as
 * with any other error, but it says nothing of other listings.
 */
export class PartlyListed extends AppError {}

/** `feed`, once its times are found to make sense. */
export function defineFeed<Options = undefined>(feed: Feed<Options>): Feed {
  const { windowMs, retentionMs, overlapMs, reconcileMs, settleMs } = feed.windowing
  const isSound =
    windowMs > 0 && settleMs >= 0 && overlapMs >= 0 && reconcileMs >= overlapMs && retentionMs > reconcileMs
  if (!isSound) throw new RangeError(`The windowing of feed ${feed.id} contradicts itself.`)
  // The runner parses the options with the feed's own schema before it hands them back.
  return feed as unknown as Feed
}
