import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Json } from '#testing/client.ts'

const ALERTS = '/v1.0/security/alerts_v2'
const INCIDENTS = '/v1.0/security/incidents'

const { client } = await cloudOf({ throttle: 'off', scenarios: [] })
const ask = await client.withRoles(['SecurityAlert.ReadWrite.All', 'SecurityIncident.ReadWrite.All'])

const valueOf = async (path: string, headers: Record<string, string> = {}): Promise<Json[]> => {
  const { status, json } = await ask(path, { headers })
  expect([status, json['error']]).toEqual([200, undefined])
  return [...json['value']!]
}

const filtered = (path: string, filter: string) => `${path}?$filter=${encodeURIComponent(filter)}`

const message = async (path: string) => {
  const { status, json } = await ask(path)
  return { status, message: String(json['error']?.['message']) }
}

describe('Security alerts', () => {
  behavior('documentation', 'Alerts are listed newest first.', async () => {
    const times = (await valueOf(ALERTS)).map((alert) => Date.parse(String(alert['createdDateTime'])))
    expect(times.length).toBeGreaterThan(10)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
  })

  behavior(
    'captured',
    'An id is da and the id of the provider; times have up to seven digits and no zeros at the end.',
    async () => {
      for (const alert of await valueOf(ALERTS)) {
        expect(alert['id']).toBe(`da${String(alert['providerAlertId'])}`)
        expect(alert['createdDateTime']).toMatch(/T\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z$/)
      }
    },
  )

  behavior('documentation', 'Pages go on by a next link until everything was given once.', async () => {
    const all = (await valueOf(`${ALERTS}?$top=2000`)).map(({ id }) => String(id))
    const seen: string[] = []
    let next: string | undefined = `${ALERTS}?$top=7`
    while (next) {
      const { json } = await ask(next)
      seen.push(...[...json['value']!].map(({ id }) => String(id)))
      next = json['@odata.nextLink'] as unknown as string | undefined
    }
    expect(seen).toEqual(all)
    const { json } = await ask(`${ALERTS}?$count=true&$top=1`)
    expect(json['@odata.count']).toBe(all.length)
  })

  behavior('documentation', 'Alerts are filtered by service, severity, status and times.', async () => {
    const reported = await valueOf(
      filtered(ALERTS, "serviceSource eq 'microsoftDefenderForOffice365' and severity eq 'low'"),
    )
    expect(new Set(reported.map(({ title }) => title))).toEqual(new Set(['Email reported by user as malware or phish']))
    const [latest] = await valueOf(ALERTS)
    const since = String(latest!['createdDateTime']).slice(0, 19)
    const found = await valueOf(filtered(ALERTS, `createdDateTime ge ${since}Z`))
    expect(found.map(({ id }) => id)).toContain(latest!['id'])
    expect(found.length).toBeLessThan(5)
  })

  behavior('documentation', 'The source of detection is no property to filter by.', async () => {
    expect((await message(filtered(ALERTS, "detectionSource eq 'antivirus'"))).status).toBe(400)
  })

  behavior(
    'CSDL',
    'Evidence says by its type what it is: messages, mailboxes, users, addresses, devices, files, applications.',
    async () => {
      const all = await valueOf(`${ALERTS}?$top=2000`)
      const types = new Set(all.flatMap(({ evidence }) => [...evidence!].map((each) => each['@odata.type'])))
      for (const kind of [
        'analyzedMessage',
        'mailbox',
        'user',
        'ip',
        'device',
        'file',
        'cloudApplication',
        'submissionMail',
      ])
        expect(types).toContain(`#microsoft.graph.security.${kind}Evidence`)
    },
  )

  behavior(
    'documentation',
    'Members that were added to an enumeration later are shown to those who ask for them.',
    async () => {
      const path = filtered(ALERTS, "serviceSource eq 'azureAdIdentityProtection'")
      const statusOf = (alerts: Json[]) => alerts[0]!['evidence']![0]!['remediationStatus']
      expect(statusOf(await valueOf(path))).toBe('unknownFutureValue')
      expect(statusOf(await valueOf(path, { prefer: 'include-unknown-enum-members' }))).toBe('active')
    },
  )

  behavior(
    'documentation',
    'A change of status, judgement or owner is kept and moves the time of the last update.',
    async () => {
      const [alert] = await valueOf(filtered(ALERTS, "status eq 'new'"))
      const one = `${ALERTS}/${String(alert!['id'])}`
      const body = {
        status: 'Resolved',
        classification: 'truePositive',
        determination: 'phishing',
        assignedTo: 'soc@harborfinch.example',
      }
      const changed = await ask(one, { method: 'PATCH', body })
      expect(changed.status).toBe(200)
      const again = (await ask(one)).json
      expect(again).toMatchObject({ ...body, status: 'resolved' })
      expect(Date.parse(String(again['lastUpdateDateTime']))).toBeGreaterThan(
        Date.parse(String(alert!['lastUpdateDateTime'])),
      )
      expect(again['resolvedDateTime']).toBe(again['lastUpdateDateTime'])
      const before = String(alert!['lastUpdateDateTime'])
      const moved = await valueOf(filtered(ALERTS, `lastUpdateDateTime gt ${before}`))
      expect(moved.map(({ id }) => id)).toContain(alert!['id'])
    },
  )

  behavior('documentation', 'A comment is answered with all comments of the alert.', async () => {
    const [alert] = await valueOf(ALERTS)
    const one = `${ALERTS}/${String(alert!['id'])}`
    for (const comment of ['First look', 'Second look']) {
      const body = { '@odata.type': 'microsoft.graph.security.alertComment', comment }
      expect((await ask(`${one}/comments`, { method: 'POST', body })).status).toBe(200)
    }
    const comments = [...(await ask(one)).json['comments']!]
    expect(comments.map(({ comment }) => comment)).toEqual(['First look', 'Second look'])
  })

  it('refuses what it cannot do in its own words', async () => {
    expect((await message(`${ALERTS}/da1_2`)).status).toBe(404)
    expect((await message(`${ALERTS}/..%2f..%2fusers`)).status).toBe(404)
    expect((await message(`${ALERTS}?$top=abc`)).status).toBe(400)
    expect((await message(`${ALERTS}?$top=3000`)).status).toBe(400)
    expect((await message(`${ALERTS}?$expand=evidence`)).status).toBe(400)
    const [alert] = await valueOf(ALERTS)
    const one = `${ALERTS}/${String(alert!['id'])}`
    for (const body of [{ status: 'closed' }, { severity: 'low' }, {}, { assignedTo: 5 }, Buffer.from('x')])
      expect((await ask(one, { method: 'PATCH', body })).status).toBe(400)
    expect((await ask(`${one}/comments`, { method: 'POST', body: { comment: ' ' } })).status).toBe(400)
    const reader = await client.withRoles(['SecurityAlert.Read.All'])
    expect((await reader(one, { method: 'PATCH', body: { status: 'new' } })).status).toBe(403)
  })
})

describe('Security incidents', () => {
  behavior('captured', 'A page holds at most 50 incidents; more is refused.', async () => {
    expect(await message(`${INCIDENTS}?$top=51`)).toEqual({
      status: 400,
      message: expect.stringContaining("The limit of '50' for Top query has been exceeded") as string,
    })
  })

  behavior('captured', 'Incidents cannot be ordered.', async () => {
    expect((await message(`${INCIDENTS}?$orderby=createdDateTime`)).status).toBe(400)
  })

  behavior('documentation', 'An incident is listed with its alerts where they are expanded.', async () => {
    const plain = await valueOf(`${INCIDENTS}?$top=5`)
    expect(plain.some((incident) => 'alerts' in incident)).toBe(false)
    for (const incident of await valueOf(`${INCIDENTS}?$top=5&$expand=alerts`)) {
      const alerts = [...incident['alerts']!]
      expect(alerts.length).toBeGreaterThan(0)
      expect(alerts.every((alert) => alert['incidentId'] === incident['id'])).toBe(true)
    }
  })

  behavior('documentation', 'Every alert belongs to an incident that can be read.', async () => {
    for (const alert of await valueOf(`${ALERTS}?$top=5`)) {
      const { json } = await ask(`${INCIDENTS}/${String(alert['incidentId'])}?$expand=alerts`)
      expect([...json['alerts']!].map(({ id }) => id)).toContain(alert['id'])
    }
  })

  behavior('documentation', 'An incident that is resolved takes its alerts with it.', async () => {
    const [incident] = await valueOf(`${filtered(INCIDENTS, "status eq 'active'")}&$expand=alerts`)
    const one = `${INCIDENTS}/${String(incident!['id'])}`
    const body = {
      status: 'resolved',
      classification: 'FalsePositive',
      determination: 'notMalicious',
      customTags: ['Reviewed'],
    }
    const { json } = await ask(one, { method: 'PATCH', body })
    expect(json).toMatchObject({ ...body, classification: 'falsePositive' })
    const after = (await ask(`${one}?$expand=alerts`)).json
    expect([...after['alerts']!].map(({ status, classification }) => [status, classification])).toEqual(
      [...incident!['alerts']!].map(() => ['resolved', 'falsePositive']),
    )
  })

  behavior('inferred', 'What is done to an alert moves the last update of its incident.', async () => {
    const [alert] = await valueOf(`${ALERTS}?$top=1`)
    const one = `${INCIDENTS}/${String(alert!['incidentId'])}`
    const before = String((await ask(one)).json['lastUpdateDateTime'])
    await ask(`${ALERTS}/${String(alert!['id'])}`, { method: 'PATCH', body: { assignedTo: 'soc@harborfinch.example' } })
    expect(Date.parse(String((await ask(one)).json['lastUpdateDateTime']))).toBeGreaterThan(Date.parse(before))
  })

  it('takes comments and refuses what it does not know', async () => {
    const [incident] = await valueOf(`${INCIDENTS}?$top=1`)
    const one = `${INCIDENTS}/${String(incident!['id'])}`
    const posted = await ask(`${one}/comments`, { method: 'POST', body: { comment: 'Seen' } })
    expect([...posted.json['value']!].at(-1)!['comment']).toBe('Seen')
    expect((await message(`${INCIDENTS}/0`)).status).toBe(404)
    expect((await message(`${INCIDENTS}?$expand=evidence`)).status).toBe(400)
  })
})
