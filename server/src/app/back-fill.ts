import type { Feed } from '#collect/feed.ts'
import { windowsOf } from '#collect/windows.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { connectionNotFound } from './microsofts.ts'

/** What to read again. */
export interface BackFillRequest {
  connectionId: string
  feed: string
  /** ISO. */
  from: string
  to: string
}

/** What will be read again: as far as Microsoft still keeps it, on borders of windows. */
export interface BackFill {
  from: string
  to: string
  windows: number
}

/**
 * Asks for a span of a feed again. The feed's next passes list it once their live edge is stored; what is stored already is found
 * to be, and nothing is twice.
 *
 * @throws AppError CONNECTION_NOT_FOUND; REQUEST_INVALID for a feed that the connection does not collect, and for a span that
 *   Microsoft no longer keeps.
 */
export type AskBackFill = (user: User, tenantId: TenantId, request: BackFillRequest) => Promise<BackFill>

export function createBackFill(parts: {
  records: Pick<RecordStore, 'connections' | 'coverage' | 'leases'>
  feeds: readonly Feed[]
  audit: Audit
  clock: Clock
  /** Has the feed read at once. */
  wake: () => Promise<void>
}): AskBackFill {
  const { records, feeds, audit, clock, wake } = parts
  return async (user, tenantId, request) => {
    const { connectionId, feed: id } = request
    const connection = await records.connections.read(tenantId, connectionId)
    if (!connection) throw connectionNotFound(connectionId)
    const feed = feeds.find((each) => each.id === id)
    if (!feed || !connection.feeds.includes(id)) throw notCollected(id, connection.name, connection.feeds)
    const now = clock.now()
    const key = { tenantId, connectionId, feed: id }
    const span = { from: Date.parse(request.from), to: Date.parse(request.to) }
    const existing = await records.coverage.windows(tenantId, request, key)
    const windows = windowsOf(feed.windowing, existing, span, now)
    const [first, last] = [windows[0], windows.at(-1)]
    if (!first || !last) throw notKept(feed, request, now)
    await records.coverage.request(key, windows, isoTime(now))
    await audit(user.name, 'coverage.back-fill', { ...request, windows: windows.length }, tenantId)
    await records.leases.hurry(key)
    await wake()
    return { from: first.from, to: last.to, windows: windows.length }
  }
}

function notCollected(feed: string, connection: string, feeds: readonly string[]): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'Nothing was asked for again.',
    why: `The connection "${connection}" does not collect ${feed}.`,
    fix: feeds.length > 0 ? `Choose among: ${feeds.join(', ')}.` : 'Choose feeds on the connection’s page first.',
  })
}

function notKept({ title, windowing }: Feed, { from, to }: BackFillRequest, now: number): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'Nothing was asked for again.',
    why: `Of "${title}" Microsoft keeps what became available since ${isoTime(now - windowing.retentionMs)}; asked was ${from} to ${to}.`,
    fix: 'Ask for a span that begins before it ends, and ends after that and before now.',
  })
}
