import { z } from 'zod'

import type { ActionRun } from '#domain/action-run.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import type { Investigation } from '#domain/investigation.ts'
import type { Use } from '#domain/tenant.ts'
import {
  abandonInvestigation,
  concludeInvestigation,
  prepareInvestigation,
  searchChunk,
  type InvestigationRun,
} from '#investigate/mail/engine.ts'
import { abandonFollowUp, followInvestigation, isFollowUpDue } from '#investigate/mail/follow.ts'
import { watchRound } from '#investigate/mail/watch.ts'
import { abandonActionRun, resumeActionRun } from '#respond/runner.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Bus } from './bus.ts'
import { chooseConnection } from './connection-uses.ts'
import type { Jobs } from './jobs.ts'
import { connectionNotFound, type Microsofts } from './microsofts.ts'

/** Runs of a kind at one time; each works on many mailboxes at once. */
const AT_ONCE = 2
/** Chunks of mailboxes searched at one time. */
const CHUNKS_AT_ONCE = 3
/** Chunks of one investigation that are queued: few, so that those of another get their turn between them. */
const CHUNKS_AHEAD = 4
/** An investigation that watches looks for new mail this often. */
const ROUND_EVERY_MS = 5 * 60_000
/** After what a person decided, a second look: the job that it was meant for may just have ended without having seen it. */
const LOOK_AGAIN_MS = 5000
/** News of a run's progress at most this often: a person cannot read faster, and each costs a message per viewer. */
const NEWS_EVERY_MS = 250

const Job = z.object({ tenantId: z.string().transform((id) => parseTenantId(id)!), id: z.string() })
const ChunkJob = Job.extend({ chunk: z.int() })

/**
 * Carries investigations and action runs to their end. The record store holds the truth about each; a job only says that
 * somebody must look, so one too many does no harm and one that was lost is found again at the next start.
 */
export interface Work {
  startInvestigation(tenantId: TenantId, id: string): Promise<void>
  startActionRun(run: ActionRun): Promise<void>
  /** Goes on with actions that were begun and have no end yet: those of the tenant, or all. */
  takeUpActionRuns(tenantId?: TenantId): Promise<void>
  /** Begins to work, first on what a stop or a crash cut off. */
  start(): Promise<void>
}

export function createWork(parts: {
  records: RecordStore
  microsofts: Microsofts
  jobs: Jobs
  bus: Bus
  clock: Clock
  /** How often an investigation that watches looks for new mail, milliseconds; five minutes when absent. */
  roundEveryMs?: number
  /** How long a file may be that an action brings; 100 MB when absent. */
  fileMaxBytes?: number
}): Work {
  const { records, microsofts, jobs, bus, clock, roundEveryMs = ROUND_EVERY_MS, fileMaxBytes } = parts

  /** Undefined, and the investigation has ended, where its connection is gone or is no longer for searching. */
  async function runOf(data: unknown, signal: AbortSignal): Promise<InvestigationRun | undefined> {
    const { tenantId, id } = Job.parse(data)
    const { connectionId } = (await records.investigations.read(tenantId, id)) ?? {}
    const onProgress = sometimes(clock, (investigation: Investigation) =>
      bus.publish(tenantId, { kind: 'investigation', investigation }),
    )
    const onMailboxes = () => sendChunks(tenantId, id)
    const run = { records, tenantId, id, clock, signal, onProgress, onMailboxes }
    return open(tenantId, connectionId, 'investigate').then(
      (microsoft) => ({ ...run, microsoft }),
      async (error: unknown) => {
        const why = whyGone(error)
        await abandonInvestigation(run, why)
        await abandonFollowUp(run, why)
        return undefined
      },
    )
  }

  async function investigate(data: unknown, signal: AbortSignal): Promise<void> {
    const run = await runOf(data, signal)
    if (!run) return
    await prepareInvestigation(run)
    signal.throwIfAborted()
    await goOn(run)
  }

  async function search(data: unknown, signal: AbortSignal): Promise<void> {
    const { chunk } = ChunkJob.parse(data)
    const run = await runOf(data, signal)
    if (!run) return
    // Again where it was paused and resumed on the way: nobody else takes up a chunk that somebody works on.
    do {
      await searchChunk(run, chunk)
      signal.throwIfAborted()
    } while (await isOpen(run, chunk))
    await goOn(run)
  }

  async function isOpen({ tenantId, id }: InvestigationRun, chunk: number): Promise<boolean> {
    const { state } = (await records.investigations.read(tenantId, id)) ?? {}
    const waiting = { state: 'waiting', chunk, limit: 1 } as const
    return state === 'running' && (await records.investigations.mailboxes(tenantId, id, waiting)).length > 0
  }

  async function watch(data: unknown, signal: AbortSignal): Promise<void> {
    const run = await runOf(data, signal)
    if (!run) return
    await watchRound(run)
    signal.throwIfAborted()
    await goOn(run)
  }

  async function follow(data: unknown, signal: AbortSignal): Promise<void> {
    const run = await runOf(data, signal)
    if (run) await followInvestigation(run)
  }

  /** Sends what comes next: chunks that wait, the next round, or nothing where it has ended. */
  async function goOn(run: InvestigationRun): Promise<void> {
    const { tenantId, id } = run
    const investigation = await concludeInvestigation(run)
    const { state, watchedUntil, followUp } = investigation
    if (state === 'running') await sendChunks(tenantId, id)
    // With the moment: the job of the round before may still be ending.
    if (state === 'watching')
      await jobs.send('investigation-round', { tenantId, id }, { key: `${id} ${watchedUntil}`, afterMs: roundEveryMs })
    // With what tells this time from the one before, whose job may still be ending.
    if (followUp && isFollowUpDue(investigation))
      await jobs.send(
        'investigation-follow-up',
        { tenantId, id },
        { key: `${id} ${followUp.askedAt} ${followUp.hits}` },
      )
  }

  async function sendChunks(tenantId: TenantId, id: string): Promise<void> {
    const { chunks } = await records.investigations.waiting(tenantId, id, CHUNKS_AHEAD)
    for (const chunk of chunks)
      await jobs.send('investigation-chunk', { tenantId, id, chunk }, { key: `${id} ${chunk}` })
  }

  async function act(data: unknown, signal: AbortSignal): Promise<void> {
    const { tenantId, id } = Job.parse(data)
    const { connectionId } = (await records.actionRuns.read(tenantId, id)) ?? {}
    const onProgress = sometimes(clock, (actionRun: ActionRun) =>
      bus.publish(tenantId, { kind: 'action-run', actionRun }),
    )
    const run = {
      records,
      tenantId,
      id,
      clock,
      signal,
      onProgress,
      ...(fileMaxBytes !== undefined && { fileMaxBytes }),
    }
    // Again where a stop was lifted on the way: the job of that lift ended because this one was still there.
    let state: ActionRun['state']
    do {
      const end = await open(tenantId, connectionId, 'respond').then(
        (microsoft) => resumeActionRun({ ...run, microsoft }),
        (error: unknown) => abandonActionRun(run, whyGone(error)),
      )
      signal.throwIfAborted()
      state = end.state
    } while (isUnfinished(state) && (await records.safeguards.stops(tenantId)).length === 0)
  }

  /** Has it go on, unless it has an end. */
  async function takeUp({ tenantId, id }: z.infer<typeof Job>): Promise<void> {
    const run = await records.actionRuns.read(tenantId, id)
    if (run && isUnfinished(run.state)) await work.startActionRun(run)
  }

  /** Through a connection that is still there, and still for it. */
  async function open(tenantId: TenantId, connectionId: string | undefined, use: Use) {
    if (connectionId === undefined) throw connectionNotFound('of a run that is gone')
    const connections = await records.connections.list(tenantId)
    const { id } = chooseConnection(connections, { use, id: connectionId, what: 'It could not go on.' })
    return microsofts.open(tenantId, id)
  }

  const work: Work = {
    async startInvestigation(tenantId, id) {
      const { state } = (await records.investigations.read(tenantId, id)) ?? {}
      // With the state: the job that was told to stop or pause may still be ending.
      await jobs.send('investigation', { tenantId, id }, { key: `${id} ${state}` })
      await jobs.send('investigation', { tenantId, id }, { afterMs: LOOK_AGAIN_MS })
    },

    async startActionRun({ tenantId, id, state }) {
      // With the state: the job that executed may still be ending when the one that reverts is sent.
      await jobs.send('action-run', { tenantId, id }, { key: `${id} ${state}` })
    },

    async takeUpActionRuns(only) {
      for (const { tenantId, id } of await records.actionRuns.unfinished()) {
        if (only !== undefined && tenantId !== only) continue
        await takeUp({ tenantId, id })
        await jobs.send('action-run-again', { tenantId, id }, { afterMs: LOOK_AGAIN_MS })
      }
    },

    async start() {
      await jobs.start()
      for (const { tenantId, id } of await records.investigations.unfinished()) {
        await work.startInvestigation(tenantId, id)
      }
      for (const run of await records.actionRuns.unfinished()) await takeUp(run)
      await jobs.work('investigation', { concurrency: AT_ONCE }, investigate)
      await jobs.work('investigation-chunk', { concurrency: CHUNKS_AT_ONCE }, search)
      await jobs.work('investigation-round', { concurrency: AT_ONCE }, watch)
      await jobs.work('investigation-follow-up', { concurrency: AT_ONCE }, follow)
      await jobs.work('action-run', { concurrency: AT_ONCE }, act)
      await jobs.work('action-run-again', { concurrency: 1 }, (data) => takeUp(Job.parse(data)))
    },
  }
  return work
}

const isUnfinished = (state: ActionRun['state']) => state === 'running' || state === 'reverting'

/** Why there is no connection for it any more. @throws any other error: a restart mends it, or time. */
function whyGone(error: unknown): string {
  if (error instanceof AppError && GONE.has(error.code)) return reasonOf(error)
  throw error
}

const GONE: ReadonlySet<string> = new Set(['CONNECTION_NOT_FOUND', 'CONNECTION_USE_WRONG'])

/** `report`, at most every quarter of a second, and always for an end. */
function sometimes<Run extends { state: string }>(clock: Clock, report: (run: Run) => void): (run: Run) => void {
  let last = 0
  return (run) => {
    const progress = run.state === 'running' || run.state === 'stopping' || run.state === 'reverting'
    if (progress && clock.now() - last < NEWS_EVERY_MS) return
    last = clock.now()
    report(run)
  }
}
