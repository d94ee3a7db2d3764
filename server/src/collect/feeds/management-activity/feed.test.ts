import { z } from 'zod'

import { testFeed } from '#collect/testing/test-feed.ts'

import { MANAGEMENT_ACTIVITY_FEEDS } from './feed.ts'

const Truth = z.record(z.string(), z.object({ records: z.array(z.string()) }))
const Record = z.object({ Id: z.string() })

for (const feed of MANAGEMENT_ACTIVITY_FEEDS) {
  const contentType = feed.id.slice('management-activity.'.length)
  testFeed(feed, {
    listing: '/subscriptions/content',
    reading: '/activity/feed/audit/',
    permission: 'ActivityFeed.Read',
    throttled: { status: 403, body: { error: { code: 'AF429', message: 'Too many requests. Method=GetBlob' } } },
    busy: {
      status: 500,
      body: { error: { code: 'AF50000', message: 'An internal error occurred. Retry the request.' } },
    },
    unauthorized: { status: 401, body: { Message: 'Authorization has been denied for this request.' } },
    identity: (record) => Record.parse(JSON.parse(record)).Id,
    truth: async (emulator) => Truth.parse(await emulator.request('/ground-truth/audit'))[contentType]!.records,
  })
}
