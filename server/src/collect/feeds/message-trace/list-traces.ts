import type { FeedContext, Span } from '#collect/feed.ts'
import type { ListedRecord } from '#collect/inline-batches.ts'
import { Item, toRecords } from '#collect/listed-items.ts'
import { odataQuery } from '#connect/apis/graph/odata.ts'
import { isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

export const TRACE_PERMISSION = 'ExchangeMessageTrace.Read.All'
/** The application behind message trace: it needs a service principal in the tenant. */
export const TRACE_APPLICATION = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373'

/** The most in one page. */
const PAGE_ROWS = 5_000
const SECOND = 1_000

/**
 * Rows of the span, newest first, a row for each recipient. Microsoft repeats rows now and then, each is given once.
 *
 * Addresses of next pages sometimes carry a token that is refused for ever: then it goes on by time, from the second of the
 * oldest row that it saw.
 *
 * @throws AppError CONNECT_*.
 */
export async function* listTraces(context: FeedContext, span: Span): AsyncGenerator<ListedRecord[], void, undefined> {
  /** Rows of the second at which another listing would begin. */
  let seen = new Set<string>()
  let to = span.to
  for (;;) {
    let oldest = to
    try {
      for await (const page of tracePages(context, { from: span.from, to })) {
        const fresh = toRecords(page, span, { time: ({ receivedDateTime }) => receivedDateTime }).filter(
          ({ at, text }) => {
            if (at < oldest) {
              oldest = at
              seen = new Set()
            }
            return !seen.has(text) && seen.add(text)
          },
        )
        if (fresh.length > 0) yield fresh
      }
      return
    } catch (error) {
      const isStale = error instanceof AppError && error.microsoft?.status === 400 && oldest < to
      if (!isStale) throw explained(error)
      to = oldest
    }
  }
}

function tracePages({ microsoft, signal }: FeedContext, { from, to }: Span): AsyncIterable<Item[]> {
  // `le` and `ge` are all there is, and times are whole seconds.
  const $filter = `receivedDateTime ge ${second(from)} and receivedDateTime le ${second(to)}`
  return microsoft.pages(
    {
      api: 'graph',
      path: `/v1.0/admin/exchange/tracing/messageTraces${odataQuery({ $filter, $top: PAGE_ROWS })}`,
      what: 'Could not read the message trace.',
      permission: TRACE_PERMISSION,
      signal,
    },
    Item,
  )
}

function second(ms: number): string {
  return `${isoTime(Math.ceil(ms / SECOND) * SECOND).slice(0, 19)}Z`
}

/** Without the service principal Microsoft refuses every token, however good. */
function explained(error: unknown): unknown {
  if (!(error instanceof AppError) || error.microsoft?.status !== 401) return error
  const { what, microsoft } = error
  return new AppError({
    code: 'CONNECT_REQUEST_REFUSED',
    what,
    why: `Message trace has no service principal in this tenant, or it is not ready yet (${microsoft.message || microsoft.code}).`,
    fix: `Create it once: az ad sp create --id ${TRACE_APPLICATION}, or in PowerShell New-MgServicePrincipal -AppId ${TRACE_APPLICATION}; then grant ${TRACE_PERMISSION}. It may take several hours to work.`,
    retry: 'backoff',
    microsoft,
    cause: error,
  })
}
