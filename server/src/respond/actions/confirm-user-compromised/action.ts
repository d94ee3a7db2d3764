import { usersOf } from '#respond/count.ts'
import { defineRiskDecision } from '#respond/define-risk-decision.ts'

/**
 * Tells Identity Protection that a user is compromised: the risk becomes high, and policies act on that.
 *
 * @see https://learn.microsoft.com/graph/api/riskyuser-confirmcompromised
 */
export const confirmUserCompromised = defineRiskDecision({
  id: 'confirm-user-compromised',
  title: 'Confirm user compromised',
  recoverability:
    'The risk of the user becomes high, and Conditional Access policies that look at risk act on it. Cordon cannot ' +
    'bring the risk of before back, as Microsoft offers no way; "Dismiss risk of user" sets it to none. Needs Microsoft Entra ID P2.',
  decision: 'confirmCompromised',
  isDecided: ({ riskState }) => riskState === 'confirmedCompromised',
  does: (count) => `confirm ${usersOf(count)} as compromised`,
  did: (count) => `confirmed ${usersOf(count)} as compromised`,
})
