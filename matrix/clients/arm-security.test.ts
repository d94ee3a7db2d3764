import { SecurityCenter } from '@azure/arm-security'
import { describe, expect, it } from 'vitest'

import { ARM, cloud } from './cloud.ts'
import { all, credentialWith, subscriptionsOf } from './azure.ts'

const options = { endpoint: cloud.url, credentialScopes: [ARM] }

describe('@azure/arm-security', () => {
  it("lists Defender for Cloud's alerts, dismisses one and reads it back", async () => {
    const credential = await credentialWith(['Security Admin'])
    const found = await Promise.all(
      (await subscriptionsOf(credential)).map(async ({ subscriptionId }) => {
        const { alerts } = new SecurityCenter(credential, subscriptionId, options)
        return (await all(alerts.list())).map((alert) => ({ alerts, alert }))
      }),
    )
    const active = found.flat().filter(({ alert }) => alert.status === 'Active')
    expect(active.length).toBeGreaterThan(0)
    const { alerts, alert } = active[0]!
    expect(alert).toMatchObject({
      alertDisplayName: expect.any(String) as string,
      severity: expect.any(String) as string,
    })
    const location = /\/locations\/([^/]+)\//.exec(alert.id!)![1]!
    await alerts.updateSubscriptionLevelStateToDismiss(location, alert.name!)
    expect(await alerts.getSubscriptionLevel(location, alert.name!)).toMatchObject({ status: 'Dismissed' })
  })

  it('may read without changing', async () => {
    const credential = await credentialWith(['Security Reader'])
    for (const { subscriptionId } of await subscriptionsOf(credential)) {
      const { alerts } = new SecurityCenter(credential, subscriptionId, options)
      for (const alert of await all(alerts.list())) {
        const location = /\/locations\/([^/]+)\//.exec(alert.id!)![1]!
        await expect(alerts.updateSubscriptionLevelStateToDismiss(location, alert.name!)).rejects.toMatchObject({
          statusCode: 403,
        })
      }
    }
  })
})
