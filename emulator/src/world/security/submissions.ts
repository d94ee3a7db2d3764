import { none } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'

/** What has been sent to Microsoft to be looked at: a message, a link or a file. Plain data; the result follows from it. */
export interface Submission {
  id: string
  kind: 'email' | 'url' | 'file'
  /** `#microsoft.graph.security.emailUrlThreatSubmission`, … as it was created. */
  type: string
  /** Tenant time, milliseconds. */
  createdAt: number
  category: Category
  source: 'user' | 'administrator'
  createdBy: { identity: string; displayName: string; email: string | null }
  /** What was found out, told once the work is done. */
  result: SubmissionResult
  /** Of a message; what is not known is null. */
  email?: SubmittedEmail
  webUrl?: string
  fileName?: string
}

export type Category = 'notJunk' | 'spam' | 'phishing' | 'malware'

export interface SubmissionResult {
  category: string
  detail: string
  detectedUrls: readonly string[]
  detectedFiles: readonly { fileName: string; fileHash: string }[]
}

export interface SubmittedEmail {
  recipientEmailAddress: string
  internetMessageId: string | null
  subject: string | null
  sender: string | null
  senderIP: string | null
  /** Milliseconds. */
  receivedAt: number | null
  originalCategory: Category
  tenantAllowOrBlockListAction: Record<string, unknown> | null
}

/** By id; what users reported themselves follows from the alerts about it. */
export const submissions: Kind<Submission> = { name: 'security.submission', born: none }

/** How long a submission waits, and how long until there is a result. */
const STARTS_AFTER = 30_000
const ENDS_AFTER = 300_000

/** How far the work has come. A message that is not there cannot be looked at. */
export function statusOf(
  { createdAt, result }: Submission,
  now: number,
): 'notStarted' | 'running' | 'succeeded' | 'failed' {
  const age = now - createdAt
  if (age < STARTS_AFTER) return 'notStarted'
  if (age < ENDS_AFTER) return 'running'
  return result.detail === 'messageNotFound' ? 'failed' : 'succeeded'
}
