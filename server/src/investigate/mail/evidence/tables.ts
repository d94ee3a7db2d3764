import type { ActionRun, ActionTarget } from '#domain/action-run.ts'
import type { InvestigationMailbox, MailHit } from '#domain/investigation.ts'

import type { Columns } from './csv.ts'

/**
 * The tables that an investigation can be exported as. Names and order of columns are a promise to those who read them with a
 * program (docs/guides/collect-evidence.md): new ones come last.
 */
export const HIT_COLUMNS: Columns<MailHit> = {
  hitId: ({ id }) => id,
  mailbox: ({ userPrincipalName }) => userPrincipalName,
  userId: ({ userId }) => userId,
  folder: ({ folderName }) => folderName,
  receivedAt: ({ receivedAt }) => receivedAt,
  sender: ({ sender }) => sender,
  subject: ({ subject }) => subject,
  isRead: ({ isRead }) => isRead,
  hasAttachments: ({ hasAttachments }) => hasAttachments,
  internetMessageId: ({ internetMessageId }) => internetMessageId,
  messageId: ({ messageId }) => messageId,
  lastActionRunId: ({ lastAction }) => lastAction?.actionRunId,
  lastActionState: ({ lastAction }) => lastAction?.state,
  matched: ({ matched }) => matched?.join('; '),
  foundBy: ({ foundBy }) => foundBy,
}

export const MAILBOX_COLUMNS: Columns<InvestigationMailbox> = {
  mailbox: ({ userPrincipalName }) => userPrincipalName,
  userId: ({ userId }) => userId,
  displayName: ({ displayName }) => displayName,
  state: ({ state }) => state,
  hits: ({ hits }) => hits,
  reason: ({ reason }) => reason,
  searchedAt: ({ searchedAt }) => searchedAt,
}

/** The journal: a row for each target of each action run. */
export const ACTION_COLUMNS: Columns<{ run: ActionRun; target: ActionTarget }> = {
  actionRunId: ({ run }) => run.id,
  action: ({ run }) => run.action,
  runState: ({ run }) => run.state,
  plannedBy: ({ run }) => run.createdBy,
  plannedAt: ({ run }) => run.createdAt,
  startedAt: ({ run }) => run.startedAt,
  endedAt: ({ run }) => run.endedAt,
  targetId: ({ target }) => target.id,
  hitId: ({ target }) => target.ref,
  mailbox: ({ target }) => target.address,
  userId: ({ target }) => target.lane,
  messageId: ({ target }) => target.objectId,
  subject: ({ target }) => target.name,
  state: ({ target }) => target.state,
  proof: ({ target }) => target.proof,
  reason: ({ target }) => target.reason,
  before: ({ target }) => target.before && JSON.stringify(target.before),
  updatedAt: ({ target }) => target.updatedAt,
}
