import type { ActionRun, ActionTarget } from '#domain/action-run.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { PermissionNeed } from '#domain/tenant.ts'
import type { User } from '#domain/user.ts'
import { ACTIONS } from '#respond/actions/index.ts'
import { findAction, planActionRun } from '#respond/plan.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import type { Bus } from './bus.ts'

/** An action as people choose it. */
export interface ActionChoice {
  id: string
  title: string
  reversible: boolean
  recoverability: string
  permissions: PermissionNeed[]
}

export interface ActionRunDetail {
  actionRun: ActionRun
  targets: ActionTarget[]
}

/** @throws AppError ACTION_RUN_NOT_FOUND from every method that takes a run's id. */
export interface Actions {
  catalog(): ActionChoice[]
  /** Newest first. */
  list(tenantId: TenantId, filter: { investigationId?: string | undefined; limit: number }): Promise<ActionRun[]>
  /** Changes nothing at Microsoft. @throws AppError INVESTIGATION_NOT_FOUND, REQUEST_INVALID. */
  plan(
    user: User,
    tenantId: TenantId,
    request: { action: string; investigationId: string; hitIds?: string[] | undefined },
  ): Promise<ActionRunDetail>
  read(tenantId: TenantId, id: string): Promise<ActionRunDetail>
  /**
   * Begins to carry out a plan. `confirmTargets` is how many the person saw.
   *
   * @throws AppError ACTION_CONFIRMATION_WRONG, ACTION_STATE_WRONG.
   */
  execute(user: User, tenantId: TenantId, id: string, confirmTargets: number): Promise<ActionRun>
  /** Begins to take back. @throws AppError ACTION_NOT_REVERSIBLE, ACTION_STATE_WRONG. */
  revert(user: User, tenantId: TenantId, id: string): Promise<ActionRun>
}

export function createActions(parts: {
  records: RecordStore
  /** Has it run to its end, in this process or another. */
  start: (run: ActionRun) => Promise<void>
  audit: Audit
  bus: Bus
  clock: Clock
}): Actions {
  const { records, start, audit, bus, clock } = parts

  async function read(tenantId: TenantId, id: string): Promise<ActionRun> {
    const run = await records.actionRuns.read(tenantId, id)
    if (run) return run
    throw new AppError({
      code: 'ACTION_RUN_NOT_FOUND',
      what: 'Could not open the action run.',
      why: `The tenant has no action run ${id}.`,
      fix: 'Choose one from the page of its investigation.',
    })
  }

  /**
   * Writes the new state before anything happens: whoever asks second finds it taken, and a crash right after is a run to
   * be taken up, not a forgotten click.
   */
  async function begin(
    user: User,
    run: ActionRun,
    from: ActionRun['state'][],
    change: { state: 'running' | 'reverting'; startedAt?: string },
  ): Promise<ActionRun> {
    const { tenantId, id } = run
    const detail = { id, action: run.action, targets: run.targetsTotal }
    if (!(await records.actionRuns.transition(tenantId, id, from, change))) throw stateWrong(run, from)
    await audit(user.name, change.state === 'running' ? 'action-run.execute' : 'action-run.revert', detail, tenantId)
    const actionRun = await read(tenantId, id)
    bus.publish(tenantId, { kind: 'action-run', actionRun })
    await start(actionRun)
    return actionRun
  }

  return {
    catalog: () =>
      ACTIONS.map(({ id, title, recoverability, permissions, revert }) => ({
        id,
        title,
        recoverability,
        permissions: [...permissions],
        reversible: revert !== undefined,
      })),

    list: (tenantId, { investigationId, limit }) =>
      records.actionRuns.list(tenantId, { limit, ...(investigationId !== undefined && { investigationId }) }),

    async plan(user, tenantId, { action, investigationId, hitIds }) {
      const planned = await planActionRun({
        records,
        clock,
        tenantId,
        action,
        investigationId,
        createdBy: user.name,
        ...(hitIds && { hitIds }),
      })
      const { actionRun } = planned
      const detail = { id: actionRun.id, action, investigationId, targets: actionRun.targetsTotal }
      await audit(user.name, 'action-run.plan', detail, tenantId)
      bus.publish(tenantId, { kind: 'action-run', actionRun })
      return planned
    },

    async read(tenantId, id) {
      const actionRun = await read(tenantId, id)
      return { actionRun, targets: await records.actionRuns.targets(tenantId, id) }
    },

    async execute(user, tenantId, id, confirmTargets) {
      const run = await read(tenantId, id)
      if (confirmTargets !== run.targetsTotal) throw confirmationWrong(run, confirmTargets)
      return begin(user, run, ['planned'], { state: 'running', startedAt: isoTime(clock.now()) })
    },

    async revert(user, tenantId, id) {
      const run = await read(tenantId, id)
      if (!run.reversible) throw notReversible(run)
      return begin(user, run, ['done', 'partly'], { state: 'reverting' })
    },
  }
}

function confirmationWrong(run: ActionRun, confirmed: number): AppError {
  return new AppError({
    code: 'ACTION_CONFIRMATION_WRONG',
    what: 'The action was not carried out.',
    why: `The plan has ${run.targetsTotal} targets; ${confirmed} were confirmed.`,
    fix: 'Look at the plan again and confirm the number it shows.',
  })
}

function stateWrong(run: ActionRun, from: readonly string[]): AppError {
  return new AppError({
    code: 'ACTION_STATE_WRONG',
    what: 'Nothing was changed.',
    why: `The action run is ${run.state}; this needs one that is ${from.join(' or ')}.`,
    fix: 'Plan a new action on the page of the investigation.',
  })
}

function notReversible(run: ActionRun): AppError {
  return new AppError({
    code: 'ACTION_NOT_REVERSIBLE',
    what: 'Nothing was changed.',
    why: findAction(run.action).recoverability,
    fix: 'Ask an Exchange administrator to recover the messages while Exchange still keeps them.',
  })
}
