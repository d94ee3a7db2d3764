import type { FollowUp, HitOrigin } from './follow-up.ts'
import type { TenantId } from './ids.ts'
import type { MailFilter } from './mail-filter.ts'

export type { MailFilter } from './mail-filter.ts'

/** Whose mail is searched. Groups by id, mail address or display name, with everybody in the groups inside them. */
export type MailTargets =
  | { kind: 'all' }
  | { kind: 'users'; users: string[] }
  | { kind: 'groups'; groups: string[] }
  | { kind: 'departments'; departments: string[] }

/**
 * How long it goes on: once over what is there; until a moment; or until somebody stops it, and by itself after so many days
 * without a new hit.
 */
export type InvestigationDuration =
  | { kind: 'once' }
  | { kind: 'until'; until: string }
  | { kind: 'standing'; quietDays: number }

/**
 * `auto` asks Microsoft's own records of deliveries first, and searches the other mailboxes only where they may not know every
 * copy; `scan` searches every mailbox whatever they know.
 */
export type InvestigationMethod = 'auto' | 'scan'

/** What Microsoft's records of deliveries said. */
export interface PairFinding {
  source: 'message-trace' | 'hunting' | 'analyzed-emails' | 'none'
  /** Deliveries found. */
  pairs: number
  /** True when no other mailbox can have a copy, so that no other is searched. */
  complete: boolean
  tried: { source: string; outcome: string }[]
  /** Message IDs of the messages that the filter names by network message ID, by that ID in lower case. */
  messageIds?: Record<string, string[]>
}

/** `watching`: what was there is searched, and new mail is looked at as it comes. */
export const INVESTIGATION_STATES = [
  'queued',
  'running',
  'watching',
  'paused',
  'stopping',
  'stopped',
  'done',
  'failed',
] as const

export interface Investigation {
  id: string
  tenantId: TenantId
  connectionId: string
  name: string
  filter: MailFilter
  targets: MailTargets
  method: InvestigationMethod
  duration: InvestigationDuration
  state: (typeof INVESTIGATION_STATES)[number]
  /** Why it failed, one sentence; only when failed. */
  failure?: string
  mailboxesTotal: number
  /** Mailboxes with an end: searched, or not, with a reason. */
  mailboxesDone: number
  mailboxesFailed: number
  hits: number
  /** Once Microsoft's records were asked. */
  finding?: PairFinding
  /** All mail received before this has been looked at; only while, and after, it watches. */
  watchedUntil?: string
  /** Where it was asked for to follow what was found (domain/follow-up.ts). */
  followUp?: FollowUp
  createdBy: string
  createdAt: string
  startedAt?: string
  endedAt?: string
}

/** One day of an investigation: what it found, and what became of targets of its actions. */
export interface InvestigationDay {
  /** In UTC, `2026-11-20`. */
  day: string
  found: number
  /** Mailboxes in which something was found. */
  mailboxes: number
  /** Targets that reached their end as wished. */
  settled: number
  /** Targets that did not. */
  unsettled: number
}

/** How searching one mailbox stands. */
export interface InvestigationMailbox {
  /** Graph user id. */
  userId: string
  userPrincipalName: string
  displayName: string
  state: 'waiting' | 'searching' | 'searched' | 'no-mailbox' | 'failed' | 'skipped'
  hits: number
  /** Why it failed or was skipped, with Microsoft's code. */
  reason?: string
  searchedAt?: string
}

/** A message that matched. The body is never part of it. */
export interface MailHit {
  /** Deterministic: investigation, mailbox and the message's immutable id. */
  id: string
  userId: string
  userPrincipalName: string
  /** Immutable Graph id (`Prefer: IdType="ImmutableId"`), so that it survives a move; of an event where `foundBy` is `meeting`. */
  messageId: string
  internetMessageId: string
  subject: string
  sender: string
  receivedAt: string
  folderId: string
  folderName: string
  isRead: boolean
  hasAttachments: boolean
  foundBy: HitOrigin
  /** The conditions that made it a hit, or how it came from another, in words. */
  matched: string[]
  /** The newest action on it, if any. */
  lastAction?: { actionRunId: string; state: string }
}
