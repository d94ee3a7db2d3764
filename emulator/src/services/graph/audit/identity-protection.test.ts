import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'

const { client } = await cloudOf({ epoch: Date.parse('2026-11-20T14:00:00Z'), frozen: true, throttle: 'off' })
const ask = await client.withRoles([
  'IdentityRiskEvent.Read.All',
  'IdentityRiskyUser.Read.All',
  'IdentityRiskyUser.ReadWrite.All',
  'AuditLog.Read.All',
  'User.Read.All',
])

const PATH = '/v1.0/identityProtection'
const act = (action: string, userIds: unknown) =>
  ask(`${PATH}/riskyUsers/${action}`, { method: 'POST', body: { userIds } })
const people = async () => [...(await ask('/v1.0/users?$top=5&$select=id')).json['value']!].map(({ id }) => String(id))

describe('Identity Protection', () => {
  behavior('documentation', 'a detection points at its sign-in by request id and correlation id', async () => {
    const [...found] = (await ask(`${PATH}/riskDetections?$top=500`)).json['value']!
    expect(found.length).toBeGreaterThan(3)
    for (const each of found.slice(0, 2)) {
      const signIn = await ask(`/v1.0/auditLogs/signIns/${String(each['requestId'])}`)
      expect(signIn.json).toMatchObject({
        correlationId: each['correlationId'],
        userId: each['userId'],
        ipAddress: each['ipAddress'],
        location: each['location'],
      })
      expect([...signIn.json['riskEventTypes_v2']!]).toEqual([each['riskEventType']])
    }
  })

  behavior('captured', 'additionalInfo is JSON text of an array of Key and Value', async () => {
    const [first] = (await ask(`${PATH}/riskDetections?$top=1`)).json['value']!
    const info = JSON.parse(String(first!['additionalInfo'])) as { Key: string }[]
    expect(info.map(({ Key }) => Key)).toContain('userAgent')
  })

  behavior('captured', 'a page of more than 500 is refused with 400', async () => {
    for (const list of ['riskDetections', 'riskyUsers']) {
      const { status, json } = await ask(`${PATH}/${list}?$top=1000`)
      expect([status, json['error']!['message']]).toEqual([
        400,
        "Invalid page size specified: '1000'. Must be between 1 and 500 inclusive.",
      ])
    }
  })

  behavior('documentation', 'risky users are filtered by level and state, page by page', async () => {
    const all = [...(await ask(`${PATH}/riskyUsers`)).json['value']!]
    const atRisk = await ask(`${PATH}/riskyUsers?$filter=${encodeURIComponent("riskState eq 'atRisk'")}`)
    expect([...atRisk.json['value']!]).toEqual(all.filter((user) => String(user['riskState']) === 'atRisk'))
    const first = await ask(`${PATH}/riskyUsers?$top=2&$orderby=riskLastUpdatedDateTime desc`.replaceAll(' ', '%20'))
    const second = await ask(String(first.json['@odata.nextLink']))
    const times = [...first.json['value']!, ...second.json['value']!].map((user) =>
      String(user['riskLastUpdatedDateTime']),
    )
    expect(times).toEqual(times.toSorted().toReversed())
    expect(times).toHaveLength(4)
  })

  behavior('documentation', 'a user confirmed compromised is at high risk, and dismissed at none', async () => {
    const [id] = await people()
    expect((await act('confirmCompromised', [id])).status).toBe(204)
    expect((await ask(`${PATH}/riskyUsers/${id}`)).json).toMatchObject({
      riskLevel: 'high',
      riskState: 'confirmedCompromised',
      riskDetail: 'adminConfirmedUserCompromised',
    })
    expect((await act('dismiss', [id])).status).toBe(204)
    expect((await ask(`${PATH}/riskyUsers/${id}`)).json).toMatchObject({
      riskLevel: 'none',
      riskState: 'dismissed',
      riskDetail: 'adminDismissedAllRiskForUser',
    })
    const [...history] = (await ask(`${PATH}/riskyUsers/${id}/history`)).json['value']!
    expect(history.map((item) => String(item['riskState']))).toEqual(['dismissed', 'confirmedCompromised'])
    const item = await ask(`${PATH}/riskyUsers/${id}/history/${String(history[1]!['id'])}`)
    expect(item.json).toMatchObject({ userId: id, activity: { detail: 'adminConfirmedUserCompromised' } })
  })

  behavior('inferred', 'a verdict on a user holds for the detections before it', async () => {
    const [detection] = (await ask(`${PATH}/riskDetections?$top=1`)).json['value']!
    await act('confirmSafe', [String(detection!['userId'])])
    const after = await ask(`${PATH}/riskDetections/${String(detection!['id'])}`)
    expect(after.json).toMatchObject({ riskState: 'confirmedSafe', riskDetail: 'adminConfirmedAccountSafe' })
  })

  behavior('inferred', 'a verdict stands in the directory audit log and in the feed', async () => {
    const [, id] = await people()
    await act('dismiss', [id])
    await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 3 * 3_600_000 } })
    const filter = `activityDisplayName eq 'DismissUser' and targetResources/any(t: t/id eq '${id}')`
    const audits = await ask(`/v1.0/auditLogs/directoryAudits?$filter=${encodeURIComponent(filter)}`)
    const [audit] = audits.json['value']!
    expect(audit!['initiatedBy']!['app']).toMatchObject({ appId: null, displayName: 'Made by a test' })
    const type = 'Audit.AzureActiveDirectory'
    await client.activity(`${client.feed}/subscriptions/start?contentType=${type}`, { method: 'POST' })
    let next = `${client.feed}/subscriptions/content?contentType=${type}`
    const blobs = []
    while (next) {
      const page = await client.activity(next)
      blobs.push(...page.json)
      next = page.headers['nextpageuri'] ?? ''
    }
    const made = blobs.filter((blob) => String(blob['contentId']).includes('000002$'))
    const bodies = await Promise.all(made.map((blob) => client.activity(String(blob['contentUri']))))
    const records = bodies.flatMap(({ json }) => [...json])
    expect(records.map((record) => String(record['InterSystemsId']))).toContain(String(audit!['correlationId']))
  })

  it('refuses bodies that name no users, too many, or unknown ones', async () => {
    for (const userIds of [undefined, [], 'x', [1], Array.from({ length: 61 }, () => 'x')])
      expect((await act('dismiss', userIds)).status).toBe(400)
    expect((await act('dismiss', ['../users'])).status).toBe(404)
    expect((await ask(`${PATH}/riskyUsers/nobody`)).status).toBe(404)
    expect((await ask(`${PATH}/riskyUsers/nobody/history`)).status).toBe(404)
    expect((await ask(`${PATH}/riskDetections/nothing`)).status).toBe(404)
    const answer = await ask(`${PATH}/riskyUsers/dismiss`, { method: 'POST', body: 'userIds=1' })
    expect(answer.status).toBe(400)
  })

  it('is closed to a tenant without P2', async () => {
    await client.send('/_emu/entra-plan', { method: 'POST', body: { plan: 'P1' } })
    const statuses = await Promise.all(
      ['riskDetections', 'riskyUsers'].map(async (list) => (await ask(`${PATH}/${list}`)).status),
    )
    expect(statuses).toEqual([403, 403])
    await client.send('/_emu/entra-plan', { method: 'POST', body: { plan: 'P2' } })
  })
})
