import { MonitorClient } from '@azure/arm-monitor'
import { describe, expect, it } from 'vitest'

import { ARM, cloud, tenant } from './cloud.ts'
import { all, credentialWith, subscriptionsOf } from './azure.ts'

const HOUR = 3_600_000
const options = { endpoint: cloud.url, credentials: { scopes: [ARM] } }

describe('@azure/arm-monitor', () => {
  it('pages through the activity log of every subscription, newest first', async () => {
    const credential = await credentialWith(['Monitoring Reader'])
    const subscriptions = await subscriptionsOf(credential)
    expect(subscriptions).toHaveLength(2)
    const [from, to] = [Date.now() - 7 * 24 * HOUR, Date.now()].map((at) => new Date(at).toISOString())
    let pages = 0
    for (const { subscriptionId } of subscriptions) {
      const { activityLogs } = new MonitorClient(credential, subscriptionId, options)
      const filter = `eventTimestamp ge '${from!}' and eventTimestamp le '${to!}'`
      const events = []
      for await (const page of activityLogs.list(filter).byPage()) {
        pages += 1
        events.push(...page)
      }
      const times = events.map(({ eventTimestamp }) => eventTimestamp!.getTime())
      expect(events.length).toBeGreaterThan(20)
      expect(times).toEqual(times.toSorted((a, b) => b - a))
      expect(new Set(events.map(({ eventDataId }) => eventDataId)).size).toBe(events.length)
      for (const event of events)
        expect(event).toMatchObject({
          subscriptionId,
          tenantId: tenant.id,
          operationName: { value: expect.stringContaining('/') as string },
        })
      const [newest] = events
      const same = await all(activityLogs.list(`${filter} and correlationId eq '${newest!.correlationId!}'`))
      expect(same.map(({ eventDataId }) => eventDataId)).toContain(newest!.eventDataId)
    }
    expect(pages).toBeGreaterThan(2)
  })

  it('is told that a role is missing', async () => {
    const [subscription] = await subscriptionsOf(await credentialWith(['Reader']))
    const stranger = await credentialWith(['Azure Event Hubs Data Receiver'])
    const { activityLogs } = new MonitorClient(stranger, subscription!.subscriptionId, options)
    const filter = `eventTimestamp ge '${new Date(Date.now() - HOUR).toISOString()}'`
    await expect(all(activityLogs.list(filter))).rejects.toMatchObject({ statusCode: 403, code: 'AuthorizationFailed' })
  })
})
