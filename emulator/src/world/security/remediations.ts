import { none } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'

/** What the Action center lists: an action on messages, and what came of it for each. */
export interface Remediation {
  /** `bulkId` in the address of the Action center. */
  id: string
  displayName: string
  description: string
  severity: 'low' | 'medium' | 'high'
  action: RemediationAction
  /** Application that asked for it. */
  appId: string
  /** Tenant time, milliseconds. */
  at: number
  targets: readonly RemediationTarget[]
}

export type RemediationAction = 'moveToJunk' | 'moveToInbox' | 'hardDelete' | 'softDelete' | 'moveToDeletedItems'

export interface RemediationTarget {
  networkMessageId: string
  recipient: string
  /** `alreadyThere`: nothing was left to do. */
  result: 'done' | 'alreadyThere' | 'notFound'
}

export const remediations: Kind<Remediation> = { name: 'security.remediation', born: none }
