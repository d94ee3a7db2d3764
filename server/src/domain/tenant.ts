import type { TenantId } from './ids.ts'

/** A customer's Entra directory whose data Cordon holds. */
export interface Tenant {
  id: TenantId
  name: string
  createdAt: string
}

/** How an application proves itself to Entra. The secret parts are encrypted at rest and never leave the server. */
export type Credential =
  | { kind: 'secret'; secret: string }
  | { kind: 'certificate'; certificatePem: string; privateKeyPem: string }

/** One application registration in one tenant, through which Cordon talks to Microsoft. */
export interface Connection {
  id: string
  tenantId: TenantId
  name: string
  /** A name from connect/clouds.ts or from the cloud file. */
  cloud: string
  /** Application (client) ID. */
  clientId: string
  credentialKind: Credential['kind']
  /** Feeds to collect, by feed id. */
  feeds: string[]
  createdAt: string
  /** The newest result of testing it; absent before the first test. */
  lastTest?: ConnectionTest
}

/** What a permission is needed for: declared by the unit that uses it, shown wherever the permission is. */
export interface PermissionNeed {
  /** Resource as Microsoft names it: `Microsoft Graph`, `Office 365 Management APIs`. */
  resource: string
  /** App role value, never reworded: `Mail.ReadWrite`. */
  permission: string
  /** One sentence: what Cordon does with it. */
  why: string
}

export interface ConnectionTest {
  testedAt: string
  /** `ok` when every verdict is granted; `partial` when some are; `failed` when no token could be had. */
  status: 'ok' | 'partial' | 'failed'
  verdicts: PermissionVerdict[]
}

export interface PermissionVerdict extends PermissionNeed {
  /** The feature that needs it: `collect`, `investigate`, `respond`. */
  feature: string
  verdict: 'granted' | 'missing' | 'unknown'
  /** Microsoft's code where it refused, word for word. */
  microsoftCode?: string
  /** One sentence of evidence or reason. */
  detail: string
  /** What to do; absent when granted. */
  fix?: string
}
