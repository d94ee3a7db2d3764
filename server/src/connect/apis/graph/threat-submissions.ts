import { z } from 'zod'

import { AppError } from '#domain/errors.ts'
import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'

import { messageUrl } from './mail.ts'
import { odataQuery, percentEncode } from './odata.ts'

/**
 * Messages that Microsoft is asked to look at. Only beta of Graph has them.
 *
 * @see https://learn.microsoft.com/graph/api/resources/security-emailthreatsubmission
 */
export const SubmissionCategory = z.enum(['phishing', 'malware', 'spam', 'notJunk'])
export type SubmissionCategory = z.infer<typeof SubmissionCategory>

export const EmailSubmission = z.object({
  id: z.string(),
  category: z.string().nullish(),
  /** `notStarted`, `running`, `succeeded`, `failed`, `skipped`. */
  status: z.string().nullish(),
  createdDateTime: z.string().nullish(),
  internetMessageId: z.string().nullish(),
  recipientEmailAddress: z.string().nullish(),
  /** What Microsoft found out, once it has. */
  result: z.object({ category: z.string().nullish(), detail: z.string().nullish() }).nullish(),
})
export type EmailSubmission = z.infer<typeof EmailSubmission>

/** Reading asks for it, too: one permission less to grant. */
export const SUBMIT_THREATS = 'ThreatSubmission.ReadWrite.All'

const SUBMISSIONS = '/beta/security/threatSubmission/emailThreats'

/**
 * Submits a message that lies in a mailbox. Microsoft takes a copy and answers at once; what it finds comes minutes to days later.
 *
 * @throws AppError CONNECT_*
 * @see https://learn.microsoft.com/graph/api/security-emailthreatsubmission-post-emailthreats
 */
export function submitEmail(
  microsoft: Microsoft,
  message: { userId: string; messageId: string; recipient: string; category: SubmissionCategory },
  signal?: AbortSignal,
): Promise<EmailSubmission> {
  const { userId, messageId, recipient, category } = message
  const what = `Could not submit a message of ${recipient} to Microsoft.`
  const body = {
    '@odata.type': '#microsoft.graph.security.emailUrlThreatSubmission',
    category,
    recipientEmailAddress: recipient,
    messageUrl: `https://graph.microsoft.com/beta${messageUrl(userId, messageId)}`,
  }
  return microsoft.json({ ...request(SUBMISSIONS, what, signal), method: 'POST', body }, EmailSubmission)
}

/** One submission; undefined where there is none. @throws AppError CONNECT_*. */
export async function readSubmission(
  microsoft: Microsoft,
  id: string,
  signal?: AbortSignal,
): Promise<EmailSubmission | undefined> {
  const path = `${SUBMISSIONS}/${percentEncode(id)}`
  try {
    return await microsoft.json(request(path, 'Could not read a submission to Microsoft.', signal), EmailSubmission)
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return undefined
    throw error
  }
}

/** What administrators and applications have submitted since a moment (ISO 8601), page by page. @throws AppError CONNECT_*. */
export function listSubmissions(
  microsoft: Microsoft,
  since: string,
  signal?: AbortSignal,
): AsyncGenerator<EmailSubmission[], void, undefined> {
  const query = odataQuery({ $filter: `source eq 'administrator' and createdDateTime ge ${since}`, $top: 500 })
  const path = `${SUBMISSIONS}${query}`
  return microsoft.pages(
    request(path, 'Could not list the mail that was submitted to Microsoft.', signal),
    EmailSubmission,
  )
}

function request(path: string, what: string, signal: AbortSignal | undefined): MicrosoftRequest {
  const headers = { Prefer: 'include-unknown-enum-members' }
  return { api: 'graph', path, headers, what, permission: SUBMIT_THREATS, ...(signal && { signal }) }
}
