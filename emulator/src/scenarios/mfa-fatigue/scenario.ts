import type { Scenario } from '#scenarios/scenario.ts'

import { attack } from './attack.ts'
import { castOf, readItems } from './cast.ts'
import { lookAlikes } from './look-alikes.ts'

/**
 * MFA fatigue: the password is known, and prompt after prompt comes to the phone until one is approved. Then a second phone
 * is registered, so that nobody needs to be asked again. Around it: a prompt denied by mistake, and an honest new phone.
 */
export const mfaFatigue: Scenario = {
  id: 'mfa-fatigue',
  title: 'Prompts in the night until one is approved, and a second phone',
  attack: ['T1621', 'T1078.004', 'T1098.005', 'T1114.002'],
  rules: [
    'Authentication Method Registered After Risky Sign-In',
    'Many Denied Prompts',
    'Many Denied Prompts, Then A Sign-In',
  ],
  mail: () => [],
  steps: (world) => [...attack(world), ...lookAlikes(world)].sort((a, b) => a.at - b.at),
  truth: (world) => {
    const { victim, ip, later, sessionId, laterSessionId, denied, approvedAt, methodId, telephone } = castOf(world)
    const { clumsy, renewer } = castOf(world)
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      ips: [ip, later],
      sessionIds: [sessionId, laterSessionId],
      prompts: { denied: denied.length, approved: 1 },
      approvedAt: new Date(approvedAt).toISOString(),
      method: { id: methodId, displayName: telephone },
      read: readItems(world).map(({ internetMessageId }) => internetMessageId),
      harmless: [clumsy, renewer].map(({ userPrincipalName }) => userPrincipalName),
    }
  },
}
