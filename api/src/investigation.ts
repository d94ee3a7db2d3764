import { z } from 'zod'

export const MailFilter = z
  .object({
    sender: z.string().min(1).max(320).optional().describe('Address, or a domain.'),
    subject: z.string().min(1).max(500).optional().describe('Contained in the subject, without case.'),
    internetMessageId: z.string().min(3).max(1000).optional(),
    receivedFrom: z.iso.datetime({ offset: true }).optional(),
    receivedTo: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((filter) => Boolean(filter.sender ?? filter.subject ?? filter.internetMessageId), {
    message: 'Give at least a sender, a subject or an internet message ID.',
  })
  .meta({ id: 'MailFilter' })
export type MailFilter = z.infer<typeof MailFilter>

export const MailTargets = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('all') }),
    z.object({ kind: z.literal('users'), users: z.array(z.string().min(1)).min(1).max(1000) }),
  ])
  .meta({ id: 'MailTargets' })
export type MailTargets = z.infer<typeof MailTargets>

export const CreateInvestigation = z
  .object({
    name: z.string().min(1).max(200),
    connectionId: z.string().optional().describe('Needed only where the tenant has several.'),
    filter: MailFilter,
    targets: MailTargets.default({ kind: 'all' }),
  })
  .meta({ id: 'CreateInvestigation' })
export type CreateInvestigation = z.infer<typeof CreateInvestigation>
/** What a client sends: fields with defaults may be left out. */
export type CreateInvestigationInput = z.input<typeof CreateInvestigation>

export const Investigation = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    name: z.string(),
    filter: MailFilter,
    targets: MailTargets,
    state: z.enum(['queued', 'running', 'stopping', 'stopped', 'done', 'failed']),
    failure: z.string().optional(),
    mailboxesTotal: z.int(),
    mailboxesDone: z.int(),
    mailboxesFailed: z.int(),
    hits: z.int(),
    createdBy: z.string(),
    createdAt: z.string(),
    startedAt: z.string().optional(),
    endedAt: z.string().optional(),
  })
  .meta({ id: 'Investigation' })
export type Investigation = z.infer<typeof Investigation>

export const InvestigationList = z.object({ investigations: z.array(Investigation) }).meta({ id: 'InvestigationList' })
export type InvestigationList = z.infer<typeof InvestigationList>

export const InvestigationMailbox = z
  .object({
    userId: z.string(),
    userPrincipalName: z.string(),
    displayName: z.string(),
    state: z.enum(['waiting', 'searching', 'searched', 'no-mailbox', 'failed', 'skipped']),
    hits: z.int(),
    reason: z.string().optional(),
    searchedAt: z.string().optional(),
  })
  .meta({ id: 'InvestigationMailbox' })
export type InvestigationMailbox = z.infer<typeof InvestigationMailbox>

export const InvestigationMailboxes = z
  .object({ mailboxes: z.array(InvestigationMailbox) })
  .meta({ id: 'InvestigationMailboxes' })
export type InvestigationMailboxes = z.infer<typeof InvestigationMailboxes>

export const MailHit = z
  .object({
    id: z.string(),
    userId: z.string(),
    userPrincipalName: z.string(),
    messageId: z.string(),
    internetMessageId: z.string(),
    subject: z.string(),
    sender: z.string(),
    receivedAt: z.string(),
    folderId: z.string(),
    folderName: z.string(),
    isRead: z.boolean(),
    hasAttachments: z.boolean(),
    lastAction: z.object({ actionRunId: z.string(), state: z.string() }).optional(),
  })
  .meta({ id: 'MailHit' })
export type MailHit = z.infer<typeof MailHit>

export const MailHits = z.object({ hits: z.array(MailHit) }).meta({ id: 'MailHits' })
export type MailHits = z.infer<typeof MailHits>
