import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import type { Checkpoint, CoverageLedger, FeedKey, LedgerWindow } from '#domain/coverage.ts'
import type { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'

import { collectListing, isMicrosofts } from './collect-listing.ts'
import type { Feed, FeedContext } from './feed.ts'
import { feedSettings } from './feed-settings.ts'
import { createFrontier } from './frontier.ts'
import { lastingReason, lost, notYet } from './gap-reason.ts'
import { planListings } from './listings.ts'
import { newRow } from './open-window.ts'
import { planRange, planWindows, type Plan, type Visit } from './windows.ts'

/** Records to be stored, under an identity that is the same whenever they are read again. */
export interface IntakeBatch {
  tenantId: TenantId
  connectionId: string
  feed: string
  dataset: string
  /** Deterministic, and unique over all tenants: the event store's deduplication token. */
  token: string
  /** Microsoft's own texts. */
  records: string[]
}

/** Resolves when the records are durable. Repeating a token changes nothing. */
type Ingest = (batch: IntakeBatch) => Promise<IntakeCounts>

export interface CollectOptions {
  feed: Feed
  key: FeedKey
  microsoft: Microsoft
  ledger: CoverageLedger
  ingest: Ingest
  clock: Clock
  signal: AbortSignal
  /** How far back the very first pass begins. */
  lookbackMs: number
  /** The feed's own settings and secret, and the connection's settings; the defaults when absent. */
  settings?: ConnectionSettings
  secret?: string
  /** How long to be busy with what lies behind the live edge, at least one step of it; as long as it takes when absent. */
  sliceMs?: number
}

export interface CollectResult {
  /** Windows that this pass is done with. */
  windows: number
  /** Batches that this pass stored. */
  stored: number
  /** Records of these batches. */
  counts: IntakeCounts
  /** What kept something from being collected in this pass; empty when everything there was is stored. */
  failures: AppError[]
  /** Up to here (ISO) the live edge is stored; absent when something of it is not. */
  edge?: string
  /** Nothing can be had now: a listing failed, or every batch does. Another pass would fare no better at once. */
  isStopped: boolean
  /** The slice ended before the work behind the live edge did: another pass has something to do at once. */
  isUnfinished: boolean
}

/**
 * One pass over a feed: lists what became available since the checkpoint and a little before, stores what is not stored
 * yet, and moves the checkpoint over windows that are whole. The live edge comes first and in full; what lies behind it
 * gets a slice of time, so that passes one after another keep up with the edge however long the back-fill takes.
 *
 * Order of effects: records durable → ledger → checkpoint. A crash anywhere repeats work and changes nothing. The
 * checkpoint never passes a batch that may still be had; what may not is written down as a gap, with Microsoft's code.
 *
 * @throws AppError STORE_* and whatever `ingest` throws; the signal's reason when aborted. What Microsoft refuses is in
 *   `failures` instead, and in the ledger.
 */
export async function collectFeed(options: CollectOptions): Promise<CollectResult> {
  const { feed, key, ledger, clock, signal, microsoft, sliceMs = Infinity } = options
  const { windowing } = feed
  const settings = feedSettings(options)
  const lookbackMs = Math.min(options.lookbackMs, feed.lookbackMs?.(settings.options) ?? Infinity)
  const now = clock.now()
  const checkpoint = await ledger.readCheckpoint(key)
  const { from, to } = planRange({ windowing, checkpoint, now })
  const existing = await ledger.windows(key.tenantId, { from: isoTime(from), to: isoTime(to) }, key)
  const plan = planWindows({ windowing, checkpoint, existing, now, lookbackMs })
  await writeLosses(options, plan)

  const nothing = { windows: 0, stored: 0, counts: NO_COUNTS, failures: [], isUnfinished: false }
  const context: FeedContext = { microsoft, clock, signal, ...settings }
  let outage: string | undefined
  try {
    outage = (await feed.source.prepare?.(context))?.outage
  } catch (error) {
    signal.throwIfAborted()
    if (!isMicrosofts(error)) throw error
    const newest = plan.visits.at(-1)
    if (newest) await writeUncollected(options, newest, error)
    return { ...nothing, failures: [error], isStopped: true }
  }

  const delivered = deliveredUntil(checkpoint, existing)
  const lossOf = ({ isCut, window }: Visit): string | undefined => {
    if (isCut) return notCollected(feed)
    return delivered !== undefined && window.to > delivered ? outage : undefined
  }
  const frontier = createFrontier(plan)
  const result: CollectResult = { ...nothing, failures: [], isStopped: false }
  let edge: string | undefined = isoTime(plan.until)
  let deadline = Infinity
  for (const listing of planListings(windowing, plan)) {
    signal.throwIfAborted()
    if (!listing.isEdge && deadline === Infinity) deadline = clock.now() + sliceMs
    if (clock.now() > deadline) {
      result.isUnfinished = true
      break
    }
    const outcome = await collectListing({ ...options, context, listing, frontier, lossOf, deadline })
    result.windows += outcome.windows
    result.stored += outcome.stored
    result.counts = addCounts(result.counts, outcome.counts)
    result.failures.push(...outcome.failures)
    result.isStopped = outcome.isStopped
    result.isUnfinished ||= outcome.isUnfinished
    if (listing.isEdge && (outcome.isUnfinished || outcome.failures.length > 0)) edge = undefined
    if (outcome.isStopped) break
  }
  return { ...result, ...(edge !== undefined && { edge }) }
}

/** What nobody can collect any more becomes a gap. */
async function writeLosses({ key, ledger, clock, feed }: CollectOptions, plan: Plan): Promise<void> {
  const gap = { state: 'gap', reason: lost(notCollected(feed)), updatedAt: isoTime(clock.now()) } as const
  const windows = [...plan.abandoned, ...plan.lost.map((span) => newRow(span, gap.updatedAt))].map((row) => ({
    ...row,
    ...gap,
  }))
  if (windows.length > 0) await ledger.commit(key, { windows })
}

/** Up to when Microsoft is known to have delivered, because the feed was read; absent before it was first read. */
function deliveredUntil(checkpoint: Checkpoint | undefined, existing: readonly LedgerWindow[]): number | undefined {
  const read = existing
    .filter(({ state }) => state !== 'gap')
    .map(({ to, updatedAt }) => Math.min(Date.parse(to), Date.parse(updatedAt)))
  if (checkpoint) read.push(Date.parse(checkpoint.until))
  return read.length === 0 ? undefined : Math.max(...read)
}

function notCollected(feed: Feed): string {
  const days = Math.round(feed.windowing.retentionMs / 86_400_000)
  return `some of it was not collected while Microsoft kept it (${days} days).`
}

/** The newest window tells why nothing at all could be asked for. */
async function writeUncollected({ key, ledger, clock }: CollectOptions, visit: Visit, fault: AppError): Promise<void> {
  const updatedAt = isoTime(clock.now())
  const row = visit.previous ?? newRow(visit.window, updatedAt)
  const reason = notYet(fault.message, lastingReason(row))
  await ledger.commit(key, { windows: [{ ...row, state: 'gap', reason, updatedAt }] })
}
