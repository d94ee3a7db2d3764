import { randomUUID } from 'node:crypto'

import type { ActionRun, ActionTarget } from '#domain/action-run.ts'
import type { Detection } from '#domain/alert.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation, InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { IntakeCounts } from '#domain/outcome.ts'

/** Small, valid records for the record store's contract. */

/** A tenant no other test knows. */
export function freshTenant(): TenantId {
  return randomUUID() as TenantId
}

/** `minute` minutes after eight. */
export function at(minute: number): string {
  return new Date(Date.UTC(2026, 0, 15, 8, minute)).toISOString()
}

export function counts(read: number): IntakeCounts {
  return { read, kept: read, duplicates: 0, dropped: {}, quarantined: {} }
}

export function detection(change: Partial<Detection> = {}): Detection {
  return {
    ruleId: 'inbox-rule',
    ruleTitle: 'Inbox rule forwards mail',
    severity: 'high',
    attack: ['collection', 't1114.003'],
    groupKey: 'ana@fabrikam.example',
    eventId: randomUUID(),
    eventTime: at(0),
    sentence: 'Ana made an inbox rule.',
    ...change,
  }
}

export function investigation(tenantId: TenantId, change: Partial<Investigation> = {}): Investigation {
  return {
    id: randomUUID(),
    tenantId,
    connectionId: 'connection',
    name: 'Invoice phish',
    filter: { where: { logic: 'and', conditions: [{ field: 'from', value: 'billing@phish.example' }] } },
    targets: { kind: 'all' },
    method: 'auto',
    duration: { kind: 'once' },
    state: 'queued',
    mailboxesTotal: 0,
    mailboxesDone: 0,
    mailboxesFailed: 0,
    hits: 0,
    createdBy: 'admin',
    createdAt: at(0),
    ...change,
  }
}

export function mailbox(number: number, change: Partial<InvestigationMailbox> = {}): InvestigationMailbox {
  const name = `user${String(number).padStart(6, '0')}`
  return {
    userId: name,
    userPrincipalName: `${name}@fabrikam.example`,
    displayName: `User ${number}`,
    state: 'waiting',
    hits: 0,
    ...change,
  }
}

export function hit(id: string, change: Partial<MailHit> = {}): MailHit {
  return {
    id,
    userId: 'user000001',
    userPrincipalName: 'user000001@fabrikam.example',
    messageId: `message-${id}`,
    internetMessageId: '<1@phish.example>',
    subject: 'Your invoice',
    sender: 'billing@phish.example',
    receivedAt: at(0),
    folderId: 'inbox',
    folderName: 'Inbox',
    isRead: false,
    hasAttachments: true,
    foundBy: 'search',
    matched: [],
    ...change,
  }
}

export function actionRun(tenantId: TenantId, change: Partial<ActionRun> = {}): ActionRun {
  return {
    id: randomUUID(),
    tenantId,
    connectionId: 'connection',
    action: 'delete-message',
    targetKind: 'message',
    investigationId: 'investigation',
    state: 'planned',
    effect: 'Remove 2 messages from 2 mailboxes.',
    reversible: false,
    shadow: false,
    targetsTotal: 2,
    targetsByState: {},
    mailboxesTotal: 2,
    sample: [{ address: 'user000001@fabrikam.example', name: 'Your invoice' }],
    needsApproval: false,
    expiresAt: at(24 * 60),
    createdBy: 'admin',
    createdAt: at(0),
    ...change,
  }
}

export function target(id: string, change: Partial<ActionTarget> = {}): ActionTarget {
  return {
    id,
    ref: `hit-${id}`,
    objectId: `message-${id}`,
    name: 'Your invoice',
    address: 'user000001@fabrikam.example',
    lane: 'user000001',
    state: 'planned',
    updatedAt: at(0),
    ...change,
  }
}
