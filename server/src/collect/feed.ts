import type { Microsoft, MicrosoftApi } from '#connect/microsoft.ts'
import type { Clock } from '#domain/clock.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

/**
 * A feed is one stream of records that Microsoft keeps: what it is called, what it needs, how its time behaves, and how to
 * list and read it. It knows nothing of checkpoints, storing or gaps: that is the runner's (runner.ts), the same for all.
 *
 * A feed lists **batches**: things read in one piece under an identity that depends on Microsoft's content alone (a blob,
 * a page). Reading the same batch again gives the same records in the same order.
 */
export interface Feed {
  /** `<api resource>.<stream>`: `management-activity.Audit.Exchange`. */
  id: string
  title: string
  /** `event.dataset` of its records: names the normalizer. */
  dataset: string
  api: MicrosoftApi
  permissions: readonly PermissionNeed[]
  windowing: Windowing
  source: FeedSource
}

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

interface FeedSource {
  /** Makes Microsoft deliver: starts a subscription. Called before every pass. @throws AppError CONNECT_*. */
  prepare?(context: FeedContext): Promise<Preparation>
  /**
   * Batches that became available in the span (from inclusive, to exclusive), page by page. It may list a batch twice, and
   * starts anew by itself when Microsoft drops a listing halfway.
   *
   * @throws AppError CONNECT_*; {@link ContentGone} when Microsoft does not list so old a span any more.
   */
  list(context: FeedContext, span: Span): AsyncIterable<FeedBatch[]>
}

export interface FeedContext {
  microsoft: Microsoft
  clock: Clock
  signal: AbortSignal
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

/** `feed`, once its times are found to make sense. */
export function defineFeed(feed: Feed): Feed {
  const { windowMs, retentionMs, overlapMs, reconcileMs, settleMs } = feed.windowing
  const isSound =
    windowMs > 0 && settleMs >= 0 && overlapMs >= 0 && reconcileMs >= overlapMs && retentionMs > reconcileMs
  if (!isSound) throw new RangeError(`The windowing of feed ${feed.id} contradicts itself.`)
  return feed
}
