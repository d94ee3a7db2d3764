import { usersOf } from '#respond/count.ts'
import { defineRiskDecision } from '#respond/define-risk-decision.ts'

/**
 * Tells Identity Protection that a user is at no risk any more.
 *
 * @see https://learn.microsoft.com/graph/api/riskyuser-dismiss
 */
export const dismissUserRisk = defineRiskDecision({
  id: 'dismiss-user-risk',
  title: 'Dismiss risk of user',
  recoverability:
    'The risk of the user becomes none, and policies that look at risk let the user in again. Cordon cannot bring ' +
    'the risk of before back, as Microsoft offers no way; "Confirm user compromised" sets it to high. Needs Microsoft Entra ID P2.',
  decision: 'dismiss',
  isDecided: ({ riskState }) => !AT_RISK.has(riskState),
  does: (count) => `dismiss the risk of ${usersOf(count)}`,
  did: (count) => `dismissed the risk of ${usersOf(count)}`,
})

const AT_RISK: ReadonlySet<string> = new Set(['atRisk', 'confirmedCompromised'])
