import type { TenantId } from './ids.ts'

/** A search that somebody keeps, for everybody who reads the tenant's events. */
export interface SavedSearch {
  tenantId: TenantId
  id: string
  /** Once in a tenant, in any case. */
  name: string
  /** KQL. */
  query: string
  /** As chosen: `now-24h`, or ISO. */
  from: string
  to: string
  /** Fields that the table shows; its own choice when empty. */
  columns: string[]
  /** Its owner, a user's name. */
  createdBy: string
  createdAt: string
  updatedAt: string
}
