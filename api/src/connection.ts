import { z } from 'zod'

export const CredentialInput = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('secret'), secret: z.string().min(1).max(1000) }),
    z.object({
      kind: z.literal('certificate'),
      certificatePem: z.string().min(1).max(20_000),
      privateKeyPem: z.string().min(1).max(20_000),
    }),
    z.object({
      kind: z.literal('new-certificate').describe('Cordon makes the pair; only the certificate ever leaves it.'),
    }),
  ])
  .meta({ id: 'CredentialInput' })
export type CredentialInput = z.infer<typeof CredentialInput>

/** What an application is for: three may share the work, each with a registration and permissions of its own. */
export const ConnectionUse = z.enum(['collect', 'investigate', 'respond']).meta({ id: 'ConnectionUse' })
export type ConnectionUse = z.infer<typeof ConnectionUse>

const Domain = z
  .string()
  .regex(/^[^@\s/]+\.[^@\s/]+$/, 'Expected a domain, such as contoso.example.')
  .max(253)

const SETTINGS = {
  feedOptions: z
    .record(z.string(), z.unknown())
    .describe('Settings of feeds by feed id, as far as they are not the defaults; GET /clouds has their schemas.'),
  organization: Domain.describe('What Exchange Online calls the organization: contoso.onmicrosoft.com.'),
  cloudAppsUrl: z.string().max(2000).describe('API URL of the tenant’s Defender for Cloud Apps.'),
  subscriptionIds: z.array(z.guid()).max(1000).describe('Azure subscriptions.'),
  testMailbox: z.email().max(320).describe('Address of a mailbox that the test opens.'),
  outsideMailbox: z
    .email()
    .max(320)
    .describe('Address of a mailbox that the application must not reach, where a scope limits it.'),
  authorizedDomains: z
    .array(Domain)
    .min(1)
    .max(1000)
    .describe('Domains whose mailboxes Cordon may touch; all of the tenant’s when absent.'),
  breakGlassUsers: z
    .array(z.string().trim().min(1).max(320))
    .min(1)
    .max(1000)
    .describe('Users that no action may touch, by object id or user principal name; none when absent.'),
  secretExpiresAt: z.iso.datetime({ offset: true }).describe('When the client secret expires.'),
  uses: z.array(ConnectionUse).min(1).describe('What the application is for; everything when absent.'),
}

/** What is said about a connection beyond its application. */
export const ConnectionSettings = z
  .strictObject({
    feedOptions: SETTINGS.feedOptions.optional(),
    organization: SETTINGS.organization.optional(),
    cloudAppsUrl: SETTINGS.cloudAppsUrl.optional(),
    subscriptionIds: SETTINGS.subscriptionIds.optional(),
    testMailbox: SETTINGS.testMailbox.optional(),
    outsideMailbox: SETTINGS.outsideMailbox.optional(),
    authorizedDomains: SETTINGS.authorizedDomains.optional(),
    breakGlassUsers: SETTINGS.breakGlassUsers.optional(),
    secretExpiresAt: SETTINGS.secretExpiresAt.optional(),
    uses: SETTINGS.uses.optional(),
  })
  .meta({ id: 'ConnectionSettings' })
export type ConnectionSettings = z.infer<typeof ConnectionSettings>

/** What is absent stays; null takes a setting away, or within `feedOptions` those of one feed. */
export const ChangeSettings = z
  .strictObject({
    feedOptions: SETTINGS.feedOptions.optional(),
    organization: SETTINGS.organization.nullish(),
    cloudAppsUrl: SETTINGS.cloudAppsUrl.nullish(),
    subscriptionIds: SETTINGS.subscriptionIds.nullish(),
    testMailbox: SETTINGS.testMailbox.nullish(),
    outsideMailbox: SETTINGS.outsideMailbox.nullish(),
    authorizedDomains: SETTINGS.authorizedDomains.nullish(),
    breakGlassUsers: SETTINGS.breakGlassUsers.nullish(),
    secretExpiresAt: SETTINGS.secretExpiresAt.nullish(),
    uses: SETTINGS.uses.nullish(),
  })
  .meta({ id: 'ChangeSettings' })
export type ChangeSettings = z.infer<typeof ChangeSettings>

const FeedSecrets = z
  .record(z.string(), z.string().min(1).max(4000))
  .describe('Secrets of feeds that have one of their own, by feed id. They are sealed and never shown again.')

export const CreateConnection = z
  .object({
    name: z.string().min(1).max(200),
    cloud: z.string().min(1),
    directoryId: z.string().min(1).describe('Directory (tenant) ID.'),
    clientId: z.string().min(1).describe('Application (client) ID.'),
    credential: CredentialInput,
    feeds: z
      .array(z.string())
      .optional()
      .describe('Feed ids; those of the audit log (Management Activity) that the cloud offers when absent.'),
    settings: ConnectionSettings.optional(),
    feedSecrets: FeedSecrets.optional(),
    unchecked: z.boolean().optional().describe('Save feeds that Microsoft would refuse, too.'),
  })
  .meta({ id: 'CreateConnection' })
export type CreateConnection = z.infer<typeof CreateConnection>

/** PATCH /api/connections/{id}: what is absent stays. */
export const ChangeConnection = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    credential: CredentialInput.optional(),
    feeds: z.array(z.string()).optional().describe('All feeds to collect from now on.'),
    settings: ChangeSettings.optional(),
    feedSecrets: z
      .record(z.string(), z.string().min(1).max(4000).nullable())
      .optional()
      .describe('By feed id; null forgets one.'),
    unchecked: z.boolean().optional().describe('Save feeds that Microsoft would refuse, too.'),
  })
  .meta({ id: 'ChangeConnection' })
export type ChangeConnection = z.infer<typeof ChangeConnection>

/** One problem of a feed, found before it was saved. */
export const FeedProblem = z
  .object({
    code: z.string(),
    what: z.string(),
    why: z.string(),
    fix: z.string(),
    microsoftCode: z.string().optional(),
    passes: z
      .boolean()
      .describe('Consent, signing in or time mends it: no reason not to save the feed. Others refuse saving.'),
  })
  .meta({ id: 'FeedProblem' })
export type FeedProblem = z.infer<typeof FeedProblem>

/**
 * POST /api/connections/check (as CreateConnection; nothing is kept) and POST /api/connections/{id}/feeds/check (as
 * ChangeConnection): each feed tried as it would be saved.
 */
export const FeedCheckList = z
  .object({
    feeds: z.array(
      z.object({
        feed: z.string(),
        title: z.string(),
        verdict: z.enum(['ok', 'problem', 'untried']),
        detail: z.string().describe('What was tried, one sentence.'),
        problems: z.array(FeedProblem),
      }),
    ),
  })
  .meta({ id: 'FeedCheckList' })
export type FeedCheckList = z.infer<typeof FeedCheckList>

/** POST /api/connections/exchange: an Exchange server on premises. */
export const CreateExchangeConnection = z
  .object({
    name: z.string().min(1).max(200),
    directoryId: z.string().min(1).describe('Directory (tenant) ID of the company whose server it is.'),
    url: z.string().min(1).max(2000).describe('Address of Exchange Web Services, https.'),
    user: z
      .string()
      .min(1)
      .max(320)
      .describe('Service account with the role ApplicationImpersonation: DOMAIN\\name or name@domain.'),
    password: z.string().min(1).max(1000),
    ca: z
      .string()
      .max(100_000)
      .optional()
      .describe('PEM of the only authority to trust; the machine’s own when absent.'),
    mailboxes: z
      .array(z.email().max(320))
      .max(100_000)
      .default([])
      .describe('Primary SMTP addresses of all mailboxes: the directory of a server on premises is not asked.'),
  })
  .meta({ id: 'CreateExchangeConnection' })
export type CreateExchangeConnection = z.input<typeof CreateExchangeConnection>

export const PermissionVerdict = z
  .object({
    feature: z.string(),
    resource: z.string(),
    permission: z.string(),
    why: z.string(),
    verdict: z
      .enum(['granted', 'missing', 'not-granted', 'unknown'])
      .describe('`not-granted`: only actions that the application was not allowed would use it.'),
    microsoftCode: z.string().optional(),
    detail: z.string(),
    fix: z.string().optional(),
  })
  .meta({ id: 'PermissionVerdict' })
export type PermissionVerdict = z.infer<typeof PermissionVerdict>

/** A feed, the search of mailboxes, or an action: whether it can work, from all its permissions and requirements. */
export const FeatureVerdict = z
  .object({
    id: z.string().describe('Feed id, `investigate`, or action id.'),
    title: z.string(),
    use: ConnectionUse,
    verdict: z
      .enum(['ready', 'limited', 'blocked', 'not-granted', 'not-offered', 'unknown'])
      .describe('`not-granted`: an action that the application was not allowed; it is not offered, which is no fault.'),
    detail: z.string(),
    fix: z.string().optional(),
  })
  .meta({ id: 'FeatureVerdict' })
export type FeatureVerdict = z.infer<typeof FeatureVerdict>

/** What no permission says. Directory roles are read from the token; the rest Microsoft tells nobody beforehand. */
export const RequirementVerdict = z
  .object({
    kind: z.enum(['directory-role', 'license', 'azure-role', 'service-principal', 'setting']),
    name: z.string(),
    why: z.string(),
    neededBy: z.array(z.string()).describe('Titles of feeds.'),
    verdict: z.enum(['met', 'missing', 'unknown']),
    detail: z.string(),
    fix: z.string().optional(),
  })
  .meta({ id: 'RequirementVerdict' })
export type RequirementVerdict = z.infer<typeof RequirementVerdict>

/** A mailbox that was tried: one that must open, or one that must not. */
export const MailboxVerdict = z
  .object({
    address: z.string(),
    expected: z.enum(['reachable', 'unreachable']),
    verdict: z.enum(['as-expected', 'otherwise', 'unknown']),
    microsoftCode: z.string().optional(),
    detail: z.string(),
    fix: z.string().optional(),
  })
  .meta({ id: 'MailboxVerdict' })
export type MailboxVerdict = z.infer<typeof MailboxVerdict>

/** A permission that came or went since a person last tested. */
export const PermissionDrift = z
  .object({ resource: z.string(), permission: z.string(), change: z.enum(['lost', 'gained']) })
  .meta({ id: 'PermissionDrift' })
export type PermissionDrift = z.infer<typeof PermissionDrift>

export const ConnectionTest = z
  .object({
    testedAt: z.string(),
    status: z.enum(['ok', 'partial', 'failed']),
    waitsUntil: z
      .string()
      .optional()
      .describe('Consent may still be spreading: tested again every minute until then, or until nothing is missing.'),
    verdicts: z.array(PermissionVerdict),
    features: z.array(FeatureVerdict).optional(),
    requirements: z.array(RequirementVerdict).optional(),
    mailboxes: z.array(MailboxVerdict).optional(),
    drift: z.array(PermissionDrift).optional(),
  })
  .meta({ id: 'ConnectionTest' })
export type ConnectionTest = z.infer<typeof ConnectionTest>

/** A certificate made here or given: all of it is public. */
export const PublicCertificate = z
  .object({
    pem: z.string().describe('To upload in Entra: App registrations > Certificates & secrets > Certificates.'),
    thumbprint: z.string().describe('SHA-1, as Entra shows it.'),
    expiresAt: z.string(),
  })
  .meta({ id: 'PublicCertificate' })
export type PublicCertificate = z.infer<typeof PublicCertificate>

/** What will stop working, told weeks ahead. */
export const ConnectionWarning = z
  .object({
    kind: z.enum(['credential-expires', 'credential-expired', 'permissions-changed', 'certificate-pending']),
    what: z.string(),
    fix: z.string(),
    at: z.string().optional().describe('When it happens, or happened.'),
  })
  .meta({ id: 'ConnectionWarning' })
export type ConnectionWarning = z.infer<typeof ConnectionWarning>

export const Connection = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    tenantName: z.string(),
    name: z.string(),
    cloud: z.string(),
    clientId: z.string().describe('Application (client) ID; on premises the service account.'),
    credentialKind: z.enum(['secret', 'certificate', 'password']),
    certificate: PublicCertificate.optional().describe('The one it signs in with.'),
    pendingCertificate: PublicCertificate.optional().describe(
      'Made here and not used yet: the first test after its upload in Entra takes it into use.',
    ),
    exchange: z
      .object({ url: z.string(), mailboxes: z.array(z.string()) })
      .optional()
      .describe('Only of a connection to an Exchange server on premises, whose cloud is `on-premises`.'),
    feeds: z.array(z.string()),
    secretFeeds: z.array(z.string()).optional().describe('Feeds that were given a secret of their own.'),
    settings: ConnectionSettings,
    createdAt: z.string(),
    lastTest: ConnectionTest.optional(),
    warnings: z.array(ConnectionWarning),
  })
  .meta({ id: 'Connection' })
export type Connection = z.infer<typeof Connection>

export const ConnectionList = z.object({ connections: z.array(Connection) }).meta({ id: 'ConnectionList' })
export type ConnectionList = z.infer<typeof ConnectionList>

const Permission = z.object({ resource: z.string(), permission: z.string(), why: z.string() })
const NotOffered = z.array(z.object({ cloud: z.string(), why: z.string() })).describe('Clouds without it.')

/** All there is to know about a feed before it is chosen. */
export const FeedChoice = z
  .object({
    id: z.string(),
    title: z.string(),
    api: z.string().describe('The API as Microsoft names it.'),
    dataset: z.string(),
    lateness: z.string(),
    isDefault: z.boolean().describe('Collected where no feeds are named.'),
    permissions: z.array(Permission),
    requirements: z.array(z.object({ kind: RequirementVerdict.shape.kind, name: z.string(), why: z.string() })),
    notOffered: NotOffered,
    options: z.record(z.string(), z.unknown()).optional().describe('JSON Schema of its settings; absent without any.'),
    secret: z.object({ title: z.string(), why: z.string(), isNeeded: z.boolean() }).optional(),
  })
  .meta({ id: 'FeedChoice' })
export type FeedChoice = z.infer<typeof FeedChoice>

export const ActionChoice = z
  .object({ id: z.string(), title: z.string(), permissions: z.array(Permission), notOffered: NotOffered })
  .meta({ id: 'ActionChoice' })
export type ActionChoice = z.infer<typeof ActionChoice>

/** GET /api/clouds: what a connection may use. */
export const CloudList = z
  .object({
    clouds: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        cloudAppsHosts: z
          .array(z.string())
          .describe('How addresses of Defender for Cloud Apps end there; none: not offered.'),
      }),
    ),
    feeds: z.array(FeedChoice),
    actions: z.array(ActionChoice),
  })
  .meta({ id: 'CloudList' })
export type CloudList = z.infer<typeof CloudList>
