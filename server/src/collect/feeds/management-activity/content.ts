import { z } from 'zod'

import { ContentGone, type FeedBatch, type FeedContext, type Span } from '#collect/feed.ts'
import { readElements } from '#collect/files/json-array.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

const Content = z.object({ contentId: z.string().min(1), contentUri: z.string(), contentCreated: z.iso.datetime() })
type Content = z.infer<typeof Content>

/** A listing that old and refused for its age is lost; a younger one means that a clock is wrong. */
const SURELY_OLD_MS = 6 * 24 * 60 * 60_000

/** Blobs of a content type that became available in `span`; see {@link FeedSource.list}. */
export async function* listContent(
  context: FeedContext,
  contentType: string,
  title: string,
  span: Span,
): AsyncGenerator<FeedBatch[], void, undefined> {
  const { microsoft, clock, signal } = context
  const query = `contentType=${contentType}&startTime=${time(span.from)}&endTime=${time(span.to)}`
  const request = {
    api: 'management-activity' as const,
    path: `/api/v1.0/${microsoft.tenantId}/activity/feed/subscriptions/content?${query}`,
    what: `Could not list what became available for "${title}".`,
    permission: 'ActivityFeed.Read',
    signal,
  }
  let isRestarted = false
  for (;;) {
    try {
      for await (const page of microsoft.pages(request, Content)) yield page.map((content) => toBatch(context, content))
      return
    } catch (error) {
      const code = codeOf(error)
      // The address of the next page went stale: from the beginning, once.
      if (code === 'AF20031' && !isRestarted) isRestarted = true
      else if (isTimeRefusal(code) && clock.now() - span.from > SURELY_OLD_MS) throw new ContentGone(code)
      else throw error
    }
  }
}

function toBatch({ microsoft, signal }: FeedContext, content: Content): FeedBatch {
  const { contentId: id, contentUri: uri, contentCreated: availableAt } = content
  return { id, availableAt, read: () => readContent(microsoft, id, uri, signal) }
}

async function* readContent(
  microsoft: Microsoft,
  id: string,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<string[], void, undefined> {
  const what = `Could not read the content ${id}.`
  const body = await microsoft
    .stream({ api: 'management-activity', path, what, permission: 'ActivityFeed.Read', signal })
    .catch((error: unknown) => {
      const code = codeOf(error)
      throw code === 'AF20050' || code === 'AF20051' ? new ContentGone(code) : error
    })
  let length = 0
  async function* measured(): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of body) {
      length += piece.length
      yield piece
    }
  }
  try {
    for await (const records of readElements(id, measured())) yield records.map(({ text }) => text)
    // Nothing at all would pass for no records, and be lost in silence.
    if (length === 0) throw new Error('The body is empty.')
  } catch (error) {
    // The stream broke off, or was stopped.
    if (!(error instanceof AppError && error.code.startsWith('IMPORT_')) && length > 0) throw error
    throw new AppError({
      code: 'CONNECT_REPLY_UNREADABLE',
      what,
      why: `Its ${length} bytes are not a whole JSON array of records.`,
      fix: 'Nothing needs doing if it happens once: it is read again. If it stays so, report it with the content ID.',
      retry: 'backoff',
      cause: error,
    })
  }
}

/** Seconds are the API's finest grain. */
function time(ms: number): string {
  return isoTime(ms).slice(0, 19)
}

function codeOf(error: unknown): string {
  return (error instanceof AppError && error.microsoft?.code) || ''
}

function isTimeRefusal(code: string): boolean {
  return code === 'AF20030' || code === 'AF20055'
}
