import { IMMUTABLE_IDS, messageMimeUrl } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import type { MailHit } from '#domain/investigation.ts'

/**
 * The whole message as it was sent, RFC 5322, wherever in its mailbox it lies by now. Only what collects evidence or was asked
 * to look reads it; it is handed on and stored nowhere.
 *
 * @throws AppError CONNECT_NOT_FOUND when the mailbox does not hold it any more, else CONNECT_*; REQUEST_INVALID for an event.
 * @see https://learn.microsoft.com/graph/outlook-get-mime-message
 */
export async function readMime(
  microsoft: Microsoft,
  {
    userId,
    userPrincipalName,
    messageId,
    foundBy,
  }: Pick<MailHit, 'userId' | 'userPrincipalName' | 'messageId' | 'foundBy'>,
  signal?: AbortSignal,
): Promise<Buffer> {
  const what = `Could not read a message of ${userPrincipalName}.`
  if (foundBy === 'meeting') {
    throw new AppError({
      code: 'REQUEST_INVALID',
      what,
      why: 'This hit is an event of a calendar, which has no message.',
      fix: 'Read the invitation that it comes from, a hit of the same mailbox.',
    })
  }
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
