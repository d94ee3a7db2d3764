import { z } from 'zod'

import {
  checkRiskyUsers,
  decideRisk,
  READ_RISK,
  readRiskyUser,
  RISK_LICENSE,
  WRITE_RISK,
} from '#connect/apis/graph/risky-users.ts'

import { defineAction, type Action } from './action.ts'
import type { UserTarget } from './kinds/user.ts'
import { DIRECTORY_PATIENCE, isExternal, READ_USERS } from './user-state.ts'

/** How a user stands with Identity Protection, in its words. */
export const RiskState = z.object({ riskState: z.string(), riskLevel: z.string(), isExternal: z.boolean() })
export type RiskState = z.infer<typeof RiskState>

/** What tells one decision from the other. */
export interface RiskDecision extends Pick<Action<RiskState>, 'id' | 'title' | 'recoverability' | 'does' | 'did'> {
  decision: 'confirmCompromised' | 'dismiss'
  /** Whether the user stands as wanted. */
  isDecided(now: RiskState): boolean
}

/**
 * An action that tells Identity Protection what a person knows of a user. There is no way back: what it held before, it
 * cannot be told again. Idempotent: a second time it says the same.
 */
export function defineRiskDecision({ decision, isDecided, ...words }: RiskDecision): Action<RiskState, UserTarget> {
  return defineAction<RiskState, UserTarget>({
    ...words,
    on: 'user',
    permissions: [
      {
        resource: 'Microsoft Graph',
        permission: WRITE_RISK,
        why: 'To confirm users as compromised, and to dismiss their risk.',
      },
      { resource: 'Microsoft Graph', permission: READ_RISK, why: 'To read the risk of a user back afterwards.' },
      READ_USERS,
    ],
    requirements: [
      {
        kind: 'license',
        name: RISK_LICENSE,
        why: 'Identity Protection is part of it; assigned to the users concerned.',
      },
    ],
    check: checkRiskyUsers,
    notOfferedIn: { clouds: ['china'], why: 'The cloud that 21Vianet operates has no Identity Protection.' },
    state: RiskState,
    patience: DIRECTORY_PATIENCE,

    async read(target) {
      const { riskState = 'none', riskLevel = 'none' } =
        (await readRiskyUser(target.microsoft, target.user.id, target.signal)) ?? {}
      return { riskState, riskLevel, isExternal: isExternal(target.user) }
    },

    settled(now) {
      if (now.isExternal) {
        return { state: 'failed', reason: 'The user is a guest: only the home tenant decides about the risk.' }
      }
      return isDecided(now)
        ? { state: 'already-done', proof: `${proofOf(now)} So it was before Cordon acted.` }
        : undefined
    },

    execute: ({ microsoft, user, signal }) => decideRisk(microsoft, user.id, decision, signal),
    verify: (_before, now) => ({ is: isDecided(now) ? 'wanted' : 'unchanged', proof: proofOf(now) }),
  })
}

function proofOf({ riskState, riskLevel }: RiskState): string {
  return `Identity Protection says ${riskState}, risk level ${riskLevel}.`
}
