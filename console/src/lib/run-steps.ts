import type { ActionRun } from '@cordon/api'

export type StepState = 'done' | 'now' | 'ahead' | 'failed'

/** The way of an action run: what is behind it, what is next, what is ahead. */
export function runSteps(run: ActionRun): { title: string; state: StepState }[] {
  const { state, shadow, needsApproval, reversible } = run
  const isUndoing = state === 'reverting' || state === 'reverted'
  const titles = [
    'Plan',
    ...(needsApproval ? ['Approval'] : []),
    ...(shadow ? ['Shadow run', 'Result'] : ['Run', 'Proof']),
    ...(reversible && !shadow ? ['Undo'] : []),
  ]
  const next = {
    planned: needsApproval ? 'Approval' : shadow ? 'Shadow run' : 'Run',
    approved: shadow ? 'Shadow run' : 'Run',
    rejected: needsApproval ? 'Approval' : 'Plan',
    expired: 'Plan',
    running: shadow ? 'Shadow run' : 'Run',
    done: undefined,
    partly: undefined,
    failed: shadow ? 'Result' : 'Proof',
    reverting: 'Undo',
    reverted: undefined,
  }[state]
  const isBroken = state === 'rejected' || state === 'expired' || state === 'failed'
  const at = next === undefined ? titles.length : titles.indexOf(next)
  return titles.map((title, index) => {
    if (title === 'Undo' && !isUndoing) return { title, state: 'ahead' }
    if (index === at) return { title, state: isBroken ? 'failed' : 'now' }
    return { title, state: index < at ? 'done' : 'ahead' }
  })
}
