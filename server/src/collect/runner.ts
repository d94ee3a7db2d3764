import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import type { CoverageLedger, FeedKey } from '#domain/coverage.ts'
import type { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'

import { collectWindow, isMicrosofts, rowOf } from './collect-window.ts'
import type { Feed, FeedContext } from './feed.ts'
import { lastingReason, lost, notYet } from './gap-reason.ts'
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
}

export interface CollectResult {
  /** Windows visited. */
  windows: number
  /** Batches that this pass stored. */
  stored: number
  /** Records of these batches. */
  counts: IntakeCounts
  /** What kept something from being collected in this pass; empty when everything there was is stored. */
  failures: AppError[]
}

/**
 * One pass over a feed: lists what became available since the checkpoint and a little before, stores what is not stored
 * yet, and moves the checkpoint over windows that are whole.
 *
 * Order of effects: records durable → ledger → checkpoint. A crash anywhere repeats work and changes nothing. The
 * checkpoint never passes a batch that may still be had; what may not is written down as a gap, with Microsoft's code.
 *
 * @throws AppError STORE_* and whatever `ingest` throws; the signal's reason when aborted. What Microsoft refuses is in
 *   `failures` instead, and in the ledger.
 */
export async function collectFeed(options: CollectOptions): Promise<CollectResult> {
  const { feed, key, ledger, clock, signal, microsoft, lookbackMs } = options
  const { windowing } = feed
  const now = clock.now()
  const checkpoint = await ledger.readCheckpoint(key)
  const { from, to } = planRange({ windowing, checkpoint, now })
  const existing = (await ledger.windows(key.tenantId, { from: isoTime(from), to: isoTime(to) })).filter(
    (row) => row.connectionId === key.connectionId && row.feed === key.feed,
  )
  const plan = planWindows({ windowing, checkpoint, existing, now, lookbackMs })
  await writeLosses(options, plan)

  const result: CollectResult = { windows: 0, stored: 0, counts: NO_COUNTS, failures: [] }
  const context: FeedContext = { microsoft, clock, signal }
  let outage: string | undefined
  try {
    const prepared = await feed.source.prepare?.(context)
    outage = checkpoint && prepared?.outage
  } catch (error) {
    signal.throwIfAborted()
    if (!isMicrosofts(error)) throw error
    const newest = plan.visits.at(-1)
    if (newest) await writeUncollected(options, newest, error)
    return { ...result, failures: [error] }
  }

  let isContiguous = true
  for (const visit of plan.visits) {
    signal.throwIfAborted()
    const isNew = !checkpoint || visit.window.to > Date.parse(checkpoint.until)
    const missed = visit.isCut ? notCollected(feed) : isNew ? outage : undefined
    const outcome = await collectWindow({ ...options, context, visit, outage: missed })
    result.windows++
    result.stored += outcome.stored
    result.counts = addCounts(result.counts, outcome.counts)
    result.failures.push(...outcome.failures)
    isContiguous &&= outcome.failures.length === 0
    if (isContiguous) await ledger.commitWindow(key, outcome.row, { until: isoTime(visit.listed.to) })
    else await ledger.writeWindow(key, outcome.row)
    if (outcome.isStopped) break
  }
  return result
}

/** What nobody can collect any more becomes a gap, and the checkpoint goes on behind it. */
async function writeLosses({ key, ledger, clock, feed }: CollectOptions, plan: Plan): Promise<void> {
  const gap = { state: 'gap', reason: lost(notCollected(feed)), updatedAt: isoTime(clock.now()) } as const
  for (const row of plan.abandoned) await ledger.writeWindow(key, { ...row, ...gap })
  if (!plan.lost) return
  await ledger.commitWindow(key, { ...rowOf(plan.lost, gap.updatedAt), ...gap }, { until: isoTime(plan.lost.to) })
}

function notCollected(feed: Feed): string {
  const days = Math.round(feed.windowing.retentionMs / 86_400_000)
  return `some of it was not collected while Microsoft kept it (${days} days).`
}

/** The newest window tells why nothing at all could be asked for. */
async function writeUncollected({ key, ledger, clock }: CollectOptions, visit: Visit, fault: AppError): Promise<void> {
  const updatedAt = isoTime(clock.now())
  const row = visit.previous ?? rowOf(visit.window, updatedAt)
  const reason = lastingReason(row) ?? notYet(fault.message)
  await ledger.writeWindow(key, { ...row, state: 'gap', reason, updatedAt })
}
