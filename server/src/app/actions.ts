import type { Microsoft } from '#connect/microsoft.ts'
import { actionable, type ActionRun, type ActionTarget } from '#domain/action-run.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import { isShadowOnly } from '#domain/safeguards.ts'
import { checkApprovable, checkAwaiting, checkExecutable, checkOpen, isExpired } from '#respond/approval.ts'
import { NOT_PLANNED } from '#respond/not-planned.ts'
import { checkActing } from '#respond/stopped.ts'
import { findAction, planActionRun } from '#respond/plan.ts'
import { summarize } from '#respond/summarize.ts'
import type { RecordStore } from '#store/record-store.ts'

import { type ActionChoice, listActionChoices } from './action-choices.ts'
import type { ApprovalLinks } from './approval-links.ts'
import type { Audit } from './audit.ts'
import type { Bus } from './bus.ts'
import { chooseConnection, successorOf } from './connection-uses.ts'

export interface ActionRunDetail {
  actionRun: ActionRun
  targets: ActionTarget[]
  /** What came of it, in words; absent while nothing has. */
  summary?: string
}

export interface NewActionRun {
  action: string
  /** For an action on messages: the investigation that has found them. */
  investigationId?: string | undefined
  /** For any other: what to act through; the only connection that is for it when absent. */
  connectionId?: string | undefined
  /** Hits of the investigation, all when absent; or users by object id or user principal name. */
  targets?: string[] | undefined
  options?: Record<string, unknown> | undefined
  shadow?: boolean | undefined
}

/**
 * Plans, approvals and runs of actions. A plan past its expiry becomes `expired` when somebody next looks at it.
 *
 * @throws AppError ACTION_RUN_NOT_FOUND from every method that takes a run's id.
 */
export interface Actions {
  catalog(): ActionChoice[]
  /** Newest first. */
  list(tenantId: TenantId, filter: { investigationId?: string | undefined; limit: number }): Promise<ActionRun[]>
  /**
   * Changes nothing at Microsoft. Where the tenant lets the action run as shadow only, the plan is one of a shadow run.
   *
   * @throws AppError INVESTIGATION_NOT_FOUND, REQUEST_INVALID, ACTION_NOT_OFFERED, CONNECT_PERMISSION_MISSING,
   *   CONNECTION_NOT_FOUND, CONNECTION_USE_WRONG; other CONNECT_* where Microsoft had to be asked.
   */
  plan(user: User, tenantId: TenantId, request: NewActionRun): Promise<ActionRunDetail>
  read(tenantId: TenantId, id: string): Promise<ActionRunDetail>
  /**
   * What a link for an approver carries: that the plan is what it is now.
   *
   * @throws AppError ACTION_STATE_WRONG, ACTION_PLAN_EXPIRED where no approval is waited for.
   */
  approvalLink(user: User, tenantId: TenantId, id: string): Promise<{ proof: string; expiresAt: string }>
  /**
   * Allows a plan that needs it. `confirmTargets` is how many the person saw that may be acted on; `proof` what the link
   * carried that they came by.
   *
   * @throws AppError ACTION_CONFIRMATION_WRONG, ACTION_STATE_WRONG, ACTION_PLAN_EXPIRED, ACTION_APPROVER_SAME,
   *   ACTION_LINK_WRONG, ACTION_PLAN_CHANGED.
   */
  approve(
    user: User,
    tenantId: TenantId,
    id: string,
    decision: { confirmTargets: number; note?: string | undefined; proof?: string | undefined },
  ): Promise<ActionRun>
  /** Ends a plan, approved or not; its planner may as well. @throws AppError ACTION_STATE_WRONG, ACTION_PLAN_EXPIRED. */
  reject(user: User, tenantId: TenantId, id: string, decision: { note: string }): Promise<ActionRun>
  /**
   * Begins to carry out a plan. `confirmTargets` is how many the person saw.
   *
   * @throws AppError ACTION_CONFIRMATION_WRONG, ACTION_STATE_WRONG, ACTION_PLAN_EXPIRED, ACTION_APPROVAL_MISSING,
   *   ACTION_ACTING_STOPPED, ACTION_SHADOW_ONLY;
   *   CONNECTION_NOT_FOUND, CONNECTION_USE_WRONG when its connection is not for that any more.
   */
  execute(user: User, tenantId: TenantId, id: string, confirmTargets: number): Promise<ActionRun>
  /**
   * Begins to take back.
   *
   * @throws AppError ACTION_NOT_REVERSIBLE, ACTION_STATE_WRONG, ACTION_ACTING_STOPPED, CONNECTION_NOT_FOUND, CONNECTION_USE_WRONG.
   */
  revert(user: User, tenantId: TenantId, id: string): Promise<ActionRun>
}

export function createActions(parts: {
  records: RecordStore
  /** Has it run to its end, in this process or another. */
  start: (run: ActionRun) => Promise<void>
  audit: Audit
  bus: Bus
  clock: Clock
  links: ApprovalLinks
  /** From so many targets on somebody else than the planner must approve. */
  approvalFrom?: number | undefined
  /** How long a plan is good. */
  goodForMs?: number | undefined
  /** Application IDs that Cordon goes by besides those of its connections. */
  ownApplications?: readonly string[] | undefined
  /** Opens a connection, for what a plan must read. */
  open: (tenantId: TenantId, connectionId: string) => Promise<Microsoft>
}): Actions {
  const { records, start, audit, bus, clock, links, approvalFrom, goodForMs, ownApplications, open } = parts

  async function read(tenantId: TenantId, id: string): Promise<ActionRun> {
    const run = await records.actionRuns.read(tenantId, id)
    if (run) return settle(run)
    throw new AppError({
      code: 'ACTION_RUN_NOT_FOUND',
      what: 'Could not open the action run.',
      why: `The tenant has no action run ${id}.`,
      fix: 'Choose one from the Actions page.',
    })
  }

  const isShadowed = async (tenantId: TenantId, action: string) =>
    isShadowOnly({ shadowActions: await records.safeguards.shadowActions(tenantId) }, action)

  /** The run, expired if its time is up. */
  async function settle(run: ActionRun): Promise<ActionRun> {
    if (run.state === 'expired' || !isExpired(run, clock.now())) return run
    const { tenantId, id, action, targetsTotal } = run
    if (await records.actionRuns.transition(tenantId, id, [run.state], { state: 'expired' })) {
      await audit('system', 'action-run.expire', { id, action, targets: targetsTotal }, tenantId)
    }
    const actionRun = (await records.actionRuns.read(tenantId, id))!
    bus.publish(tenantId, { kind: 'action-run', actionRun })
    return actionRun
  }

  /** Writes who decided what about a plan; of several that decide at once, one does. */
  async function decide(
    user: User,
    run: ActionRun,
    decision: { state: 'approved' | 'rejected'; decisionNote?: string },
    linkMadeBy?: string,
  ): Promise<ActionRun> {
    const { tenantId, id, action, targetsTotal } = run
    const change = { ...decision, decidedBy: user.name, decidedAt: isoTime(clock.now()) }
    if (!(await records.actionRuns.transition(tenantId, id, [run.state], change))) {
      throw stateWrong(await read(tenantId, id), [run.state])
    }
    const { state, decisionNote: note } = decision
    const detail = {
      id,
      action,
      targets: targetsTotal,
      ...(note !== undefined && { note }),
      ...(linkMadeBy !== undefined && { linkMadeBy }),
    }
    await audit(user.name, state === 'approved' ? 'action-run.approve' : 'action-run.reject', detail, tenantId)
    const actionRun = await read(tenantId, id)
    bus.publish(tenantId, { kind: 'action-run', actionRun })
    return actionRun
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
    const { tenantId, id, connectionId } = run
    if (!run.shadow) checkActing(await records.safeguards.stops(tenantId))
    // The connection may be for something else since the plan was made.
    const connection = await records.connections.read(tenantId, connectionId)
    chooseConnection(connection ? [connection] : [], {
      use: 'respond',
      id: connectionId,
      what: 'Nothing was changed.',
    })
    const detail = { id, action: run.action, targets: run.targetsTotal, ...(run.shadow && { shadow: true }) }
    if (!(await records.actionRuns.transition(tenantId, id, from, change))) throw stateWrong(run, from)
    await audit(user.name, change.state === 'running' ? 'action-run.execute' : 'action-run.revert', detail, tenantId)
    const actionRun = await read(tenantId, id)
    bus.publish(tenantId, { kind: 'action-run', actionRun })
    await start(actionRun)
    return actionRun
  }

  return {
    catalog: listActionChoices,

    async list(tenantId, { investigationId, limit }) {
      const filter = { limit, ...(investigationId !== undefined && { investigationId }) }
      return Promise.all((await records.actionRuns.list(tenantId, filter)).map(settle))
    },

    async plan(user, tenantId, { action, investigationId, connectionId, targets, options, shadow: asked = false }) {
      const shadowOnly = await isShadowed(tenantId, action)
      const shadow = asked || shadowOnly
      const planned = await planActionRun({
        records,
        clock,
        tenantId,
        action,
        investigationId,
        connectionId,
        targets,
        ownApplications,
        async connectionFor(id) {
          const connections = await records.connections.list(tenantId)
          const wish = { use: 'respond', what: NOT_PLANNED } as const
          return id === undefined
            ? chooseConnection(connections, wish).id
            : successorOf(connections, { ...wish, id }).id
        },
        open: (id) => open(tenantId, id),
        createdBy: user.name,
        shadow,
        shadowOnly,
        ...(options && { options }),
        ...(approvalFrom !== undefined && { approvalFrom }),
        ...(goodForMs !== undefined && { goodForMs }),
      })
      const { actionRun } = planned
      const detail = {
        id: actionRun.id,
        action,
        ...(investigationId !== undefined && { investigationId }),
        targets: actionRun.targetsTotal,
        ...(shadow && { shadow }),
        ...(actionRun.needsApproval && { needsApproval: true }),
      }
      await audit(user.name, 'action-run.plan', detail, tenantId)
      bus.publish(tenantId, { kind: 'action-run', actionRun })
      return { actionRun, targets: planned.targets.map(shown) }
    },

    async read(tenantId, id) {
      const actionRun = await read(tenantId, id)
      const targets = await records.actionRuns.targets(tenantId, id)
      const summary = summarize(actionRun, targets)
      return { actionRun, targets: targets.map(shown), ...(summary !== undefined && { summary }) }
    },

    async approvalLink(user, tenantId, id) {
      const run = await read(tenantId, id)
      checkAwaiting(run, clock.now(), 'There is no link for an approver.')
      const proof = links.issue(user, run, await records.actionRuns.targets(tenantId, id))
      return { proof, expiresAt: run.expiresAt }
    },

    async approve(user, tenantId, id, { confirmTargets, note, proof }) {
      const run = await read(tenantId, id)
      if (confirmTargets !== actionable(run)) throw confirmationWrong(run, confirmTargets)
      checkApprovable(run, user.name, clock.now())
      const linkMadeBy =
        proof === undefined ? undefined : links.check(proof, run, await records.actionRuns.targets(tenantId, id))
      const decision = { state: 'approved', ...(note !== undefined && { decisionNote: note }) } as const
      return decide(user, run, decision, linkMadeBy)
    },

    async reject(user, tenantId, id, { note }) {
      const run = await read(tenantId, id)
      checkOpen(run, clock.now(), 'The plan was not rejected.')
      return decide(user, run, { state: 'rejected', decisionNote: note })
    },

    async execute(user, tenantId, id, confirmTargets) {
      const run = await read(tenantId, id)
      if (confirmTargets !== actionable(run)) throw confirmationWrong(run, confirmTargets)
      checkExecutable(run, clock.now())
      if (!run.shadow && (await isShadowed(tenantId, run.action))) throw onlyAsShadow(run)
      return begin(user, run, [run.state], { state: 'running', startedAt: isoTime(clock.now()) })
    },

    async revert(user, tenantId, id) {
      const run = await read(tenantId, id)
      if (!run.reversible) throw notReversible(run)
      return begin(user, run, ['done', 'partly'], { state: 'reverting' })
    },
  }
}

/** The text that a banner's way back needs is for Cordon alone. */
function shown({ before, ...target }: ActionTarget): ActionTarget {
  if (!before) return target
  const { body: _, ...rest } = before
  return { ...target, before: rest }
}

function confirmationWrong(run: ActionRun, confirmed: number): AppError {
  return new AppError({
    code: 'ACTION_CONFIRMATION_WRONG',
    what: 'Nothing was changed.',
    why: `The plan acts on ${actionable(run)} targets; ${confirmed} were confirmed.`,
    fix: 'Look at the plan again and confirm the number it shows.',
  })
}

function stateWrong(run: ActionRun, from: readonly string[]): AppError {
  return new AppError({
    code: 'ACTION_STATE_WRONG',
    what: 'Nothing was changed.',
    why: `The action run is ${run.state}; this needs one that is ${from.join(' or ')}.`,
    fix: 'Plan a new action.',
  })
}

function onlyAsShadow({ action }: ActionRun): AppError {
  return new AppError({
    code: 'ACTION_SHADOW_ONLY',
    what: 'Nothing was changed.',
    why: `Since the plan was made, this tenant lets ${action} run as shadow only.`,
    fix: 'Plan it again: the plan is then one of a shadow run. An administrator changes it on the Actions page.',
  })
}

function notReversible(run: ActionRun): AppError {
  return new AppError({
    code: 'ACTION_NOT_REVERSIBLE',
    what: 'Nothing was changed.',
    why: run.shadow ? 'It was a shadow run, which changed nothing.' : findAction(run.action).recoverability,
    fix: run.shadow ? 'Nothing needs doing.' : 'Nothing is left for Cordon to do; what remains possible is said above.',
  })
}
