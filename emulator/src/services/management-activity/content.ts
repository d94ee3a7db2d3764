import { JSON_TYPE } from '#http/exchange.ts'
import { parseBlobId } from '#world/audit/audit-log.ts'
import { random } from '#world/random.ts'
import type { Caller } from '#bearer.ts'
import type { Blob } from '#world/audit/audit-log.ts'
import type { Reply, Request } from '#http/exchange.ts'

import { badBlobId, badNextPage, badTimes, blobExpired, noBlob, noSubscription, timesOutOfRange } from './errors.ts'
import { feedRoot, readContentType } from './feed.ts'

/** Listings of content and the content itself. */

const HOUR = 3_600_000
const DAY = 24 * HOUR
const PAGE = 100
/** Content can be listed for a week, and fetched by id for as long as measured on a live tenant. */
const LISTED_FOR = 7 * DAY
const KEPT_FOR = 20 * DAY

/** `GET subscriptions/content` */
export function listContent(caller: Caller, request: Request): Reply {
  const { tenant } = caller
  const contentType = readContentType(request)
  if (!tenant.subscriptions.find(contentType)?.enabled) throw noSubscription()
  const page = readPage(caller, request)
  const blobs = tenant.audit
    .blobs(contentType, page.from, page.to, page.asOf)
    .filter(({ createdAt }) => !tenant.subscriptions.lost(contentType, createdAt))
    // In the order in which it became available: what was late stands behind what is younger.
    .sort((a, b) => a.listedAt - b.listedAt)
  const next = page.offset + PAGE
  const root = feedRoot(caller, request)
  const link = `${root}/subscriptions/content?${request.query.with({ nextPage: writePage({ ...page, offset: next }) })}`
  return {
    status: 200,
    ...(next < blobs.length ? { headers: { NextPageUri: link } } : {}),
    body: blobs.slice(page.offset, next).map((blob) => shape(root, blob)),
  }
}

/** `GET audit/{contentId}` */
export function getContent(caller: Caller, _: Request, contentId: string): Reply {
  const { tenant, roles } = caller
  const parsed = parseBlobId(contentId)
  if (!parsed) throw badBlobId(contentId)
  if (parsed.createdAt < tenant.now - KEPT_FOR) throw blobExpired(contentId)
  const blob = tenant.audit.find(contentId, tenant.now)
  if (!blob || tenant.subscriptions.lost(blob.contentType, blob.createdAt)) throw noBlob(contentId)
  if (parsed.contentType === 'DLP.All' && !roles.has('ActivityFeed.ReadDlp'))
    return { status: 200, body: blob.records().map(withoutMatchedValues) }
  const made = tenant.audit.bodies.of(blob)
  return made ? { status: 200, headers: JSON_TYPE, body: made } : { status: 200, body: blob.records() }
}

const shape = (root: string, { contentType, id, createdAt }: Blob) => ({
  contentType,
  contentId: id,
  contentUri: `${root}/audit/${id}`,
  contentCreated: new Date(createdAt).toISOString(),
  contentExpiration: new Date(createdAt + KEPT_FOR).toISOString(),
})

interface Page {
  from: number
  to: number
  /** Moment of the first page: later pages do not shift under content that arrives in between. */
  asOf: number
  offset: number
}

function readPage(caller: Caller, request: Request): Page {
  const token = request.query.get('nextPage')
  if (token !== undefined) return parsePage(token)
  const { now } = caller.tenant
  const [start, end] = [request.query.get('startTime'), request.query.get('endTime')]
  if (start === undefined && end === undefined) return { from: now - DAY, to: now + 1, asOf: now, offset: 0 }
  if (!start || !end) throw badTimes()
  const [from, to] = [readTime(start), readTime(end)]
  if (from >= to || to - from > DAY || from < now - LISTED_FOR) throw timesOutOfRange()
  return { from, to, asOf: now, offset: 0 }
}

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?$/

/** UTC whether it says so or not. */
function readTime(text: string): number {
  const time = TIME.test(text) ? Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text) : Number.NaN
  if (Number.isNaN(time)) throw badTimes()
  return time
}

const writePage = ({ from, to, asOf, offset }: Page) => {
  const text = [from, to, asOf, offset].join('.')
  return Buffer.from(`${text}.${random(text).hex(8)}`).toString('base64url')
}

function parsePage(token: string): Page {
  const [from, to, asOf, offset] = Buffer.from(token, 'base64url').toString().split('.').map(Number)
  const page = { from: from ?? 0, to: to ?? 0, asOf: asOf ?? 0, offset: offset ?? 0 }
  if (writePage(page) !== token) throw badNextPage(token)
  return page
}

/** Without ActivityFeed.ReadDlp a match is told, but not what matched. */
function withoutMatchedValues(record: Record<string, unknown>): Record<string, unknown> {
  const told = JSON.parse(
    JSON.stringify(record, (key, value: unknown) => (key === 'SensitiveInformationDetections' ? undefined : value)),
  ) as Record<string, unknown>
  return { ...told, SensitiveInfoDetectionIsIncluded: false }
}
