import type { ActionRun, ActionTarget } from '@cordon/api'

import { facts, table } from '#cli/output.ts'

/** An action run as it stands. */
export function formatRun(run: ActionRun): string {
  const { id, action, state, effect, reversible, shadow, targetsByState, createdBy } = run
  const { mailboxesTotal, mailboxesCovered } = run
  return facts({
    id,
    action,
    state,
    effect,
    reversible: reversible ? 'yes' : 'no',
    ...(shadow && { shadow: 'yes: reads everything and changes nothing' }),
    ...(mailboxesTotal !== undefined && {
      mailboxes:
        mailboxesCovered === undefined ? `${mailboxesTotal}` : `${mailboxesTotal} of ${mailboxesCovered} looked at`,
    }),
    targets: Object.entries(targetsByState)
      .map(([name, count]) => `${count} ${name}`)
      .join(', '),
    by: createdBy,
    ...(run.needsApproval && { approval: approvalOf(run) }),
    ...(WAITING.has(state) && { 'good until': run.expiresAt }),
  })
}

const WAITING: ReadonlySet<ActionRun['state']> = new Set(['planned', 'approved'])

function approvalOf({ decidedBy, decidedAt, decisionNote, state }: ActionRun): string {
  if (decidedBy === undefined) return 'needed, by somebody else than who planned it'
  const decision = state === 'rejected' ? 'rejected' : 'approved'
  return `${decision} by ${decidedBy} at ${decidedAt}${decisionNote === undefined ? '' : `: ${decisionNote}`}`
}

/** The command that takes a plan on. */
export function nextStep({ id, state, needsApproval, targetsTotal, targetsByState }: ActionRun): string {
  const confirmed = targetsTotal - (targetsByState.protected ?? 0)
  if (confirmed === 0) return 'Every target is protected: there is nothing to carry out.'
  return needsApproval && state === 'planned'
    ? `Somebody else approves it with: npx cordon actions approve ${id} --confirm ${confirmed}`
    : `Carry it out with: npx cordon actions execute ${id} --confirm ${confirmed}`
}

/** The journal of its targets. */
export function formatTargets(targets: readonly ActionTarget[]): string {
  return table(
    targets,
    {
      ADDRESS: ({ address }) => address,
      STATE: ({ state }) => state,
      NAME: ({ name }) => name,
      EVIDENCE: ({ proof, reason }) => reason ?? proof,
    },
    'No targets.',
  )
}
