import type { Clock } from '#domain/clock.ts'
import type { Investigation } from '#domain/investigation.ts'
import type { Microsoft } from '#connect/microsoft.ts'

import { cleanFilter } from './filter.ts'
import { conditionsOf } from '#domain/mail-filter.ts'
import { candidateFilters } from './query.ts'
import { sourceOf } from './source-of.ts'

/** What an investigation would cost if every mailbox of its targets has to be searched. */
export interface InvestigationEstimate {
  mailboxes: number
  /** Requests to Microsoft, about. */
  requests: number
  seconds: number
  /** `envelopes`: Microsoft finds the candidates. `mailboxes`: every message of every mailbox is listed. */
  reads: 'envelopes' | 'mailboxes'
  /** True where messages themselves must be read: text, links, attachments. */
  contents: boolean
}

/** Requests under way at one time (connect/request-path.ts), and mailboxes that share one. */
const AT_ONCE = 16
const MAILBOXES_A_BATCH = 10
/** A mailbox that is listed from end to end has some thousands of messages: a few pages, and Recoverable Items. */
const PAGES_A_MAILBOX = 5
/** Of the messages that are listed, those that look as if they could be hits. */
const READ_A_MAILBOX = 2

/**
 * Asks how many mailboxes there are, and takes the time of that answer for the time of the others.
 *
 * @throws AppError INVESTIGATION_FILTER_MISSING, INVESTIGATION_TARGET_UNKNOWN, CONNECT_*.
 */
export async function estimateInvestigation(
  microsoft: Microsoft,
  clock: Clock,
  request: Pick<Investigation, 'filter' | 'targets'>,
): Promise<InvestigationEstimate> {
  const filter = cleanFilter(request.filter)
  const begun = clock.now()
  const mailboxes = await sourceOf(microsoft).countMailboxes(request.targets)
  const latencyMs = Math.max(20, clock.now() - begun)
  const narrow = candidateFilters(filter).length > 1
  const contents = [...conditionsOf(filter.where)].some(({ field }) => CONTENT.test(field))
  const listing = narrow ? Math.ceil(mailboxes / MAILBOXES_A_BATCH) : mailboxes * PAGES_A_MAILBOX
  const requests = listing + (contents ? mailboxes * READ_A_MAILBOX : 0)
  return {
    mailboxes,
    requests,
    seconds: Math.max(1, Math.round((requests / AT_ONCE) * (latencyMs / 1000))),
    reads: narrow ? 'envelopes' : 'mailboxes',
    contents,
  }
}

/** Fields that the envelope does not decide. */
const CONTENT = /^(body|url|regex|attachment-)/
