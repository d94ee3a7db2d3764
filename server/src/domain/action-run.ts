import type { TenantId } from './ids.ts'

/** plan → execute → verify → done | partly | failed; then maybe revert. Nothing has happened while it is `planned`. */
export const ACTION_RUN_STATES = ['planned', 'running', 'done', 'partly', 'failed', 'reverting', 'reverted'] as const

export interface ActionRun {
  id: string
  tenantId: TenantId
  connectionId: string
  /** Action id, verb-object: `delete-message`. */
  action: string
  investigationId: string
  state: (typeof ACTION_RUN_STATES)[number]
  /** The effect in words: "Remove 23 messages from 23 mailboxes. Cordon cannot bring them back." */
  effect: string
  reversible: boolean
  targetsTotal: number
  /** Targets by state; the values add up to `targetsTotal`. */
  targetsByState: Partial<Record<ActionTargetState, number>>
  createdBy: string
  createdAt: string
  startedAt?: string
  endedAt?: string
}

/**
 * The journal of one target. `intended` is written before the effect; a crash between the two is repaired by reading
 * what the mailbox holds, never by guessing.
 */
export const ACTION_TARGET_STATES = [
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
] as const
export type ActionTargetState = (typeof ACTION_TARGET_STATES)[number]

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
