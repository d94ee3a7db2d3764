import { z } from 'zod'

import { ContentGone, type FeedBatch, type FeedContext, type Span } from '#collect/feed.ts'
import { IMMUTABLE_IDS, messageMimeUrl, userUrl } from '#connect/apis/graph/mail.ts'
import { odataQuery, percentEncode } from '#connect/apis/graph/odata.ts'
import { unreadable } from '#connect/faults.ts'
import type { MicrosoftReply, MicrosoftRequest } from '#connect/microsoft.ts'
import { isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

import type { PhishingMailboxOptions } from './options.ts'
import { readReport } from './read-report.ts'

export const MAIL_PERMISSION = 'Mail.Read'

type Context = FeedContext<PhishingMailboxOptions>

const Report = z.object({ id: z.string(), receivedDateTime: z.iso.datetime() })
type Report = z.infer<typeof Report>

const PAGE_MESSAGES = 500

/** In the place of the record of a message that the filter left out: it is counted, and was never read. */
const LEFT_OUT = '{"excludedBy":"filter"}'

/** The setting that excludes a record; see {@link Feed.exclusion}. */
export function exclusionBy({ filter }: PhishingMailboxOptions): ((record: string) => string | undefined) | undefined {
  return filter === undefined ? undefined : (record) => (record === LEFT_OUT ? 'filter' : undefined)
}

/**
 * Messages of the folder that arrived in `span`: a batch each, whose one record is the report with what it reports. What the filter
 * leaves out is found by listing without it first, and is a batch as well, so that it is counted.
 */
export async function* listReports(context: Context, span: Span): AsyncGenerator<FeedBatch[], void, undefined> {
  const isWanted = ({ receivedDateTime }: Report): boolean => {
    const at = Date.parse(receivedDateTime)
    return at >= span.from && at < span.to
  }
  const toBatch = (report: Report): FeedBatch => ({
    id: report.id,
    availableAt: report.receivedDateTime,
    async *read() {
      yield [await recordOf(context, report)]
    },
  })
  const unfiltered = { ...context, options: { ...context.options, filter: undefined } }
  for (let isFirst = true; ; isFirst = false) {
    let turned = 0
    const leftOut = new Map<string, Report>()
    async function* pages(of: Context): AsyncGenerator<Report[], void, undefined> {
      for await (const page of of.microsoft.pages(listRequest(of, span, PAGE_MESSAGES), Report)) {
        turned++
        yield page.filter(isWanted)
      }
    }
    try {
      if (context.options.filter !== undefined) {
        for await (const page of pages(unfiltered)) for (const report of page) leftOut.set(report.id, report)
      }
      for await (const page of pages(context)) {
        for (const { id } of page) leftOut.delete(id)
        yield page.map(toBatch)
      }
      yield [...leftOut.values()].map(toLeftOut)
      return
    } catch (error) {
      // The address of a next page went stale: from the beginning, once.
      const isStale = turned > 0 && error instanceof AppError && error.code === 'CONNECT_REQUEST_REFUSED'
      if (!isStale || !isFirst) throw error
    }
  }
}

/** Another batch than the message itself, which is collected when the filter lets it through one day. */
function toLeftOut({ id, receivedDateTime: availableAt }: Report): FeedBatch {
  return {
    id: `${id} left out`,
    availableAt,
    async *read() {
      yield [LEFT_OUT]
    },
  }
}

/** What is sorted by has to come first in the filter. */
export function listRequest(
  { options: { mailbox, folder, filter }, signal }: Context,
  { from, to }: Span,
  $top: number,
): MicrosoftRequest {
  const times = `receivedDateTime ge ${isoTime(from)} and receivedDateTime lt ${isoTime(to)}`
  const query = odataQuery({
    $filter: filter === undefined ? times : `${times} and (${filter})`,
    $orderby: 'receivedDateTime',
    $select: Object.keys(Report.shape).join(','),
    $top,
  })
  return {
    api: 'graph',
    path: `/v1.0${userUrl(mailbox)}/mailFolders/${percentEncode(folder)}/messages${query}`,
    // An ordinary ID changes when somebody moves the report.
    headers: IMMUTABLE_IDS,
    what: `Could not list the reports in ${mailbox}.`,
    permission: MAIL_PERMISSION,
    signal,
  }
}

async function recordOf({ microsoft, options: { mailbox }, signal }: Context, report: Report): Promise<string> {
  const request = {
    api: 'graph' as const,
    path: `/v1.0${messageMimeUrl(mailbox, report.id)}`,
    headers: { ...IMMUTABLE_IDS, accept: '*/*' },
    what: `Could not read a report in ${mailbox}.`,
    permission: MAIL_PERMISSION,
    signal,
  }
  try {
    const reply = await microsoft.send(request)
    if (!isMime(reply)) throw unreadable(request, reply, 'The answer is not a message: it begins without headers.')
    return JSON.stringify({ mailbox, ...report, ...(await readReport(reply.body)) })
  } catch (error) {
    const isGone = error instanceof AppError && error.microsoft?.code === 'ErrorItemNotFound'
    throw isGone ? new ContentGone('ErrorItemNotFound') : error
  }
}

/** Anything at all can be read as mail: the page of a proxy too. Exchange begins every message with headers, as plain text. */
function isMime({ headers, body }: MicrosoftReply): boolean {
  const start = body.subarray(0, 1_000).toString('latin1')
  return !/html/i.test(headers['content-type'] ?? '') && /^[!-9;-~]+[ \t]*:/.test(start)
}
