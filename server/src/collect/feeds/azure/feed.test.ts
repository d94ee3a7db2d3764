import { z } from 'zod'

import { testFeed, type FeedFacts } from '#collect/testing/test-feed.ts'
import type { Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime, systemClock } from '#domain/clock.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'

import { ACTIVITY_FEED } from './activity.ts'
import { DEFENDER_FOR_CLOUD_FEED } from './defender-for-cloud.ts'

const DAY = 86_400_000
const Subscriptions = z.object({ value: z.array(z.object({ subscriptionId: z.string() })) })
const Truth = z.object({ activity: z.array(z.string()), alerts: z.array(z.string()) })
const Application = z.object({ clientId: z.string(), secret: z.string() })
const Activity = z.object({ id: z.string() })
const Alert = z.object({
  name: z.string(),
  properties: z.object({ processingEndTimeUtc: z.string(), status: z.string() }),
})

const azureError = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })

const settings: ConnectionSettings = {}
const COMMON = {
  nextPage: '\\$skipToken',
  pageSize: 2,
  words: {
    throttled: azureError(429, 'SubscriptionRequestsThrottled', 'Number of reads requests exceeded the limit.'),
    busy: azureError(503, 'ServerTimeout', 'The request timed out.'),
    unauthorized: azureError(401, 'ExpiredAuthenticationToken', 'The access token is expired.'),
    nothing: { status: 200, body: { value: [] } },
    stalePage: azureError(400, 'BadRequest', 'The skip token is invalid.'),
  },
  settings,
  async prepare(emulator: Emulator) {
    settings.subscriptionIds = await subscriptionsOf(emulator)
  },
} satisfies Partial<FeedFacts>

async function subscriptionsOf(emulator: Emulator): Promise<string[]> {
  const what = 'Could not list the subscriptions.'
  const request = { api: 'azure', path: '/subscriptions?api-version=2022-12-01', what } as const
  const { value } = await emulator.client().json(request, Subscriptions)
  return value.map(({ subscriptionId }) => subscriptionId)
}

async function truthOf(emulator: Emulator, { from, to }: { from: number; to: number }) {
  return Truth.parse(await emulator.request(`/ground-truth/azure?from=${isoTime(from)}&to=${isoTime(to)}`))
}

testFeed(ACTIVITY_FEED, {
  ...COMMON,
  listing: 'eventtypes/management/values',
  permission: 'Reader',
  lookbackMs: DAY,
  atLeast: 50,
  identity: (record) => Activity.parse(JSON.parse(record)).id,
  truth: async (emulator, span) => (await truthOf(emulator, span)).activity,
})

/** States that were told, of which only the newest of each alert still is. */
const told = new Set<string>()

testFeed(DEFENDER_FOR_CLOUD_FEED, {
  ...COMMON,
  listing: 'Microsoft.Security/alerts',
  permission: 'Security Reader',
  settings: Object.assign(settings, {
    feedOptions: { [DEFENDER_FOR_CLOUD_FEED.id]: { everyMinutes: 1 } },
  }),
  lookbackMs: 30 * DAY,
  atLeast: 5,
  identity(record) {
    const { name, properties } = Alert.parse(JSON.parse(record))
    return `${name} ${properties.processingEndTimeUtc} ${properties.status}`
  },
  async truth(emulator, span) {
    const { alerts } = await truthOf(emulator, span)
    for (const alert of alerts) told.add(alert)
    return alerts
  },
  superseded: async () => [...told],
  /** Somebody changes the state of an alert, which leaves no moment behind. */
  async happen(emulator) {
    const application = Application.parse(
      await emulator.request('/applications', { name: 'Analyst', roles: [], azureRoles: ['Owner'] }),
    )
    const client = emulator.client({ application, clock: systemClock })
    const what = 'Could not change an alert.'
    const [subscription] = await subscriptionsOf(emulator)
    const path = `/subscriptions/${subscription}/providers/Microsoft.Security/alerts?api-version=2022-01-01`
    const Alerts = z.object({
      value: z.array(z.object({ id: z.string(), properties: z.object({ status: z.string() }) })),
    })
    const { value } = await client.json({ api: 'azure', path, what }, Alerts)
    const { id, properties } = value[0]!
    const change = properties.status === 'Dismissed' ? 'activate' : 'dismiss'
    await client.send({ api: 'azure', method: 'POST', path: `${id}/${change}?api-version=2022-01-01`, what })
  },
})
