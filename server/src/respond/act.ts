import { z } from 'zod'

import { batchedJson } from '#connect/apis/graph/batch.ts'
import { IMMUTABLE_IDS, messageUrl } from '#connect/apis/graph/mail.ts'
import type { BatchPart } from '#connect/microsoft.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import type { MessageTarget } from './kinds/message.ts'
import type { MessageState } from './message-state.ts'
import { moveOnPremises, purgeOnPremises } from './on-premises.ts'

/** What an effect asks of Microsoft. */
export interface Effect extends Pick<BatchPart, 'method' | 'url' | 'body'> {
  /** First sentence of the error if it fails. */
  what: string
  /** The permission this needs. */
  permission: string
}

/**
 * Brings an effect about, in a `$batch` shared with those of other targets. It is sent again when its reply was lost, so it
 * has to be idempotent.
 *
 * @throws AppError CONNECT_*, as sending it alone would.
 */
export async function act({ microsoft, signal }: MessageTarget, { what, permission, ...part }: Effect): Promise<void> {
  const [reply] = await microsoft.batch([{ ...part, headers: IMMUTABLE_IDS, repeatable: true }], signal)
  batchedJson({ api: 'graph', method: part.method, path: `/v1.0${part.url}`, what, permission }, reply!, z.unknown())
}

/**
 * Moves the target's message to a folder, by id or well-known name, and gives what is to be kept of it. Idempotent.
 *
 * @throws AppError CONNECT_*
 */
export async function moveTo(
  target: MessageTarget,
  before: MessageState,
  destinationId: string,
): Promise<Pick<MessageState, 'id'>> {
  const { hit, microsoft } = target
  if (microsoft.exchange) return moveOnPremises(microsoft.exchange.ews, target, before, destinationId)
  await act(target, {
    method: 'POST',
    url: `${messageUrl(hit.userId, hit.messageId)}/move`,
    body: { destinationId },
    what: `Could not move a message of ${hit.userPrincipalName}.`,
    permission: 'Mail.ReadWrite',
  })
  return {}
}

/** Deletes the target's message for good. Idempotent. @throws AppError CONNECT_* */
export async function purge(target: MessageTarget, before: MessageState): Promise<void> {
  const { hit, microsoft } = target
  if (microsoft.exchange) return purgeOnPremises(microsoft.exchange.ews, target, before)
  return act(target, {
    method: 'POST',
    url: `${messageUrl(hit.userId, hit.messageId)}/permanentDelete`,
    what: `Could not delete a message of ${hit.userPrincipalName}.`,
    permission: 'Mail.ReadWrite',
  })
}

/** What changing a message needs. */
export function mailReadWrite(why: string): PermissionNeed {
  return { resource: 'Microsoft Graph', permission: 'Mail.ReadWrite', why }
}
