import { listed } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'

/**
 * Which plan of Entra ID the tenant has paid for: P2 unless changed. Without P1 the sign-in log is closed and the other logs
 * reach back a week; Identity Protection wants P2.
 */
export interface EntraPlan {
  id: 'plan'
  plan: 'free' | 'P1' | 'P2'
}

export const entraPlan: Kind<EntraPlan> = {
  name: 'entra.plan',
  born: listed(
    ({ id }) => id,
    () => [{ id: 'plan', plan: 'P2' }],
  ),
}
