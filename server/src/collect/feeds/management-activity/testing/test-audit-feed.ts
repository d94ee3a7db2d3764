import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { testFeed } from '#collect/testing/test-feed.ts'
import { isoTime } from '#domain/clock.ts'

const Truth = z.record(z.string(), z.object({ records: z.array(z.string()) }))
const Record = z.object({ Id: z.string() })

const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })

/** The contract suite for one content type. */
export function testAuditFeed(feed: Feed): void {
  const contentType = feed.id.slice('management-activity.'.length)
  testFeed(feed, {
    listing: '/subscriptions/content',
    reading: '/activity/feed/audit/',
    ...(contentType !== 'DLP.All' && { nextPage: '/subscriptions/content.*nextPage=' }),
    permission: 'ActivityFeed.Read',
    words: {
      throttled: refusal(403, 'AF429', 'Too many requests. Method=GetBlob'),
      busy: refusal(500, 'AF50000', 'An internal error occurred. Retry the request.'),
      unauthorized: { status: 401, body: { Message: 'Authorization has been denied for this request.' } },
      nothing: { status: 200, body: [] },
      stalePage: refusal(400, 'AF20031', 'Invalid nextPage Input.'),
      expired: { ...refusal(404, 'AF20051', 'Content requested with the key has already expired.'), code: 'AF20051' },
      tooOld: refusal(400, 'AF20055', 'Start time and end time must both be specified and be at most 7 days back.'),
    },
    subscription: {
      listing: '/subscriptions/list',
      starting: '/subscriptions/start',
      disabled: { status: 200, body: [{ contentType, status: 'disabled', webhook: null }] },
      started: { status: 200, body: { contentType, status: 'enabled', webhook: null } },
      alreadyEnabled: refusal(400, 'AF20024', 'The subscription is already enabled. No property change.'),
    },
    identity: (record) => Record.parse(JSON.parse(record)).Id,
    truth: async (emulator, { from, to }) => {
      const span = `from=${isoTime(from)}&to=${isoTime(to)}`
      return Truth.parse(await emulator.request(`/ground-truth/audit?${span}`))[contentType]!.records
    },
  })
}
