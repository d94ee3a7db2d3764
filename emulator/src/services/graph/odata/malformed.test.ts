import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { clientOf } from '#testing/client.ts'
import { ROUTES } from '#services/graph/graph.ts'
import { TRACE_APPLICATION } from '#world/mail/message-trace.ts'
import { resourceOfRole } from '#world/resources.ts'
import { startEmulator } from '#index.ts'
import type { Client } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

/** Whatever stands in a query, the answer is a success or one of the service's own refusals. A failure prints its seed. */

let emulator: Emulator
let client: Client
let everything: Awaited<ReturnType<Client['withRoles']>>
let user: string

const LISTS = ROUTES.filter(({ method, returns }) => method === 'GET' && returns?.startsWith('Collection('))

beforeAll(async () => {
  // Without limits: the requests of this test are more than a client may send.
  emulator = await startEmulator({ live: 'off', throttle: 'off' })
  client = clientOf(emulator)
  const roles = LISTS.flatMap(({ roles: some, together = [] }) => [...some, ...together])
  everything = await client.withRoles([...new Set(roles)].filter((role) => resourceOfRole(role)))
  // Message trace answers once its own application is known to the tenant.
  const admin = await client.withRoles(['Application.ReadWrite.All'])
  await admin('/v1.0/servicePrincipals', { method: 'POST', body: { appId: TRACE_APPLICATION } })
  const [victim] = [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!]
  user = String(victim!['userId'])
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

/** Words of filters, in no order that means anything. */
const WORDS = `eq ne gt and or not in has any all ( ) , : / ' 'a' '' null true 2026-11-19 2026-11-19T08:00:00Z 1e9 -1 id
  displayName createdDateTime tolower( startswith( x/any(y: id/any(i:i $count constructor __proto__ toString`.split(
  /\s+/,
)
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join(' ')),
)
const option = fc.constantFrom(
  '$filter',
  '$orderby',
  '$select',
  '$expand',
  '$search',
  '$top',
  '$skip',
  '$count',
  '$skiptoken',
  '$deltatoken',
)
const query = fc.array(fc.tuple(option, text), { minLength: 1, maxLength: 3 })

const pathOf = (pattern: string) => `/v1.0${pattern.replace(':user', user).replaceAll(/:\w+/g, 'inbox')}`

describe('malformed OData', () => {
  it('never makes a list fail', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...LISTS), query, fc.boolean(), async ({ pattern }, options, eventual) => {
        const asked = options.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
        const { status } = await everything(`${pathOf(pattern)}?${asked}`, {
          mayBeMissing: true,
          headers: eventual ? { ConsistencyLevel: 'eventual' } : {},
        })
        expect([401, 403, 429], 'nothing is tried').not.toContain(status)
        expect(status === 200 || (status >= 400 && status < 500) || status === 501, `status ${status}`).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it('a page token of another list, another query or another tenant is refused', async () => {
    const { json } = await everything('/v1.0/users?$top=5&$select=id')
    const link = new URL(String(json['@odata.nextLink']))
    const token = encodeURIComponent(link.searchParams.get('$skiptoken')!)
    for (const path of [
      `/v1.0/users?$top=5&$select=displayName&$skiptoken=${token}`,
      `/v1.0/groups?$top=5&$select=id&$skiptoken=${token}`,
      `/v1.0/users/delta?$skiptoken=${token}`,
      `/v1.0/users/${user}/mailFolders/inbox/messages/delta?$deltatoken=${token}`,
      `/v1.0/auditLogs/signIns?$skiptoken=${token}`,
      `/v1.0/users?$top=5&$select=id&$skiptoken=${token}A`,
    ]) {
      const answer = await everything(path)
      expect([path, answer.status]).toEqual([path, 400])
    }
    expect((await everything(link.pathname + link.search)).status).toBe(200)
  })
})
