import { describe, expect } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Answer, Json } from '#testing/client.ts'

const { client } = await cloudOf({ live: 'off', epoch: Date.UTC(2026, 10, 20, 12), frozen: true, throttle: 'off' })
const ask = await client.withRoles(['AuditLog.Read.All', 'UserAuthenticationMethod.Read.All'])
const REPORT = '/v1.0/reports/authenticationMethods/userRegistrationDetails'

const values = ({ json }: Answer): Json[] => [...json['value']!]

describe('report on registered methods', () => {
  behavior('documentation', 'tells of every user whether more than a password is registered', async () => {
    const users = values(await ask(`${REPORT}?$top=999`))
    const capable = users.find(({ isMfaCapable }) => isMfaCapable)
    const bare = users.find(({ isMfaCapable }) => !isMfaCapable)
    const kindsOf = async ({ id }: Json) =>
      values(await ask(`/v1.0/users/${String(id)}/authentication/methods`)).map((method) =>
        String(method['@odata.type']),
      )
    expect((await kindsOf(capable!)).length).toBeGreaterThan(1)
    expect(capable!['methodsRegistered']).not.toEqual([])
    expect(bare!['methodsRegistered']).toEqual([])
  })

  behavior('documentation', 'is refused to a tenant without Entra ID P1', async () => {
    await client.send('/_emu/entra-plan', { method: 'POST', body: { plan: 'free' } })
    const { status, json } = await ask(REPORT)
    expect([status, json['error']!['code']]).toEqual([403, 'Authentication_RequestFromNonPremiumTenantOrB2CTenant'])
  })
})
