import type { TenantId } from './ids.ts'

/** All acting was stopped by a person: running actions hold before their next target, and nothing begins. */
export interface ActingStop {
  /** The one tenant; absent: all of the installation. */
  tenantId?: TenantId
  reason: string
  stoppedBy: string
  stoppedAt: string
}

/** Stands for every action where actions are listed that only run as shadow. */
export const EVERY_ACTION = '*'

/** What holds actions in a tenant back. */
export interface Safeguards {
  /** In force for the tenant: that of the installation, its own. */
  stops: ActingStop[]
  /** Actions, or {@link EVERY_ACTION}, that only say what they would have done. */
  shadowActions: string[]
}

/** Whether the tenant lets the action run as shadow only. */
export function isShadowOnly({ shadowActions }: Pick<Safeguards, 'shadowActions'>, action: string): boolean {
  return shadowActions.includes(EVERY_ACTION) || shadowActions.includes(action)
}
