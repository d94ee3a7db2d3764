import { z } from 'zod'

import { historyOf, version } from '#collect/testing/history.ts'
import { testFeed, type FeedFacts } from '#collect/testing/test-feed.ts'

import { CLOUD_APPS_FEEDS } from './feed.ts'

const DAY = 24 * 3_600_000
const Alert = z.object({ _id: z.string(), timestamp: z.number(), resolutionStatusValue: z.number() })
const Activity = z.object({ _id: z.string(), created: z.number() })
const Application = z.object({ clientId: z.string(), secret: z.string() })
const [alerts, activities] = CLOUD_APPS_FEEDS

const problem = (status: number, detail: string) => ({ status, body: { detail } })
const COMMON = {
  permission: 'Investigation.Read',
  words: {
    throttled: problem(429, 'Request was throttled. Expected available in 20 seconds.'),
    busy: problem(503, 'Service unavailable.'),
    unauthorized: problem(401, 'Invalid token'),
    nothing: { status: 200, body: { data: [], hasNext: false, total: 0 } },
    stalePage: problem(400, 'Bad request.'),
  },
} satisfies Partial<FeedFacts>

testFeed(alerts!, {
  ...COMMON,
  listing: '/api/v1/alerts/',
  identity: (record) => {
    const { _id, timestamp, resolutionStatusValue } = Alert.parse(JSON.parse(record))
    return version(_id, timestamp, String(resolutionStatusValue))
  },
  ...historyOf('cloud-apps-alerts'),
  lookbackMs: 6 * DAY,
  atLeast: 5,
  async happen(emulator) {
    const roles = ['Investigation.Manage']
    const application = Application.parse(await emulator.request('/applications', { name: 'Analyst', roles }))
    const microsoft = emulator.client({ application })
    const post = (path: string, body: object) => ({
      api: 'cloud-apps' as const,
      method: 'POST' as const,
      path: `/api/v1/alerts/${path}`,
      body,
      what: 'Could not close an alert.',
    })
    const { data } = await microsoft.json(
      post('', { limit: 1, filters: { alertOpen: { eq: true } } }),
      z.object({ data: z.tuple([z.object({ _id: z.string() })]) }),
    )
    await microsoft.send(post('close_benign/', { filters: { id: { eq: [data[0]._id] } } }))
  },
})

testFeed(activities!, {
  ...COMMON,
  listing: '/api/v1/activities/',
  identity: (record) => {
    const { _id, created } = Activity.parse(JSON.parse(record))
    return version(_id, created)
  },
  ...historyOf('cloud-apps-activities'),
  lookbackMs: 3_600_000,
  neverLate: 'activities are listed by when they were saved',
})
