import { z } from 'zod'

/** An action that Cordon offers. GET /api/actions */
export const Action = z
  .object({
    id: z.string().describe('`delete-message`'),
    title: z.string().describe('Verb first: "Delete permanently".'),
    reversible: z.boolean(),
    /** The truth about recoverability, shown beside the choice. */
    recoverability: z.string(),
    permissions: z.array(z.object({ resource: z.string(), permission: z.string(), why: z.string() })),
  })
  .meta({ id: 'Action' })
export type Action = z.infer<typeof Action>

export const ActionList = z.object({ actions: z.array(Action) }).meta({ id: 'ActionList' })
export type ActionList = z.infer<typeof ActionList>

/** POST …/action-runs: plans, changes nothing. */
export const PlanActionRun = z
  .object({
    action: z.string(),
    investigationId: z.string(),
    hitIds: z.array(z.string()).min(1).max(100_000).optional().describe('All hits when absent.'),
  })
  .meta({ id: 'PlanActionRun' })
export type PlanActionRun = z.infer<typeof PlanActionRun>

/** POST …/action-runs/{id}/execute */
export const ExecuteActionRun = z
  .object({ confirmTargets: z.int().describe('The number of targets the person saw; must equal the plan.') })
  .meta({ id: 'ExecuteActionRun' })
export type ExecuteActionRun = z.infer<typeof ExecuteActionRun>

export const ActionTargetStateName = z.enum([
  'planned',
  'intended',
  'executed',
  'verified',
  'already-gone',
  'moved-by-user',
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
    investigationId: z.string(),
    state: z.enum(['planned', 'running', 'done', 'partly', 'failed', 'reverting', 'reverted']),
    effect: z.string(),
    reversible: z.boolean(),
    targetsTotal: z.int(),
    targetsByState: z.partialRecord(ActionTargetStateName, z.int()),
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
    hitId: z.string(),
    userId: z.string(),
    userPrincipalName: z.string(),
    messageId: z.string(),
    subject: z.string(),
    state: ActionTargetStateName,
    before: z.record(z.string(), z.unknown()).optional(),
    proof: z.string().optional(),
    reason: z.string().optional(),
    updatedAt: z.string(),
  })
  .meta({ id: 'ActionTarget' })
export type ActionTarget = z.infer<typeof ActionTarget>

export const ActionRunDetail = z
  .object({ actionRun: ActionRun, targets: z.array(ActionTarget) })
  .meta({ id: 'ActionRunDetail' })
export type ActionRunDetail = z.infer<typeof ActionRunDetail>
