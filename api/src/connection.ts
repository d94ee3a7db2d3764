import { z } from 'zod'

export const CredentialInput = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('secret'), secret: z.string().min(1).max(1000) }),
    z.object({
      kind: z.literal('certificate'),
      certificatePem: z.string().min(1).max(20_000),
      privateKeyPem: z.string().min(1).max(20_000),
    }),
  ])
  .meta({ id: 'CredentialInput' })
export type CredentialInput = z.infer<typeof CredentialInput>

export const CreateConnection = z
  .object({
    name: z.string().min(1).max(200),
    cloud: z.string().min(1),
    directoryId: z.string().min(1).describe('Directory (tenant) ID.'),
    clientId: z.string().min(1).describe('Application (client) ID.'),
    credential: CredentialInput,
    feeds: z.array(z.string()).optional().describe('Feed ids; all when absent.'),
  })
  .meta({ id: 'CreateConnection' })
export type CreateConnection = z.infer<typeof CreateConnection>

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
    verdict: z.enum(['granted', 'missing', 'unknown']),
    microsoftCode: z.string().optional(),
    detail: z.string(),
    fix: z.string().optional(),
  })
  .meta({ id: 'PermissionVerdict' })
export type PermissionVerdict = z.infer<typeof PermissionVerdict>

export const ConnectionTest = z
  .object({
    testedAt: z.string(),
    status: z.enum(['ok', 'partial', 'failed']),
    verdicts: z.array(PermissionVerdict),
  })
  .meta({ id: 'ConnectionTest' })
export type ConnectionTest = z.infer<typeof ConnectionTest>

export const Connection = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    tenantName: z.string(),
    name: z.string(),
    cloud: z.string(),
    clientId: z.string().describe('Application (client) ID; on premises the service account.'),
    credentialKind: z.enum(['secret', 'certificate', 'password']),
    exchange: z
      .object({ url: z.string(), mailboxes: z.array(z.string()) })
      .optional()
      .describe('Only of a connection to an Exchange server on premises, whose cloud is `on-premises`.'),
    feeds: z.array(z.string()),
    createdAt: z.string(),
    lastTest: ConnectionTest.optional(),
  })
  .meta({ id: 'Connection' })
export type Connection = z.infer<typeof Connection>

export const ConnectionList = z.object({ connections: z.array(Connection) }).meta({ id: 'ConnectionList' })
export type ConnectionList = z.infer<typeof ConnectionList>

/** GET /api/clouds: names a connection may use. */
export const CloudList = z
  .object({
    clouds: z.array(z.object({ name: z.string(), title: z.string() })),
    feeds: z.array(z.object({ id: z.string(), title: z.string() })),
  })
  .meta({ id: 'CloudList' })
export type CloudList = z.infer<typeof CloudList>
