import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Json } from '#testing/client.ts'

const EPOCH = Date.parse('2026-11-20T14:00:00Z')
const HOUR = 3_600_000

const { client } = await cloudOf({ epoch: EPOCH, frozen: true, throttle: 'off' })
let ask = await client.withRoles(['AuditLog.Read.All'])

const since = (hours: number) => new Date(EPOCH - hours * HOUR).toISOString().slice(0, 19).concat('Z')
const query = (parameters: Record<string, string>) =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
const list = (parameters: Record<string, string>, version = 'v1.0') =>
  ask(`/${version}/auditLogs/signIns?${query(parameters)}`)

async function all(parameters: Record<string, string>, version = 'v1.0'): Promise<{ found: Json[]; pages: number }> {
  const found: Json[] = []
  let pages = 0
  let answer = await list(parameters, version)
  for (;;) {
    expect(answer.status).toBe(200)
    found.push(...answer.json['value']!)
    pages++
    const next = answer.json['@odata.nextLink']
    if (!next) return { found, pages }
    answer = await ask(String(next))
  }
}

describe('sign-in log', () => {
  behavior('documentation', 'v1.0 shows interactive sign-ins of users, newest first', async () => {
    const { json } = await list({ $top: '200' })
    const found = [...json['value']!]
    expect(found).toHaveLength(200)
    expect(found.every((each) => each['isInteractive'] as unknown)).toBe(true)
    const times = found.map((each) => String(each['createdDateTime']))
    expect(times).toEqual(times.toSorted().toReversed())
    expect(times[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  })

  behavior('captured', '$orderby=createdDateTime is answered oldest first', async () => {
    const { found } = await all({ $filter: `createdDateTime ge ${since(3)}`, $orderby: 'createdDateTime' })
    const times = found.map((each) => String(each['createdDateTime']))
    expect(times.length).toBeGreaterThan(100)
    expect(times).toEqual(times.toSorted())
  })

  behavior('documentation', 'pages of any size hold the same sign-ins, each once', async () => {
    const filter = `createdDateTime ge ${since(5)} and createdDateTime le ${since(3)}`
    const [large, small] = [await all({ $filter: filter }), await all({ $filter: filter, $top: '37' })]
    expect(large.pages).toBe(1)
    expect(small.pages).toBe(Math.ceil(large.found.length / 37))
    expect(small.found.map(({ id }) => id)).toEqual(large.found.map(({ id }) => id))
    const backwards = await all({ $filter: filter, $top: '41', $orderby: 'createdDateTime asc' })
    expect(backwards.found.map(({ id }) => id).toReversed()).toEqual(large.found.map(({ id }) => id))
  })

  behavior(
    'documentation',
    'filters narrow by time, user, address, application, error and conditional access',
    async () => {
      const window = `createdDateTime ge ${since(12)}`
      const { found } = await all({ $filter: window })
      const failed = found.find((each) => Number(each['status']!['errorCode']) === 50_126)!
      for (const [filter, holds] of [
        [`userId eq '${String(failed['userId'])}'`, (each: Json) => each['userId'] === failed['userId']],
        [
          `userPrincipalName eq '${String(failed['userPrincipalName']).toUpperCase()}'`,
          (each: Json) => each['userPrincipalName'] === failed['userPrincipalName'],
        ],
        [`ipAddress eq '${String(failed['ipAddress'])}'`, (each: Json) => each['ipAddress'] === failed['ipAddress']],
        [`appId eq '${String(failed['appId'])}'`, (each: Json) => each['appId'] === failed['appId']],
        ['status/errorCode eq 50126', (each: Json) => Number(each['status']!['errorCode']) === 50_126],
        ['status/errorCode ne 0', (each: Json) => Number(each['status']!['errorCode']) !== 0],
        [
          `correlationId eq '${String(failed['correlationId'])}'`,
          (each: Json) => each['correlationId'] === failed['correlationId'],
        ],
        [
          `conditionalAccessStatus eq 'notApplied'`,
          (each: Json) => String(each['conditionalAccessStatus']) === 'notApplied',
        ],
        [
          "startswith(appDisplayName,'Microsoft')",
          (each: Json) => String(each['appDisplayName']).startsWith('Microsoft'),
        ],
        [`location/countryOrRegion eq 'NL'`, (each: Json) => String(each['location']!['countryOrRegion']) === 'NL'],
      ] as const) {
        const narrowed = await all({ $filter: `${window} and ${filter}` })
        expect(narrowed.found.map(({ id }) => id)).toEqual(found.filter(holds).map(({ id }) => id))
        expect(narrowed.found.length).toBeGreaterThan(0)
      }
    },
  )

  behavior('captured', 'signInEventTypes is unknown to v1.0', async () => {
    const answer = await list({ $filter: "signInEventTypes/any(t: t eq 'nonInteractiveUser')" })
    expect([answer.status, answer.json['error']!['code']]).toEqual([400, 'BadRequest'])
    expect(String(answer.json['error']!['message'])).toContain("Could not find a property named 'signInEventTypes'")
  })

  behavior('captured', 'beta gives each kind of sign-in to whoever asks for it', async () => {
    for (const kind of ['nonInteractiveUser', 'servicePrincipal', 'managedIdentity', 'interactiveUser']) {
      const filter = `signInEventTypes/any(t: t eq '${kind}') and createdDateTime ge ${since(6)}`
      const { found } = await all({ $filter: filter }, 'beta')
      expect(found.length).toBeGreaterThan(5)
      for (const each of found) expect([...each['signInEventTypes']!]).toEqual([kind])
    }
    const { found } = await all({ $filter: `createdDateTime ge ${since(1)}` }, 'beta')
    expect(new Set(found.map((each) => each['isInteractive'] as unknown))).toEqual(new Set([true]))
  })

  behavior('documentation', 'sign-ins are kept for thirty days', async () => {
    const old = await all({ $filter: `createdDateTime lt ${since(24 * 30)}` })
    expect(old.found).toEqual([])
    const oldest = await list({ $orderby: 'createdDateTime', $top: '5' })
    expect(String(oldest.json['value']![0]!['createdDateTime']) >= since(24 * 30)).toBe(true)
    expect(String(oldest.json['value']![0]!['createdDateTime']) < since(24 * 29)).toBe(true)
  })

  behavior('third-party code', 'sign-ins appear minutes after they happened, some much later', async () => {
    const window = `createdDateTime ge ${since(0.5)} and createdDateTime le ${since(0)}`
    const before = new Set((await all({ $filter: window })).found.map(({ id }) => String(id)))
    await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 3 * HOUR } })
    const after = (await all({ $filter: window })).found
    expect(after.length).toBeGreaterThan(before.size)
    const late = after.filter(({ id }) => !before.has(String(id)))
    const soon = new Date(EPOCH - 60_000).toISOString()
    expect(late.some((each) => String(each['createdDateTime']) < soon)).toBe(true)
    await client.send('/_emu/reset', { method: 'POST' })
    ask = await client.withRoles(['AuditLog.Read.All'])
  })

  behavior('documentation', 'a sign-in is found by its id', async () => {
    const wanted = (await list({ $top: '3' })).json['value']![2]!
    const answer = await ask(`/v1.0/auditLogs/signIns/${String(wanted['id'])}`)
    expect(answer.json).toMatchObject({ id: wanted['id'], correlationId: wanted['correlationId'] })
    expect(String(answer.json['@odata.context'])).toMatch(/\$metadata#auditLogs\/signIns\/\$entity$/)
    expect((await ask('/v1.0/auditLogs/signIns/..%2F..%2Fetc')).status).toBe(404)
  })

  behavior('documentation', 'the audit feed tells of the same sign-ins under the same ids', async () => {
    const type = 'Audit.AzureActiveDirectory'
    await client.activity(`${client.feed}/subscriptions/start?contentType=${type}`, { method: 'POST' })
    const blobs = [...(await client.activity(`${client.feed}/subscriptions/content?contentType=${type}`)).json]
    const bodies = await Promise.all(blobs.slice(-40).map((blob) => client.activity(String(blob['contentUri']))))
    const logOns = bodies.flatMap(({ json }) => [...json]).filter((record) => Number(record['RecordType']) === 15)
    expect(logOns.length).toBeGreaterThan(50)
    const times = logOns.map((record) => `${String(record['CreationTime'])}Z`).toSorted()
    const { found } = await all({
      $filter: `createdDateTime ge ${times[0]} and createdDateTime le ${times.at(-1)}`,
    })
    const byId = new Map(found.map((each) => [String(each['id']), each]))
    const scenario = (record: Json) => String(record['ClientIP']).startsWith('203.0.113.')
    const pairs = logOns
      .filter((record) => !scenario(record))
      .map((record) => ({ record, each: byId.get(String(record['IntraSystemsId'])) }))
    const told = pairs.filter(({ each }) => each !== undefined)
    expect(told.length).toBeGreaterThan(pairs.length * 0.9)
    for (const { record, each } of told) {
      expect(each).toMatchObject({
        correlationId: record['InterSystemsId'],
        userId: record['UserKey'],
        ipAddress: record['ClientIP'],
        appId: record['ApplicationId'],
        createdDateTime: `${String(record['CreationTime'])}Z`,
      })
      expect(String(each!['status']!['errorCode'])).toBe(String(record['ErrorNumber']))
    }
  })

  behavior('third-party code', 'a tenant without Entra ID P1 is refused', async () => {
    await client.send('/_emu/entra-plan', { method: 'POST', body: { plan: 'free' } })
    const answer = await list({})
    expect([answer.status, answer.json['error']!['code']]).toEqual([
      403,
      'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
    ])
    await client.send('/_emu/entra-plan', { method: 'POST', body: { plan: 'P2' } })
    expect((await client.send('/_emu/entra-plan', { method: 'POST', body: { plan: 'P3' } })).status).toBe(400)
  })

  it.each([
    { $top: '0' },
    { $top: '1001' },
    { $top: 'many' },
    { $filter: 'createdDateTime ge yesterday' },
    { $filter: "status/errorCode eq 'x'" },
    { $filter: "nothing eq 'x'" },
    { $filter: '('.repeat(3000) },
    { $orderby: 'userId' },
    { $orderby: 'createdDateTime sideways' },
    { $skiptoken: 'abc' },
    { $skiptoken: 'RFNwdAIAAQAAAB.abc' },
    { $select: 'nothing' },
  ])('refuses %o with 400', async (parameters) => {
    const answer = await list(parameters as Record<string, string>)
    expect([answer.status, typeof answer.json['error']!['message']]).toEqual([400, 'string'])
  })

  it('is closed to applications without AuditLog.Read.All', async () => {
    const other = await client.withRoles(['Directory.Read.All'])
    expect((await other('/v1.0/auditLogs/signIns')).status).toBe(403)
  })
})
