import type { TenantId } from './ids.ts'

/**
 * planned → approved | rejected | expired → running → done | partly | failed; then maybe reverting → reverted. Nothing has
 * happened at Microsoft before it is `running`.
 */
export const ACTION_RUN_STATES = [
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
] as const

export interface ActionRun {
  id: string
  tenantId: TenantId
  connectionId: string
  /** Action id, verb-object: `delete-message`. */
  action: string
  investigationId: string
  state: (typeof ACTION_RUN_STATES)[number]
  /** The effect in words: "Remove 23 messages from 23 mailboxes. Cordon cannot undo it." */
  effect: string
  reversible: boolean
  /** Settings of the action, as it reads them: `{ category: 'Phishing' }`; absent where it has none. */
  options?: Record<string, unknown>
  /** Reads everything, changes nothing, and says what it would have done. */
  shadow: boolean
  targetsTotal: number
  /** Targets by state; the values add up to `targetsTotal`. */
  targetsByState: Partial<Record<ActionTargetState, number>>
  /** Mailboxes that the targets lie in. */
  mailboxesTotal: number
  /** Mailboxes that the investigation covers: how far the action could have reached. Absent where that is not known. */
  mailboxesCovered?: number
  /** Some of the targets, at most ten, each of another mailbox where there are as many. */
  sample: ActionSample[]
  /** Whether somebody else than the planner must approve it. */
  needsApproval: boolean
  /** From then on it can neither be approved nor carried out. */
  expiresAt: string
  /** Who approved or rejected it. */
  decidedBy?: string
  decidedAt?: string
  /** What they said about it. */
  decisionNote?: string
  createdBy: string
  createdAt: string
  startedAt?: string
  endedAt?: string
}

/** A target as it is shown to whoever approves. */
export interface ActionSample {
  userPrincipalName: string
  subject: string
}

/**
 * The journal of one target. `intended` is written before the effect; a crash between the two is repaired by reading
 * what the mailbox holds, never by guessing. `executed` is what Microsoft has accepted and the mailbox does not show yet.
 * `would-change` is the end of a shadow run's target that the action would have been carried out on.
 */
export const ACTION_TARGET_STATES = [
  'planned',
  'intended',
  'executed',
  'verified',
  'already-gone',
  'already-done',
  'moved-by-user',
  'would-change',
  'failed',
  'not-reachable',
  'reverting',
  'reverted',
  'revert-failed',
] as const
export type ActionTargetState = (typeof ACTION_TARGET_STATES)[number]

/** Ends of a target that leave nothing to do. */
export const SETTLED_TARGET_STATES = ['verified', 'already-gone', 'already-done', 'would-change'] as const

export interface ActionTarget {
  /** Deterministic: run and hit. */
  id: string
  hitId: string
  userId: string
  userPrincipalName: string
  messageId: string
  subject: string
  state: ActionTargetState
  /** What was there before, enough to put it back: folder id and name, message id. */
  before?: Record<string, unknown>
  /** Evidence of the last read-back, one sentence: "The mailbox answers ErrorItemNotFound." */
  proof?: string
  /** Why it failed, with Microsoft's code. */
  reason?: string
  updatedAt: string
}
