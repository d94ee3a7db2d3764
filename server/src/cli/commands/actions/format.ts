import type { ActionRun, ActionTarget } from '@cordon/api'

import { facts, table } from '#cli/output.ts'

/** An action run as it stands. */
export function formatRun(run: ActionRun): string {
  const { id, action, state, effect, reversible, targetsByState, createdBy } = run
  return facts({
    id,
    action,
    state,
    effect,
    reversible: reversible ? 'yes' : 'no',
    targets: Object.entries(targetsByState)
      .map(([name, count]) => `${count} ${name}`)
      .join(', '),
    by: createdBy,
  })
}

/** The journal of its targets. */
export function formatTargets(targets: readonly ActionTarget[]): string {
  return table(
    targets,
    {
      MAILBOX: ({ userPrincipalName }) => userPrincipalName,
      STATE: ({ state }) => state,
      SUBJECT: ({ subject }) => subject,
      EVIDENCE: ({ proof, reason }) => reason ?? proof,
    },
    'No targets.',
  )
}
