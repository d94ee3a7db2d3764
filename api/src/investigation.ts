import { z } from 'zod'

export const MailField = z
  .enum([
    'from',
    'to',
    'cc',
    'bcc',
    'sender-name',
    'sender-ip',
    'subject',
    'body',
    'url',
    'regex',
    'attachment-name',
    'attachment-extension',
    'attachment-size',
    'attachment-hash',
    'internet-message-id',
    'network-message-id',
  ])
  .meta({ id: 'MailField' })
export type MailField = z.infer<typeof MailField>

export const MailCondition = z
  .object({
    field: MailField,
    value: z.string().max(5000).describe('Empty: the condition is left out.'),
    not: z.literal(true).exactOptional().describe('The condition must not hold.'),
  })
  .meta({ id: 'MailCondition' })
export type MailCondition = z.infer<typeof MailCondition>

export interface MailGroup {
  logic: 'and' | 'or'
  conditions: (MailCondition | MailGroup)[]
}

/** Nested groups are bounded here already, so that no request is deep enough to exhaust the parser. */
const DEEPEST_GROUP = 5
const MOST_CONDITIONS = 1000

const groupOf = (inner: z.ZodType<MailCondition | MailGroup>) =>
  z.object({ logic: z.enum(['and', 'or']), conditions: z.array(inner).max(MOST_CONDITIONS) })

/** Says what is wrong with the condition, or with the group, that was meant; a union by itself says only that neither fits. */
const partError: z.core.$ZodErrorMap<z.core.$ZodIssueInvalidUnion> = ({ errors, input }) => {
  const meant = typeof input === 'object' && input !== null && 'conditions' in input ? 1 : 0
  return errors[meant]?.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

/** A group within the outermost one, `depth` groups deep. */
const groupWithin = (depth: number): z.ZodType<MailGroup> =>
  depth === DEEPEST_GROUP
    ? groupOf(MailCondition)
    : groupOf(z.union([MailCondition, groupWithin(depth + 1)], { error: partError }))

export const MailGroup: z.ZodType<MailGroup> = groupWithin(1).meta({ id: 'MailGroup' })

export const MailFilter = z
  .object({
    where: MailGroup,
    receivedFrom: z.iso.datetime({ offset: true }).exactOptional().describe('Inclusive.'),
    receivedTo: z.iso.datetime({ offset: true }).exactOptional().describe('Inclusive.'),
  })
  .meta({ id: 'MailFilter' })
export type MailFilter = z.infer<typeof MailFilter>

export const MailTargets = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('all') }),
    z.object({ kind: z.literal('users'), users: z.array(z.string().min(1)).min(1).max(1000) }),
    z.object({
      kind: z.literal('groups'),
      groups: z.array(z.string().min(1)).min(1).max(100).describe('By id, mail address or display name.'),
    }),
    z.object({ kind: z.literal('departments'), departments: z.array(z.string().min(1)).min(1).max(100) }),
  ])
  .meta({ id: 'MailTargets' })
export type MailTargets = z.infer<typeof MailTargets>

export const InvestigationDuration = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('once') }),
    z.object({ kind: z.literal('until'), until: z.iso.datetime({ offset: true }) }),
    z.object({
      kind: z.literal('standing'),
      quietDays: z
        .int()
        .min(1)
        .max(365)
        .default(14)
        .describe('It stops by itself after so many days without a new hit.'),
    }),
  ])
  .meta({ id: 'InvestigationDuration' })
export type InvestigationDuration = z.infer<typeof InvestigationDuration>

export const InvestigationMethod = z
  .enum(['auto', 'scan'])
  .describe('`auto` asks Microsoft’s records of deliveries first; `scan` searches every mailbox whatever they know.')
  .meta({ id: 'InvestigationMethod' })
export type InvestigationMethod = z.infer<typeof InvestigationMethod>

export const PairFinding = z
  .object({
    source: z.enum(['message-trace', 'hunting', 'analyzed-emails', 'none']),
    pairs: z.int(),
    complete: z.boolean(),
    tried: z.array(z.object({ source: z.string(), outcome: z.string() })),
  })
  .meta({ id: 'PairFinding' })
export type PairFinding = z.infer<typeof PairFinding>

export const CreateInvestigation = z
  .object({
    name: z.string().min(1).max(200),
    connectionId: z.string().optional().describe('Needed only where the tenant has several.'),
    filter: MailFilter,
    targets: MailTargets.default({ kind: 'all' }),
    method: InvestigationMethod.default('auto'),
    duration: InvestigationDuration.default({ kind: 'once' }),
    followUp: z
      .boolean()
      .default(false)
      .describe(
        'Once the search has ended: who opened, answered, passed on and clicked it, and where further copies are.',
      ),
  })
  .meta({ id: 'CreateInvestigation' })
export type CreateInvestigation = z.infer<typeof CreateInvestigation>
/** What a client sends: fields with defaults may be left out. */
export type CreateInvestigationInput = z.input<typeof CreateInvestigation>

export const FollowUp = z
  .object({
    state: z.enum(['waiting', 'running', 'done', 'failed']).describe('`waiting`: for the end of the search.'),
    askedAt: z.string(),
    endedAt: z.string().optional(),
    failure: z.string().optional(),
    copies: z.int().describe('Hits that it added.'),
    unreached: z.int().describe('Copies that could not be reached.'),
    notes: z.array(z.string()).describe('What limits the answer.'),
  })
  .meta({ id: 'FollowUp' })
export type FollowUp = z.infer<typeof FollowUp>

export const Investigation = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    name: z.string(),
    filter: MailFilter,
    targets: MailTargets,
    method: InvestigationMethod,
    duration: InvestigationDuration,
    state: z.enum(['queued', 'running', 'watching', 'paused', 'stopping', 'stopped', 'done', 'failed']),
    failure: z.string().optional(),
    mailboxesTotal: z.int(),
    mailboxesDone: z.int(),
    mailboxesFailed: z.int(),
    hits: z.int(),
    finding: PairFinding.optional(),
    watchedUntil: z.string().optional(),
    followUp: FollowUp.optional(),
    createdBy: z.string(),
    createdAt: z.string(),
    startedAt: z.string().optional(),
    endedAt: z.string().optional(),
  })
  .meta({ id: 'Investigation' })
export type Investigation = z.infer<typeof Investigation>

export const EstimateInvestigation = CreateInvestigation.omit({ name: true }).meta({ id: 'EstimateInvestigation' })

export const InvestigationEstimate = z
  .object({
    mailboxes: z.int(),
    requests: z.int().describe('Requests to Microsoft, about, if every mailbox has to be searched.'),
    seconds: z.int(),
    reads: z.enum(['envelopes', 'mailboxes']),
    contents: z.boolean().describe('Messages themselves must be read: text, links, attachments.'),
  })
  .meta({ id: 'InvestigationEstimate' })
export type InvestigationEstimate = z.infer<typeof InvestigationEstimate>

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
  .object({
    mailboxes: z.array(InvestigationMailbox),
    counts: z.partialRecord(InvestigationMailbox.shape.state, z.int()).describe('Mailboxes by state, of all pages.'),
  })
  .meta({ id: 'InvestigationMailboxes' })
export type InvestigationMailboxes = z.infer<typeof InvestigationMailboxes>

export const InvestigationDays = z
  .object({
    days: z.array(
      z.object({
        day: z.string().describe('In UTC: 2026-11-20.'),
        found: z.int(),
        mailboxes: z.int().describe('In which something was found.'),
        settled: z.int().describe('Targets of actions that reached their end as wished.'),
        unsettled: z.int().describe('Targets of actions that did not.'),
      }),
    ),
  })
  .meta({ id: 'InvestigationDays' })
export type InvestigationDays = z.infer<typeof InvestigationDays>

export const HitOrigin = z
  .enum(['search', 'forward', 'reply', 'sent-copy', 'meeting'])
  .describe('`search`: by the filter; else by following another hit. `meeting` is an event of a calendar, no message.')
  .meta({ id: 'HitOrigin' })
export type HitOrigin = z.infer<typeof HitOrigin>

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
    foundBy: HitOrigin,
    matched: z.array(z.string()).describe('The conditions that made it a hit, or how it came from another, in words.'),
    lastAction: z.object({ actionRunId: z.string(), state: z.string() }).optional(),
  })
  .meta({ id: 'MailHit' })
export type MailHit = z.infer<typeof MailHit>

export const MailHits = z.object({ hits: z.array(MailHit) }).meta({ id: 'MailHits' })
export type MailHits = z.infer<typeof MailHits>

export const Finding = z
  .object({
    is: z.enum(['yes', 'no', 'unknown']).describe('`unknown`: no source could be asked; the evidence says why.'),
    evidence: z.array(z.string()),
  })
  .meta({ id: 'Finding' })
export type Finding = z.infer<typeof Finding>

export const MailPerson = z
  .object({
    userPrincipalName: z.string(),
    userId: z.string().optional().describe('Absent for somebody who clicked and has no hit.'),
    opened: Finding,
    replied: Finding,
    forwarded: Finding,
    clicked: Finding,
  })
  .meta({ id: 'MailPerson' })
export type MailPerson = z.infer<typeof MailPerson>

export const UnreachedCopy = z
  .object({
    foundBy: HitOrigin.exclude(['search']),
    hitId: z.string().describe('The hit that it comes from.'),
    recipient: z.string(),
    internetMessageId: z.string().describe('Empty for an event.'),
    reason: z.string(),
  })
  .meta({ id: 'UnreachedCopy' })
export type UnreachedCopy = z.infer<typeof UnreachedCopy>

export const InvestigationPeople = z
  .object({
    followUp: FollowUp.optional().describe('Absent where nobody asked for it.'),
    people: z.array(MailPerson).describe('By name.'),
    counts: z
      .object({ people: z.int(), opened: z.int(), replied: z.int(), forwarded: z.int(), clicked: z.int() })
      .describe('Of all pages.'),
    unreached: z.array(UnreachedCopy),
  })
  .meta({ id: 'InvestigationPeople' })
export type InvestigationPeople = z.infer<typeof InvestigationPeople>
