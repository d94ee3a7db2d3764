import type { TenantId } from './ids.ts'

/** What a message must be to be a hit. All given filters must hold (AND). Dates are inclusive, ISO with zone. */
export interface MailFilter {
  /** An address, or a domain without `@`; compared without case. */
  sender?: string
  /** Contained in the subject, without case. */
  subject?: string
  /** With its angle brackets, exact. */
  internetMessageId?: string
  receivedFrom?: string
  receivedTo?: string
}

export type MailTargets = { kind: 'all' } | { kind: 'users'; users: string[] }

export const INVESTIGATION_STATES = ['queued', 'running', 'stopping', 'stopped', 'done', 'failed'] as const

export interface Investigation {
  id: string
  tenantId: TenantId
  connectionId: string
  name: string
  filter: MailFilter
  targets: MailTargets
  state: (typeof INVESTIGATION_STATES)[number]
  /** Why it failed, one sentence; only when failed. */
  failure?: string
  mailboxesTotal: number
  /** Mailboxes with an end: searched, or not, with a reason. */
  mailboxesDone: number
  mailboxesFailed: number
  hits: number
  createdBy: string
  createdAt: string
  startedAt?: string
  endedAt?: string
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
  /** Immutable Graph id (`Prefer: IdType="ImmutableId"`), so that it survives a move. */
  messageId: string
  internetMessageId: string
  subject: string
  sender: string
  receivedAt: string
  folderId: string
  folderName: string
  isRead: boolean
  hasAttachments: boolean
  /** The newest action on it, if any. */
  lastAction?: { actionRunId: string; state: string }
}
