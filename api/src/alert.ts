import { z } from 'zod'

import { EcsDocument } from './event.ts'
import { MailFilter } from './investigation.ts'

export const SeverityName = z.enum(['informational', 'low', 'medium', 'high', 'critical'])
export type SeverityName = z.infer<typeof SeverityName>

export const Verdict = z.enum(['true-positive', 'benign', 'false-positive', 'duplicate'])
export type Verdict = z.infer<typeof Verdict>

export const Alert = z
  .object({
    id: z.string(),
    ruleId: z.string(),
    ruleTitle: z.string(),
    severity: SeverityName,
    attack: z.array(z.string()).describe('ATT&CK tactics and techniques of the rule.'),
    groupKey: z.string(),
    sentence: z.string(),
    status: z.enum(['open', 'closed']),
    closeReason: z.string().optional(),
    verdict: Verdict.optional().describe('Of a closed one, where whoever closed it said so.'),
    assignee: z.string().optional().describe('Name of the user who works on it.'),
    suppressedUntil: z
      .string()
      .optional()
      .describe('Until then an open alert is out of the queue; what happens joins it.'),
    eventCount: z.int(),
    firstEventAt: z.string(),
    lastEventAt: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Alert' })
export type Alert = z.infer<typeof Alert>

export const AlertList = z.object({ alerts: z.array(Alert) }).meta({ id: 'AlertList' })
export type AlertList = z.infer<typeof AlertList>

export const AlertDetail = z
  .object({
    alert: Alert,
    /** Evidence, newest first, at most 100. */
    events: z.array(EcsDocument),
    rule: z
      .object({
        id: z.string(),
        title: z.string(),
        description: z.string(),
        falsePositives: z.array(z.string()),
        yaml: z.string(),
      })
      .optional(),
    /** When the evidence names a mail: what an investigation of it would filter on. */
    suggestedFilter: MailFilter.optional(),
  })
  .meta({ id: 'AlertDetail' })
export type AlertDetail = z.infer<typeof AlertDetail>

/** PATCH /api/tenants/{tenantId}/alerts/{id}: one decision at a time. */
export const UpdateAlert = z
  .union([
    z.strictObject({
      status: z.literal('closed'),
      reason: z.string().trim().min(1).max(1000),
      verdict: Verdict.optional(),
    }),
    z.strictObject({ status: z.literal('open') }),
    z.strictObject({ assignee: z.string().min(1).max(200).nullable() }),
    z.strictObject({ suppressedUntil: z.iso.datetime().nullable() }),
  ])
  .meta({ id: 'UpdateAlert' })
export type UpdateAlert = z.infer<typeof UpdateAlert>
