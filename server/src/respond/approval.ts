import { actionable, type ActionRun } from '#domain/action-run.ts'
import { AppError } from '#domain/errors.ts'

/**
 * Four eyes: a plan of many targets needs the approval of somebody else than its planner before it is carried out. For a
 * small one the number that whoever carries it out confirms is the approval. No plan is good for ever: what it found may
 * have changed.
 */

/** From so many targets on a plan needs approval, unless configured otherwise. */
export const APPROVAL_FROM = 100
/** How long a plan is good, unless configured otherwise. */
export const PLAN_MS = 24 * 3_600_000

/** Whether the plan has run out; one that was decided against or begun has not. */
export function isExpired(run: ActionRun, now: number): boolean {
  return run.state === 'expired' || (isOpen(run) && now >= Date.parse(run.expiresAt))
}

/** Whether nothing has been done with the plan yet. */
function isOpen({ state }: ActionRun): boolean {
  return state === 'planned' || state === 'approved'
}

/** @throws AppError ACTION_STATE_WRONG, ACTION_PLAN_EXPIRED, ACTION_APPROVAL_MISSING unless the run may begin. */
export function checkExecutable(run: ActionRun, now: number): void {
  const what = 'The action was not carried out.'
  checkOpen(run, now, what)
  if (actionable(run) === 0) {
    throw new AppError({
      code: 'ACTION_STATE_WRONG',
      what,
      why: 'Every target of the plan is protected.',
      fix: 'The plan says why of each. Act by hand where it must be.',
    })
  }
  if (!run.needsApproval || run.state === 'approved') return
  throw new AppError({
    code: 'ACTION_APPROVAL_MISSING',
    what,
    why: `A plan with ${actionable(run)} targets needs the approval of somebody else than ${run.createdBy}.`,
    fix: `Ask a colleague with the right action.approve to open its page, or to run \`npx cordon actions approve ${run.id}\`.`,
  })
}

/** @throws AppError ACTION_STATE_WRONG, ACTION_PLAN_EXPIRED unless the plan waits for an approval. */
export function checkAwaiting(run: ActionRun, now: number, what: string): void {
  checkOpen(run, now, what)
  if (run.state === 'planned' && run.needsApproval) return
  throw new AppError({
    code: 'ACTION_STATE_WRONG',
    what,
    why: run.state === 'approved' ? `${run.decidedBy} has approved it already.` : 'It needs no approval.',
    fix: `Carry it out on its page, or with \`npx cordon actions execute ${run.id} --confirm ${actionable(run)}\`.`,
  })
}

/** @throws AppError ACTION_STATE_WRONG, ACTION_PLAN_EXPIRED, ACTION_APPROVER_SAME unless `approver` may approve it. */
export function checkApprovable(run: ActionRun, approver: string, now: number): void {
  const what = 'The plan was not approved.'
  checkAwaiting(run, now, what)
  if (approver.toLowerCase() !== run.createdBy.toLowerCase()) return
  throw new AppError({
    code: 'ACTION_APPROVER_SAME',
    what,
    why: `${approver} has planned it, and somebody else must approve it.`,
    fix: 'Ask a colleague with the right action.approve.',
  })
}

/** @throws AppError ACTION_STATE_WRONG, ACTION_PLAN_EXPIRED unless nothing has been done with the plan and it is good. */
export function checkOpen(run: ActionRun, now: number, what: string): void {
  if (isExpired(run, now)) {
    throw new AppError({
      code: 'ACTION_PLAN_EXPIRED',
      what,
      why: `The plan was good until ${run.expiresAt}.`,
      fix: 'Plan the action again.',
    })
  }
  if (isOpen(run)) return
  throw new AppError({
    code: 'ACTION_STATE_WRONG',
    what,
    why: `The action run is ${run.state}.`,
    fix: 'Plan a new action.',
  })
}
