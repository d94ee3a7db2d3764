import { z } from 'zod'

/** The dataset of records that no normalizer knows. */
export const GENERIC_DATASET = 'http_intake.log'

/** POST /api/tenants/{tenantId}/intake-keys */
export const CreateIntakeKey = z
  .object({
    name: z.string().min(1).max(100).describe('What pushes with it.'),
    dataset: z.string().min(1).max(100).default(GENERIC_DATASET).describe('What its records are.'),
    days: z.int().min(1).max(3650).optional().describe('How long it is good for, in days; for ever when absent.'),
  })
  .meta({ id: 'CreateIntakeKey' })
export type CreateIntakeKey = z.infer<typeof CreateIntakeKey>

export const IntakeKey = z
  .object({
    id: z.string(),
    name: z.string(),
    dataset: z.string(),
    createdAt: z.string(),
    expiresAt: z.string().optional(),
    key: z.string().optional().describe('The key itself: only in the reply that made it.'),
  })
  .meta({ id: 'IntakeKey' })
export type IntakeKey = z.infer<typeof IntakeKey>

/** GET /api/tenants/{tenantId}/intake-keys */
export const IntakeKeyList = z.object({ keys: z.array(IntakeKey) }).meta({ id: 'IntakeKeyList' })
export type IntakeKeyList = z.infer<typeof IntakeKeyList>

const Counts = z.record(z.string(), z.int())

/** POST /api/intake: what became of the records that were sent; the counts add up to `read`. */
export const IntakeReply = z
  .object({
    read: z.int(),
    kept: z.int(),
    duplicates: z.int().describe('Records that are stored already, or came twice.'),
    dropped: Counts.describe('By reason.'),
    quarantined: Counts.describe('By the step that could not read them; they are stored as they came.'),
  })
  .meta({ id: 'IntakeReply' })
export type IntakeReply = z.infer<typeof IntakeReply>
