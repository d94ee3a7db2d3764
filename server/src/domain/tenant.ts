import type { TenantId } from './ids.ts'

/** A customer's Entra directory whose data Cordon holds. */
export interface Tenant {
  id: TenantId
  name: string
  createdAt: string
}

/** How an application proves itself to Entra. The secret parts are encrypted at rest and never leave the server. */
export type Credential = (
  | { kind: 'secret'; secret: string }
  | { kind: 'certificate'; certificatePem: string; privateKeyPem: string }
) & {
  /** Secrets of feeds that need one of their own, by feed id: a connection string of Event Hubs. */
  feedSecrets?: Record<string, string>
}

/** How the service account of an Exchange server on premises signs in. Encrypted at rest as well. */
export interface PasswordCredential {
  kind: 'password'
  password: string
  /** PEM of the only authority to trust; the machine's own list when absent. */
  ca?: string
}

/** An Exchange server on premises. */
export interface ExchangeAddress {
  /** Of Exchange Web Services: `https://mail.contoso.example/EWS/Exchange.asmx`. */
  url: string
  /**
   * Primary SMTP addresses of the mailboxes that are searched where all are: the directory of a server on premises is not asked.
   * Others can be named.
   */
  mailboxes: string[]
}

/** What stands for a cloud in a connection to an Exchange server on premises. */
export const ON_PREMISES = 'on-premises'

/**
 * One application registration in one tenant, through which Cordon talks to Microsoft; or the service account of an Exchange
 * server on its premises.
 */
export interface Connection {
  id: string
  tenantId: TenantId
  name: string
  /** A name from connect/clouds.ts or from the cloud file, or {@link ON_PREMISES}. */
  cloud: string
  /** Application (client) ID; on premises the name of the service account. */
  clientId: string
  credentialKind: (Credential | PasswordCredential)['kind']
  /** On premises only. */
  exchange?: ExchangeAddress
  /** The certificate it signs in with, where it does. */
  certificate?: PublicCertificate
  /** One that Cordon made and that is not used yet: the test takes it into use once Entra accepts it. */
  pendingCertificate?: PublicCertificate
  /** Feeds to collect, by feed id. */
  feeds: string[]
  /** Feeds that were given a secret of their own. */
  secretFeeds?: string[]
  /** What else was said about it; empty on premises. */
  settings: ConnectionSettings
  createdAt: string
  /** The newest result of testing it; absent before the first test. */
  lastTest?: ConnectionTest
}

/** What an application is for. */
export const USES = ['collect', 'investigate', 'respond'] as const
export type Use = (typeof USES)[number]

/** All of it may be known to anyone. */
export interface PublicCertificate {
  pem: string
  /** SHA-1 in hexadecimal, which is how Entra shows certificates. */
  thumbprint: string
  /** ISO. */
  expiresAt: string
}

export interface ConnectionSettings {
  /** Settings of its feeds by feed id, as far as they are not the defaults; each feed parses its own. */
  feedOptions?: Record<string, unknown>
  /** `contoso.onmicrosoft.com`: what Exchange Online calls the organization. */
  organization?: string
  /** Origin of the tenant's Defender for Cloud Apps. */
  cloudAppsUrl?: string
  /** Azure subscriptions, GUIDs. */
  subscriptionIds?: string[]
  /** Address of a mailbox that tests may read. */
  testMailbox?: string
  /** Address of a mailbox that the application must not reach, where a scope limits which it may. */
  outsideMailbox?: string
  /** Domains whose mailboxes Cordon may touch; all of the tenant's when absent. */
  authorizedDomains?: string[]
  /** Users that no action may touch, by object id or user principal name; none when absent. */
  breakGlassUsers?: string[]
  /** When the secret expires, as far as somebody said so (ISO); a certificate says so itself. */
  secretExpiresAt?: string
  /** Everything when absent. */
  uses?: Use[]
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
  /** `ok` when nothing is missing; `partial` when something is; `failed` when no token could be had. */
  status: 'ok' | 'partial' | 'failed'
  /** ISO; consent may still be spreading, so that it is tested again and again until then. */
  waitsUntil?: string
  verdicts: PermissionVerdict[]
  /** As are those below: absent in tests of Exchange on premises, and in those of earlier versions. */
  features?: FeatureVerdict[]
  requirements?: RequirementVerdict[]
  mailboxes?: MailboxVerdict[]
  /** App roles granted by resource, when a person last tested: what {@link drift} is told from. */
  baseline?: Record<string, string[]>
  drift?: PermissionDrift[]
}

/** Whether a feed, the search of mailboxes or an action can work. */
export interface FeatureVerdict {
  /** Feed id, `investigate`, or action id. */
  id: string
  title: string
  use: Use
  /** `not-granted` of an action whose permissions nobody gave: it is not offered, and nothing is to be mended. */
  verdict: 'ready' | 'limited' | 'blocked' | 'not-granted' | 'not-offered' | 'unknown'
  detail: string
  fix?: string
}

/** Something a tenant must have beyond consent. */
export interface RequirementNeed {
  kind: 'directory-role' | 'license' | 'azure-role' | 'service-principal' | 'setting'
  /** In Microsoft's words: `Security Reader`, `Microsoft Entra ID P1`. */
  name: string
  /** One sentence: what for, and where it is given. */
  why: string
}

export interface RequirementVerdict extends RequirementNeed {
  /** Titles of feeds. */
  neededBy: string[]
  verdict: 'met' | 'missing' | 'unknown'
  detail: string
  fix?: string
}

export interface MailboxVerdict {
  address: string
  expected: 'reachable' | 'unreachable'
  verdict: 'as-expected' | 'otherwise' | 'unknown'
  microsoftCode?: string
  detail: string
  fix?: string
}

/** A permission that came or went since a person last tested. */
export interface PermissionDrift {
  resource: string
  permission: string
  change: 'lost' | 'gained'
}

export interface PermissionVerdict extends PermissionNeed {
  /** The feature that needs it: `collect`, `investigate`, `respond`. */
  feature: string
  /** `not-granted` where it would only be for actions that the application is not allowed. */
  verdict: 'granted' | 'missing' | 'not-granted' | 'unknown'
  /** Microsoft's code where it refused, word for word. */
  microsoftCode?: string
  /** One sentence of evidence or reason. */
  detail: string
  /** What to do; absent when granted. */
  fix?: string
}
