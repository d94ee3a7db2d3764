import type { Action } from '#respond/action.ts'

import { blockIndicator } from './block-indicator/action.ts'
import { blockIp } from './block-ip/action.ts'
import { blockMailEntry } from './block-mail-entry/action.ts'
import { clearMailboxForwarding } from './clear-mailbox-forwarding/action.ts'
import { collectFile } from './collect-file/action.ts'
import { confirmUserCompromised } from './confirm-user-compromised/action.ts'
import { deleteExternalForwardRules } from './delete-external-forward-rules/action.ts'
import { deleteMessage } from './delete-message/action.ts'
import { deleteQuarantinedMessage } from './delete-quarantined-message/action.ts'
import { disableServicePrincipal } from './disable-service-principal/action.ts'
import { disableForwardRules } from './disable-forward-rules/action.ts'
import { disableUser } from './disable-user/action.ts'
import { disableUserAndRevokeSessions } from './disable-user-and-revoke-sessions/action.ts'
import { dismissUserRisk } from './dismiss-user-risk/action.ts'
import { enableServicePrincipal } from './enable-service-principal/action.ts'
import { enableUser } from './enable-user/action.ts'
import { isolateDevice } from './isolate-device/action.ts'
import { moveMessageToDeletedItems } from './move-message-to-deleted-items/action.ts'
import { moveMessageToJunk } from './move-message-to-junk/action.ts'
import { releaseDevice } from './release-device/action.ts'
import { releaseQuarantinedMessage } from './release-quarantined-message/action.ts'
import { remediateMessage } from './remediate-message/action.ts'
import { resetPassword } from './reset-password/action.ts'
import { removeMailboxDelegate } from './remove-mailbox-delegate/action.ts'
import { restoreMessage } from './restore-message/action.ts'
import { revokeOauthGrant } from './revoke-oauth-grant/action.ts'
import { revokeSignInSessionsOfUser } from './revoke-sign-in-sessions/action.ts'
import { scanDevice } from './scan-device/action.ts'
import { softDeleteMessage } from './soft-delete-message/action.ts'
import { submitMessageToMicrosoft } from './submit-message-to-microsoft/action.ts'
import { unblockIndicator } from './unblock-indicator/action.ts'
import { unblockIp } from './unblock-ip/action.ts'
import { unblockMailEntry } from './unblock-mail-entry/action.ts'
import { warnMessage } from './warn-message/action.ts'

/** Every action that Cordon offers: of each kind the gentlest first. */
export const ACTIONS: readonly Action[] = [
  warnMessage,
  moveMessageToJunk,
  moveMessageToDeletedItems,
  softDeleteMessage,
  deleteMessage,
  remediateMessage,
  restoreMessage,
  submitMessageToMicrosoft,
  revokeSignInSessionsOfUser,
  resetPassword,
  disableUser,
  disableUserAndRevokeSessions,
  enableUser,
  confirmUserCompromised,
  dismissUserRisk,
  disableForwardRules,
  deleteExternalForwardRules,
  clearMailboxForwarding,
  removeMailboxDelegate,
  releaseQuarantinedMessage,
  deleteQuarantinedMessage,
  collectFile,
  scanDevice,
  isolateDevice,
  releaseDevice,
  blockIndicator,
  unblockIndicator,
  blockMailEntry,
  unblockMailEntry,
  blockIp,
  unblockIp,
  revokeOauthGrant,
  disableServicePrincipal,
  enableServicePrincipal,
]
