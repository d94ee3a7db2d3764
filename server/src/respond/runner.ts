import { Readable } from 'node:stream'

import type { Microsoft } from '#connect/microsoft.ts'
import type { Wait } from '#connect/throttle.ts'
import {
  actionable,
  SETTLED_TARGET_STATES,
  type ActionRun,
  type ActionTarget,
  type ActionTargetState,
} from '#domain/action-run.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

import { checkExecutable } from './approval.ts'
import { openFileKeeper } from './file-keeper.ts'
import { openJournal } from './journal.ts'
import { KINDS } from './kinds/index.ts'
import { findAction } from './plan.ts'
import { executeTarget, revertTarget, shadowTarget, type TargetWork } from './target.ts'

/**
 * Runs planned actions. For each target: read what is there → write the intent with it → execute → read back → say what
 * that means. Whatever cuts a run off, the next one starts from the journal and from what Microsoft holds; a reply that
 * was lost or a lie ("204", and nothing happened) makes no difference, because only the reading back counts.
 *
 * Before each target it looks whether somebody has stopped all acting: then the run stays as it stands, to be taken up
 * again; what is under way is brought to its end. A shadow run changes nothing and goes on.
 *
 * One runner works on a run at a time.
 */
export interface ActionRunContext {
  records: RecordStore
  microsoft: Microsoft
  tenantId: TenantId
  /** Id of the action run. */
  id: string
  clock: Clock
  /** Leaves the run as it stands after the targets under way, to be taken up again. */
  signal?: AbortSignal
  /** Now and then, and at the end, with the counts so far. */
  onProgress?: (actionRun: ActionRun) => void
  /** Lanes worked on at once, one target each; 256 when absent: their requests travel in common batches. */
  concurrency?: number
  /** How to wait for what Microsoft has accepted to show; timers when absent. */
  wait?: Wait
  /** How long a file may be that an action brings; 100 MB when absent. */
  fileMaxBytes?: number
}

/**
 * Executes a planned run, or takes up one that was cut off. Ends `done` when every target that is not protected is as it was
 * to be, `failed` when nothing has happened to any, else `partly`. A run that has ended is returned as it is: twice is once.
 *
 * @throws AppError ACTION_RUN_NOT_FOUND, ACTION_STATE_WRONG (it is being or has been reverted, or was rejected),
 * ACTION_APPROVAL_MISSING, ACTION_PLAN_EXPIRED, STORE_*.
 */
export async function executeActionRun(context: ActionRunContext): Promise<ActionRun> {
  const { records, tenantId, id, clock } = context
  const run = await readActionRun(context)
  if (run.state === 'reverting' || run.state === 'reverted') throw wrongState(run, 'executed')
  if (!BEGUN.has(run.state)) {
    checkExecutable(run, clock.now())
    const begin = { state: 'running', startedAt: isoTime(clock.now()) } as const
    await records.actionRuns.transition(tenantId, id, [run.state], begin)
  } else if (run.state !== 'running') return run
  await eachTarget(context, run, EXECUTING, run.shadow ? shadowTarget : executeTarget)
  return conclude(context, 'running')
}

/**
 * Takes back what a run did: every target that it verified or brought a part of the way, from what the journal kept. What the user has moved or
 * deleted since stays as the user left it, and says so. Ends `reverted`, or `partly` when a target could not be.
 *
 * @throws AppError ACTION_RUN_NOT_FOUND, ACTION_NOT_REVERSIBLE, ACTION_STATE_WRONG, STORE_*.
 */
export async function revertActionRun(context: ActionRunContext): Promise<ActionRun> {
  const { records, tenantId, id } = context
  const run = await readActionRun(context)
  const action = findAction(run.action)
  if (!action.revert) {
    throw new AppError({
      code: 'ACTION_NOT_REVERSIBLE',
      what: `The action run ${id} cannot be reverted.`,
      why: action.recoverability,
      fix: 'Nothing is left for Cordon to do; what remains possible is said above.',
    })
  }
  if (run.state === 'reverted') return run
  await records.actionRuns.transition(tenantId, id, ['done', 'partly'], { state: 'reverting' })
  const reverting = await readActionRun(context)
  if (reverting.state !== 'reverting') throw wrongState(reverting, 'reverted')
  const isWhole = await eachTarget(context, run, REVERTING, revertTarget)
  return isWhole ? conclude(context, 'reverting') : readActionRun(context)
}

/**
 * Takes up a run that was cut off, in the direction it was going; one that is only planned, or has ended, stays as it is.
 *
 * @throws AppError ACTION_RUN_NOT_FOUND, STORE_*.
 */
export async function resumeActionRun(context: ActionRunContext): Promise<ActionRun> {
  const run = await readActionRun(context)
  if (run.state === 'running') return executeActionRun(context)
  return run.state === 'reverting' ? revertActionRun(context) : run
}

/**
 * Ends a run that can never reach its targets again: targets that have no end yet say so, and why.
 *
 * @throws AppError ACTION_RUN_NOT_FOUND, STORE_*.
 */
export async function abandonActionRun(
  context: Omit<ActionRunContext, 'microsoft'>,
  reason: string,
): Promise<ActionRun> {
  const { records, tenantId, id } = context
  const run = await readActionRun(context)
  if (run.state !== 'running' && run.state !== 'reverting') return run
  const [left, state] =
    run.state === 'running' ? ([EXECUTING, 'not-reachable'] as const) : ([REVERTING, 'revert-failed'] as const)
  const targets = (await records.actionRuns.targets(tenantId, id)).filter((target) => left.has(target.state))
  await Promise.all(targets.map((target) => openJournal(context, target).write({ state, reason })))
  return conclude(context, run.state)
}

/** States of a run that has been carried out, or is being. */
const BEGUN: ReadonlySet<ActionRun['state']> = new Set(['running', 'done', 'partly', 'failed'])

/** States from which there is something to do, in either direction. */
const EXECUTING: ReadonlySet<ActionTargetState> = new Set(['planned', 'intended', 'executed'])
const REVERTING: ReadonlySet<ActionTargetState> = new Set(['verified', 'partly', 'reverting', 'revert-failed'])

/** False where it was cut off, or held by a stop. */
async function eachTarget(
  context: ActionRunContext,
  run: ActionRun,
  states: ReadonlySet<ActionTargetState>,
  step: (work: TargetWork) => Promise<void>,
): Promise<boolean> {
  const { records, microsoft, tenantId, id, clock, signal, concurrency = 256, wait } = context
  const action = findAction(run.action)
  const kind = KINDS[run.targetKind]
  const onTarget = await kind.open(run, records)
  const targets = (await records.actionRuns.targets(tenantId, id)).filter(({ state }) => states.has(state))

  const { settings } = (await records.connections.read(tenantId, run.connectionId)) ?? {}
  const report = progressOf(context)
  let isWhole = true
  const isHeld = async () => !run.shadow && (await records.safeguards.stops(tenantId)).length > 0

  async function inLane(lane: readonly ActionTarget[]): Promise<void> {
    for (const journaled of lane) {
      if (signal?.aborted || (await isHeld())) {
        isWhole = false
        return
      }
      const on = onTarget(journaled)
      const reason = kind.whyRefused(journaled, on, { action, settings })
      // What has begun is brought to its end: it was allowed then.
      const isFresh = journaled.state === 'planned' || journaled.state === 'verified' || journaled.state === 'partly'
      if (reason !== undefined && isFresh) {
        const state = journaled.state === 'planned' ? 'failed' : 'revert-failed'
        await openJournal(context, journaled).write({ state, reason })
        await report()
        continue
      }
      const target = {
        microsoft,
        clock,
        files: openFileKeeper(context),
        ...on,
        ...(run.options && { options: run.options }),
        ...(signal && { signal }),
        ...(wait && { wait }),
      }
      await step({ action, target, journal: openJournal(context, journaled), wait })
      await report()
    }
  }

  try {
    await Readable.from(Map.groupBy(targets, ({ lane }) => lane).values()).forEach(inLane, { concurrency })
  } catch (error) {
    if (!signal?.aborted) throw error
    isWhole = false
  }
  return isWhole
}

/** A person reads no faster. */
const REPORT_EVERY_MS = 250

/** Tells how far the run is, at most every quarter of a second: counting the targets of a large run is work. */
function progressOf(context: ActionRunContext): () => Promise<void> {
  const { clock, onProgress } = context
  let last = -Infinity
  return async () => {
    if (!onProgress || clock.now() - last < REPORT_EVERY_MS) return
    last = clock.now()
    onProgress(await readActionRun(context))
  }
}

/** Writes how the run ended; a run with targets still to do was cut off and stays as it is. */
async function conclude(
  context: Omit<ActionRunContext, 'microsoft'>,
  from: 'running' | 'reverting',
): Promise<ActionRun> {
  const { records, tenantId, id, clock } = context
  const run = await readActionRun(context)
  const count = (...states: ActionTargetState[]) =>
    states.reduce((sum, state) => sum + (run.targetsByState[state] ?? 0), 0)
  if (from === 'running' && count(...EXECUTING) > 0) return run
  const state =
    from === 'running'
      ? executed(count(...SETTLED_TARGET_STATES), count('partly'), actionable(run))
      : reverted(count(...REVERTING))
  await records.actionRuns.transition(tenantId, id, [from], { state, endedAt: isoTime(clock.now()) })
  const ended = await readActionRun(context)
  context.onProgress?.(ended)
  return ended
}

function executed(whole: number, partly: number, total: number): ActionRun['state'] {
  if (whole === total) return 'done'
  return whole + partly === 0 ? 'failed' : 'partly'
}

function reverted(left: number): ActionRun['state'] {
  return left === 0 ? 'reverted' : 'partly'
}

async function readActionRun({
  records,
  tenantId,
  id,
}: Pick<ActionRunContext, 'records' | 'tenantId' | 'id'>): Promise<ActionRun> {
  const run = await records.actionRuns.read(tenantId, id)
  if (run) return run
  throw new AppError({
    code: 'ACTION_RUN_NOT_FOUND',
    what: `There is no action run ${id}.`,
    why: 'This tenant has none with this id.',
    fix: 'See the Actions page.',
  })
}

function wrongState(run: ActionRun, wish: string): AppError {
  return new AppError({
    code: 'ACTION_STATE_WRONG',
    what: `The action run ${run.id} cannot be ${wish}.`,
    why: `It is ${run.state}.`,
    fix: 'Plan a new action.',
  })
}
