import type { TenantId } from './ids.ts'

/** What actions are on; respond/kinds has one file for each. */
export const TARGET_KINDS = [
  'message',
  'user',
  'mailbox',
  'device',
  'indicator',
  'mail-entry',
  'ip-range',
  'service-principal',
  'quarantined-message',
] as const
export type TargetKind = (typeof TARGET_KINDS)[number]

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
  /** What all its targets are. */
  targetKind: TargetKind
  /** Where its messages were found; absent where it is on something else. */
  investigationId?: string
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
  /** Mailboxes that the targets lie in; absent where they lie in none. */
  mailboxesTotal?: number
  /** Mailboxes that the investigation covers: how far the action could have reached. Absent where that is not known. */
  mailboxesCovered?: number
  /** Some of the targets, at most ten, each of another mailbox, say, where there are as many. */
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

/** How many of the run's targets may be acted on: what a person confirms. */
export function actionable({ targetsTotal, targetsByState }: Pick<ActionRun, 'targetsTotal' | 'targetsByState'>) {
  return targetsTotal - (targetsByState.protected ?? 0)
}

/** A target as it is shown to whoever approves. */
export type ActionSample = Pick<ActionTarget, 'name' | 'address'>

/**
 * The journal of one target. `intended` is written before the effect; a crash between the two is repaired by reading
 * what Microsoft holds, never by guessing. `executed` is what Microsoft has accepted and does not show yet. `would-change`
 * is the end of a shadow run's target that the action would have been carried out on. `protected` was refused when it was
 * planned, and is never acted on; of `partly` some of several steps has happened, which going back undoes.
 */
export const ACTION_TARGET_STATES = [
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
] as const
export type ActionTargetState = (typeof ACTION_TARGET_STATES)[number]

/** Ends of a target that leave nothing to do. */
export const SETTLED_TARGET_STATES = ['verified', 'already-gone', 'already-done', 'would-change'] as const

export interface ActionTarget {
  /** Deterministic: run and object. */
  id: string
  /** How a plan names it: the id of a hit, the object id of a user. */
  ref: string
  /** Microsoft's id of it: a message's immutable id, a user's object id. */
  objectId: string
  /** For people: the subject of a message, the display name of a user. */
  name: string
  /** Where it is, or how it is addressed: the user principal name of the mailbox, of the user. */
  address: string
  /** Targets of one lane are worked on one after the other: id of the mailbox, of the user. */
  lane: string
  state: ActionTargetState
  /** What was there before, enough to put it back: folder id and name, whether the account was enabled. */
  before?: Record<string, unknown>
  /** Evidence of the last read-back, in sentences: "The mailbox answers ErrorItemNotFound." */
  proof?: string
  /** Why it failed, with Microsoft's code; why it is protected. */
  reason?: string
  updatedAt: string
}
