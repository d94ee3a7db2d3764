import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import type { CoverageLedger, FeedKey } from '#domain/coverage.ts'
import { toAppError, type AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'

import { collectWindow, lastingReason, LOST, NOT_YET, rowOf } from './collect-window.ts'
import type { Feed, FeedContext } from './feed.ts'
import { endOf, planFrom, planWindows, type Plan, type Visit } from './windows.ts'

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
export type Ingest = (batch: IntakeBatch) => Promise<IntakeCounts>

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
  const range = {
    from: isoTime(planFrom({ windowing, checkpoint, now, lookbackMs })),
    to: isoTime(endOf(windowing, now) + windowing.windowMs),
  }
  const existing = (await ledger.windows(key.tenantId, range)).filter(
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
    const fault = toAppError(error, `Could not prepare ${feed.title}.`)
    const newest = plan.visits.at(-1)
    if (newest) await writeUncollected(options, newest, fault)
    return { ...result, failures: [fault] }
  }

  let isContiguous = true
  for (const visit of plan.visits) {
    signal.throwIfAborted()
    const isNew = !checkpoint || visit.window.to > Date.parse(checkpoint.until)
    const outcome = await collectWindow({ ...options, context, visit, outage: isNew ? outage : undefined })
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
async function writeLosses({ key, ledger, clock, feed }: CollectOptions, { abandoned, lost }: Plan): Promise<void> {
  const days = feed.windowing.retentionMs / 86_400_000
  const reason = `${LOST} it was not collected while Microsoft kept it (${Math.round(days)} days).`
  const updatedAt = isoTime(clock.now())
  for (const row of abandoned) {
    await ledger.writeWindow(key, { ...row, state: 'gap', reason: lastingReason(row) ?? reason, updatedAt })
  }
  if (!lost) return
  await ledger.commitWindow(key, { ...rowOf(lost, updatedAt), state: 'gap', reason }, { until: isoTime(lost.to) })
}

async function writeUncollected({ key, ledger, clock }: CollectOptions, visit: Visit, fault: AppError): Promise<void> {
  const updatedAt = isoTime(clock.now())
  const row = visit.previous ?? rowOf(visit.window, updatedAt)
  const reason = lastingReason(row) ?? `${NOT_YET} ${fault.message}`
  await ledger.writeWindow(key, { ...row, state: 'gap', reason, updatedAt })
}
