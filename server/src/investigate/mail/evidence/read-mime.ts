import { IMMUTABLE_IDS, messageMimeUrl } from '#connect/apis/graph/mail.ts'
import type { Ews, EwsCall } from '#connect/ews/ews.ts'
import { findCopies } from '#connect/ews/find-copies.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import type { MailHit } from '#domain/investigation.ts'

type ReadableHit = Pick<MailHit, 'userId' | 'userPrincipalName' | 'messageId' | 'foundBy' | 'internetMessageId'>

/**
 * The whole message as it was sent, RFC 5322, wherever in its mailbox it lies by now. Only what collects evidence or was asked
 * to look reads it; it is handed on and stored nowhere.
 *
 * @throws AppError CONNECT_NOT_FOUND when the mailbox does not hold it any more, else CONNECT_*; REQUEST_INVALID for an event.
 * @see https://learn.microsoft.com/graph/outlook-get-mime-message
 */
export async function readMime(microsoft: Microsoft, hit: ReadableHit, signal?: AbortSignal): Promise<Buffer> {
  const { userId, userPrincipalName, messageId, foundBy } = hit
  const what = `Could not read a message of ${userPrincipalName}.`
  if (foundBy === 'meeting') {
    throw new AppError({
      code: 'REQUEST_INVALID',
      what,
      why: 'This hit is an event of a calendar, which has no message.',
      fix: 'Read the invitation that it comes from, a hit of the same mailbox.',
    })
  }
  if (microsoft.exchange) return readOnPremises(microsoft.exchange.ews, hit, { mailbox: userId, what, signal })
  const { body } = await microsoft.send({
    api: 'graph',
    path: `/v1.0${messageMimeUrl(userId, messageId)}`,
    headers: IMMUTABLE_IDS,
    what,
    permission: 'Mail.Read',
    ...(signal && { signal }),
  })
  return body
}

/** There a message that was moved since has another id: it is found again by its message ID, as long as it is the only one. */
async function readOnPremises(ews: Ews, hit: ReadableHit, call: EwsCall & { what: string }): Promise<Buffer> {
  const { messageId, internetMessageId } = hit
  const listed = await ews.mime(call, messageId)
  if (listed) return listed
  const copies = internetMessageId === '' ? [] : await findCopies(ews, call, internetMessageId)
  const moved = copies.length === 1 ? await ews.mime(call, copies[0]!.id) : undefined
  if (moved) return moved
  throw new AppError({
    code: 'CONNECT_NOT_FOUND',
    what: call.what,
    why:
      copies.length === 0
        ? 'The mailbox does not hold it any more.'
        : `It was moved, and the mailbox has ${copies.length} copies of it: which of them it is cannot be told.`,
    fix: 'Search the mailbox again.',
  })
}
