import type { TenantId } from './ids.ts'

/** What lets a program push records into one tenant, and nothing else. Of the key itself only a hash is kept. */
export interface IntakeKey {
  tenantId: TenantId
  id: string
  /** What pushes with it. */
  name: string
  /** What its records are: names the normalizer. */
  dataset: string
  createdAt: string
  /** Good for ever when absent. */
  expiresAt?: string
}
