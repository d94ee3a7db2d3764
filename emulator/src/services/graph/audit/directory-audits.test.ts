import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'

const { client } = await cloudOf({ epoch: Date.parse('2026-11-20T14:00:00Z'), frozen: true, throttle: 'off' })
const ask = await client.withRoles(['AuditLog.Read.All'])

const list = (filter: string, more = '') =>
  ask(`/v1.0/auditLogs/directoryAudits?$filter=${encodeURIComponent(filter)}${more}`)

describe('directory audit log', () => {
  behavior('documentation', 'audits come newest first, their values as JSON text', async () => {
    const [...found] = (await ask('/v1.0/auditLogs/directoryAudits?$top=50')).json['value']!
    expect(found).toHaveLength(50)
    const times = found.map((each) => String(each['activityDateTime']))
    expect(times).toEqual(times.toSorted().toReversed())
    expect(times[0]).toMatch(/\.\d{7}Z$/)
    for (const each of found) {
      expect(String(each['id'])).toMatch(/^Directory_[\da-f-]{36}_[\dA-F]{5}_\d+$/)
      for (const { newValue } of [...each['targetResources']![0]!['modifiedProperties']!] as unknown as {
        newValue: string
      }[])
        expect(() => JSON.parse(newValue) as unknown).not.toThrow()
    }
  })

  behavior('documentation', 'audits are filtered by activity, category, actor and target', async () => {
    const [first] = (await list("activityDisplayName eq 'Add member to group'", '&$top=1')).json['value']!
    const target = String(first!['targetResources']![0]!['id'])
    const group = String(first!['targetResources']![1]!['id'])
    for (const id of [target, group]) {
      const [...found] = (await list(`targetResources/any(t: t/id eq '${id}')`)).json['value']!
      expect(found.map((each) => String(each['id']))).toContain(String(first!['id']))
      for (const each of found)
        expect([...each['targetResources']!].map((resource) => String(resource['id']))).toContain(id)
    }
    const actor = String(first!['initiatedBy']!['user']!['id'])
    expect(
      [...(await list(`initiatedBy/user/id eq '${actor}' and category eq 'GroupManagement'`)).json['value']!].length,
    ).toBeGreaterThan(10)
    expect((await list("initiatedBy/app/displayName eq 'Nobody'")).json['value']).toEqual([])
  })

  behavior('documentation', 'the audit feed tells of the same change under the same correlation id', async () => {
    const type = 'Audit.AzureActiveDirectory'
    await client.activity(`${client.feed}/subscriptions/start?contentType=${type}`, { method: 'POST' })
    const blobs = [...(await client.activity(`${client.feed}/subscriptions/content?contentType=${type}`)).json]
    const bodies = await Promise.all(blobs.slice(0, 60).map((blob) => client.activity(String(blob['contentUri']))))
    const change = bodies
      .flatMap(({ json }) => [...json])
      .find((record) => String(record['Operation']) === 'Add member to group.')
    const [...found] = (await list(`correlationId eq '${String(change!['InterSystemsId'])}'`)).json['value']!
    expect(found).toHaveLength(1)
    expect(String(found[0]!['id'])).toContain(String(change!['IntraSystemsId']))
    expect(found[0]).toMatchObject({ activityDisplayName: 'Add member to group', result: 'success' })
  })

  it('gives one audit by its id, and 404 for what is none', async () => {
    const [wanted] = (await ask('/v1.0/auditLogs/directoryAudits?$top=1')).json['value']!
    const answer = await ask(`/v1.0/auditLogs/directoryAudits/${String(wanted!['id'])}`)
    expect(answer.json['activityDateTime']).toBe(wanted!['activityDateTime'])
    expect((await ask('/v1.0/auditLogs/directoryAudits/Directory_x')).status).toBe(404)
  })
})
