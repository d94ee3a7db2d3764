import { z } from 'zod'

/** An entry of the audit log: what `hash` covers is all of it but `hash`, as canonical JSON (RFC 8785). */
export const AuditEntry = z
  .object({
    sequence: z.int().describe('From 1, over the whole installation.'),
    at: z.string(),
    actor: z.string().describe('User name, or `system`.'),
    tenantId: z.string().optional(),
    action: z.string(),
    detail: z.record(z.string(), z.unknown()),
    origin: z
      .object({ via: z.enum(['console', 'api', 'cli']), address: z.string(), token: z.string().optional() })
      .optional()
      .describe('Absent for what the server does by itself.'),
    previousHash: z.string().regex(/^[0-9a-f]{64}$/),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

/** GET /api/audit and below a tenant */
export const AuditParams = z.object({
  actor: z.string().min(1).max(200).optional(),
  action: z.string().min(1).max(100).optional().describe('All of it, or the part before a dot: `action-run`.'),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  before: z.coerce.number().int().min(1).optional().describe('A sequence: only older entries.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
export type AuditParams = z.input<typeof AuditParams>

export const AuditEntries = z
  .object({ entries: z.array(AuditEntry).describe('Newest first.') })
  .meta({ id: 'AuditEntries' })
export type AuditEntries = z.infer<typeof AuditEntries>

export const AuditHead = z.object({ sequence: z.int(), hash: z.string() }).meta({ id: 'AuditHead' })

/** GET /api/audit/verification */
export const AuditVerification = z
  .object({
    entries: z.int().describe('Entries looked at.'),
    head: AuditHead.describe('The newest entry that fits: keep it elsewhere, and later see that the log still has it.'),
    seal: z
      .enum(['whole', 'missing', 'broken'])
      .describe('Of the head; `missing` until the first entry after an upgrade.'),
    broken: z
      .object({
        kind: z.enum(['altered', 'removed', 'inserted', 'reordered', 'head']),
        sequence: z.int(),
        what: z.string(),
      })
      .optional()
      .describe('The first entry that is not as it was written.'),
  })
  .meta({ id: 'AuditVerification' })
export type AuditVerification = z.infer<typeof AuditVerification>
