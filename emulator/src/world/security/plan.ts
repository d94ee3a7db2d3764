import { listed } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'

/**
 * Which plan of Defender for Office 365 the tenant has paid for: P2 unless changed. Hunting in mail, analyzed e-mails and
 * their remediation want P2.
 */
export interface DefenderPlan {
  id: 'plan'
  plan: 'none' | 'P1' | 'P2'
}

export const defenderPlan: Kind<DefenderPlan> = {
  name: 'security.defenderPlan',
  born: listed(
    ({ id }) => id,
    () => [{ id: 'plan', plan: 'P2' }],
  ),
}
