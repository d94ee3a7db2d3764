import { setTimeout as pause } from 'node:timers/promises'

import type { ActionRun } from '#domain/action-run.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation } from '#domain/investigation.ts'
import { runInvestigation } from '#investigate/mail/engine.ts'
import { resumeActionRun } from '#respond/runner.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Bus } from './bus.ts'
import type { Microsofts } from './microsofts.ts'

const RETRY_MS = 5000
/** News of a run's progress at most this often: a person cannot read faster, and each costs a message per viewer. */
const NEWS_EVERY_MS = 250

export type WorkKind = 'investigation' | 'action-run'

/**
 * Carries investigations and action runs to their end. The record store holds the truth about each; this only sees to it
 * that somebody works on what is unfinished, one worker a run, and after a restart again.
 */
export interface Work {
  /** Works on it unless that happens already. */
  start(kind: WorkKind, tenantId: TenantId, id: string): void
  /** Takes up what a stop or a crash cut off. */
  takeUp(): Promise<void>
  /** Stops after the mailboxes under way. */
  close(): Promise<void>
}

export function createWork(parts: {
  records: RecordStore
  microsofts: Microsofts
  bus: Bus
  clock: Clock
  log: (error: AppError) => void
}): Work {
  const { records, microsofts, bus, clock, log } = parts
  const stopping = new AbortController()
  const { signal } = stopping
  const underWay = new Map<string, Promise<void>>()

  async function run(kind: WorkKind, tenantId: TenantId, id: string): Promise<void> {
    const connectionId = await connectionOf(kind, tenantId, id)
    if (connectionId === undefined) return
    const microsoft = await microsofts.open(tenantId, connectionId)
    const context = { records, microsoft, tenantId, id, clock, signal }
    if (kind === 'investigation') {
      const onProgress = sometimes(clock, (investigation: Investigation) =>
        bus.publish(tenantId, { kind: 'investigation', investigation }),
      )
      await runInvestigation({ ...context, onProgress })
    } else {
      const onProgress = sometimes(clock, (actionRun: ActionRun) =>
        bus.publish(tenantId, { kind: 'action-run', actionRun }),
      )
      await resumeActionRun({ ...context, onProgress })
    }
  }

  async function connectionOf(kind: WorkKind, tenantId: TenantId, id: string): Promise<string | undefined> {
    const found =
      kind === 'investigation'
        ? await records.investigations.read(tenantId, id)
        : await records.actionRuns.read(tenantId, id)
    return found?.connectionId
  }

  async function untilDone(kind: WorkKind, tenantId: TenantId, id: string): Promise<void> {
    while (!signal.aborted) {
      try {
        await run(kind, tenantId, id)
        return
      } catch (error) {
        const known = toAppError(error, `Could not work on the ${kind} ${id}.`)
        log(known)
        if (known.retry === 'never') return
        await pause(RETRY_MS, undefined, { signal }).catch(() => {})
      }
    }
  }

  const work: Work = {
    start(kind, tenantId, id) {
      const key = `${kind} ${id}`
      if (underWay.has(key) || signal.aborted) return
      underWay.set(
        key,
        untilDone(kind, tenantId, id).finally(() => underWay.delete(key)),
      )
    },
    async takeUp() {
      const [investigations, runs] = await Promise.all([
        records.investigations.unfinished(),
        records.actionRuns.unfinished(),
      ])
      for (const { tenantId, id } of investigations) work.start('investigation', tenantId, id)
      for (const { tenantId, id } of runs) work.start('action-run', tenantId, id)
    },
    async close() {
      stopping.abort(new Error('Cordon is stopping.'))
      await Promise.all(underWay.values())
    },
  }
  return work
}

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
