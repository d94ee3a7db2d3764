import { z } from 'zod'

/** What actions are on. */
export const TargetKindName = z.enum([
  'message',
  'user',
  'mailbox',
  'device',
  'indicator',
  'mail-entry',
  'ip-range',
  'service-principal',
  'quarantined-message',
])
export type TargetKindName = z.infer<typeof TargetKindName>

/** An action that Cordon offers. GET /api/actions */
export const Action = z
  .object({
    id: z.string().describe('`delete-message`'),
    on: TargetKindName.describe('What its targets are.'),
    title: z.string().describe('Verb first: "Delete permanently".'),
    reversible: z.boolean(),
    /** The truth about recoverability, shown beside the choice. */
    recoverability: z.string(),
    permissions: z.array(z.object({ resource: z.string(), permission: z.string(), why: z.string() })),
    requirements: z
      .array(z.object({ kind: z.string(), name: z.string(), why: z.string() }))
      .optional()
      .describe('What the tenant must have besides: a license, say.'),
    options: z.record(z.string(), z.unknown()).optional().describe('JSON Schema of its settings; absent without any.'),
    notOfferedIn: z
      .object({ clouds: z.array(z.string()), why: z.string() })
      .optional()
      .describe('Clouds, by the name that a connection has, where it cannot be planned, and why.'),
  })
  .meta({ id: 'Action' })
export type Action = z.infer<typeof Action>

export const ActionList = z.object({ actions: z.array(Action) }).meta({ id: 'ActionList' })
export type ActionList = z.infer<typeof ActionList>

/** POST …/action-runs: plans, changes nothing. */
export const PlanActionRun = z
  .object({
    action: z.string(),
    investigationId: z.string().optional().describe('For an action on messages: what has found them.'),
    connectionId: z
      .string()
      .optional()
      .describe('For any other: what to act through; the only connection for it when absent.'),
    targets: z
      .array(z.string().min(1).max(1000))
      .min(1)
      .max(100_000)
      .optional()
      .describe(
        'Ids of hits, all when absent; users, or mailboxes by their users, by object id or user principal name; devices by id or DNS name; indicators and entries of the Tenant Allow/Block List by value; ranges of addresses; applications by object id, application ID or name; messages in quarantine by identity.',
      ),
    options: z.record(z.string(), z.unknown()).optional().describe('Settings of the action; its defaults when absent.'),
    shadow: z.boolean().default(false).describe('Only to read, and to say what would have been done.'),
  })
  .meta({ id: 'PlanActionRun' })
export type PlanActionRun = z.infer<typeof PlanActionRun>

/** POST …/action-runs/{id}/approve */
export const ApproveActionRun = z
  .object({
    confirmTargets: z
      .int()
      .describe('The number of targets the person saw; must equal those of the plan that are not protected.'),
    note: z.string().trim().min(1).max(1000).optional(),
    proof: z
      .string()
      .max(4000)
      .optional()
      .describe(
        'What the link carried that the person came by: the plan must still be what it was when that was made.',
      ),
  })
  .meta({ id: 'ApproveActionRun' })
export type ApproveActionRun = z.infer<typeof ApproveActionRun>

/** GET …/action-runs/{id}/approval-link */
export const ApprovalLink = z
  .object({
    proof: z.string().describe('That the plan is what it is now. It gives nobody a right.'),
    expiresAt: z.string().describe('With the plan.'),
  })
  .meta({ id: 'ApprovalLink' })
export type ApprovalLink = z.infer<typeof ApprovalLink>

/** POST …/action-runs/{id}/reject */
export const RejectActionRun = z
  .object({ note: z.string().trim().min(1).max(1000).describe('Why.') })
  .meta({ id: 'RejectActionRun' })
export type RejectActionRun = z.infer<typeof RejectActionRun>

/** POST …/action-runs/{id}/execute */
export const ExecuteActionRun = z
  .object({
    confirmTargets: z
      .int()
      .describe('The number of targets the person saw; must equal those of the plan that are not protected.'),
  })
  .meta({ id: 'ExecuteActionRun' })
export type ExecuteActionRun = z.infer<typeof ExecuteActionRun>

export const ActionTargetStateName = z.enum([
  'planned',
  'protected',
  'intended',
  'executed',
  'verified',
  'partly',
  'already-gone',
  'already-done',
  'moved-by-user',
  'would-change',
  'failed',
  'not-reachable',
  'reverting',
  'reverted',
  'revert-failed',
])
export type ActionTargetStateName = z.infer<typeof ActionTargetStateName>

export const ActionRun = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    action: z.string(),
    targetKind: TargetKindName.describe('What all its targets are.'),
    investigationId: z.string().optional().describe('Where its messages were found.'),
    state: z.enum([
      'planned',
      'approved',
      'rejected',
      'expired',
      'running',
      'done',
      'partly',
      'failed',
      'reverting',
      'reverted',
    ]),
    effect: z.string(),
    reversible: z.boolean(),
    options: z.record(z.string(), z.unknown()).optional(),
    shadow: z.boolean().describe('Reads everything and changes nothing.'),
    targetsTotal: z.int(),
    targetsByState: z.partialRecord(ActionTargetStateName, z.int()),
    mailboxesTotal: z.int().optional().describe('Mailboxes that its messages lie in.'),
    mailboxesCovered: z.int().optional().describe('Mailboxes that the investigation covers.'),
    sample: z.array(z.object({ address: z.string(), name: z.string() })).describe('At most ten.'),
    needsApproval: z.boolean().describe('Whether somebody else than the planner must approve it.'),
    expiresAt: z.string().describe('From then on it can neither be approved nor carried out.'),
    decidedBy: z.string().optional().describe('Who approved or rejected it.'),
    decidedAt: z.string().optional(),
    decisionNote: z.string().optional(),
    createdBy: z.string(),
    createdAt: z.string(),
    startedAt: z.string().optional(),
    endedAt: z.string().optional(),
  })
  .meta({ id: 'ActionRun' })
export type ActionRun = z.infer<typeof ActionRun>

export const ActionRunList = z.object({ actionRuns: z.array(ActionRun) }).meta({ id: 'ActionRunList' })
export type ActionRunList = z.infer<typeof ActionRunList>

export const ActionTarget = z
  .object({
    id: z.string(),
    ref: z.string().describe('How a plan names it: the id of a hit, the object id of a user.'),
    objectId: z.string().describe('Microsoft’s id of it.'),
    name: z.string().describe('The subject of a message, the display name of a user.'),
    address: z.string().describe('The user principal name of the mailbox, of the user.'),
    lane: z.string().describe('What is worked on one after the other has the same: id of the mailbox, of the user.'),
    state: ActionTargetStateName,
    before: z.record(z.string(), z.unknown()).optional(),
    proof: z.string().optional(),
    reason: z.string().optional(),
    updatedAt: z.string(),
  })
  .meta({ id: 'ActionTarget' })
export type ActionTarget = z.infer<typeof ActionTarget>

export const ActionRunDetail = z
  .object({
    actionRun: ActionRun,
    targets: z.array(ActionTarget),
    summary: z.string().optional().describe('What came of it, in words; absent while nothing has.'),
  })
  .meta({ id: 'ActionRunDetail' })
export type ActionRunDetail = z.infer<typeof ActionRunDetail>
