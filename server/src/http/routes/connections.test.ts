import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { CloudList, Connection, FeedCheckList } from '@cordon/api'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { until as untilSeen } from '#app/testing/cordon-process.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import { startCordon, type Cordon } from '#http/testing/start-cordon.ts'

/** Connections over the API, with an emulated Microsoft cloud behind. */

const Added = z.object({ clientId: z.string(), secret: z.string() })
const Truth = z.object({ recipients: z.array(z.object({ userPrincipalName: z.string() })) })
const AUDIT = 'management-activity.Audit.Exchange'
const MAILBOX = 'graph.phishing-mailbox'
const RISK = 'graph.risk-detections'
const EVERY_READ = [
  'ActivityFeed.Read',
  'ActivityFeed.ReadDlp',
  'AuditLog.Read.All',
  'IdentityRiskEvent.Read.All',
  'Mail.Read',
  'User.Read.All',
]

let emulator: Emulator
let cordon: Cordon
let folder: string
let ahead = 0
let mailbox: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-connections-'))
  emulator = await startEmulator(['--no-live', '--throttle', 'off'])
  cordon = await startCordon({
    cloudFile: emulator.cloudFile,
    folder,
    retestEveryMs: 250,
    clock: { now: () => systemClock.now() + ahead },
  })
  mailbox = Truth.parse(await emulator.request('/ground-truth/phish')).recipients[0]!.userPrincipalName
})
afterEach(async () => {
  ahead = 0
  await emulator.request('/faults', undefined, 'DELETE')
  await emulator.request('/entra-plan', { plan: 'P2' })
  const { connections } = (await cordon.call('GET', '/connections')).body as { connections: { id: string }[] }
  for (const { id } of connections) await cordon.call('DELETE', `/connections/${id}`)
})
afterAll(async () => {
  await cordon.stop()
  await emulator.stop()
  await rm(folder, { recursive: true, force: true })
})

const register = async (roles: string[], more: object = {}) =>
  Added.parse(await emulator.request('/applications', { name: 'Cordon', roles, ...more }))

async function request(roles: string[], more: object = {}) {
  const { clientId, secret } = await register(roles)
  return {
    name: 'Emulated',
    cloud: 'emulated',
    directoryId: emulator.tenants[0]!.id,
    clientId,
    credential: { kind: 'secret', secret },
    ...more,
  }
}

async function add(roles: string[], more: object = {}): Promise<Connection> {
  const answer = await cordon.call('POST', '/connections', { body: await request(roles, more) })
  expect(answer).toMatchObject({ status: 201 })
  return Connection.parse(answer.body)
}

const change = (id: string, body: object) => cordon.call('PATCH', `/connections/${id}`, { body })
const read = async (id: string) => Connection.parse((await cordon.call('GET', `/connections/${id}`)).body)

const until = (id: string, holds: (connection: Connection) => boolean) => untilSeen(() => read(id), holds)

describe('settings of a connection', () => {
  it('are kept, changed one by one, and taken away with null', async () => {
    const { id } = await add(EVERY_READ, {
      feeds: [AUDIT],
      settings: { testMailbox: mailbox, uses: ['collect'], organization: 'contoso.onmicrosoft.com' },
    })
    const changed = await change(id, {
      name: 'Renamed',
      feeds: [AUDIT, MAILBOX],
      settings: { feedOptions: { [MAILBOX]: { mailbox } }, organization: null },
    })
    expect(changed).toMatchObject({ status: 200 })
    expect(await read(id)).toMatchObject({
      name: 'Renamed',
      feeds: [AUDIT, MAILBOX],
      settings: { testMailbox: mailbox, uses: ['collect'], feedOptions: { [MAILBOX]: { mailbox } } },
      lastTest: { status: 'ok', mailboxes: [{ address: mailbox, verdict: 'as-expected' }] },
    })
    expect((await read(id)).settings).not.toHaveProperty('organization')
  })

  it('collect the audit log when nothing is named, and need no other feed', async () => {
    const { feeds } = await add(EVERY_READ)
    const choices = CloudList.parse((await cordon.call('GET', '/clouds')).body)
    expect(feeds).toEqual(choices.feeds.filter(({ isDefault }) => isDefault).map(({ id }) => id))
    expect(feeds).toHaveLength(5)
  })

  it('are refused with every fault at once, each at its place', async () => {
    const body = await request(EVERY_READ, {
      clientId: 'no-guid',
      feeds: ['graph.weather', MAILBOX],
      settings: { cloudAppsUrl: 'https://portal.evil.example', feedOptions: { [MAILBOX]: { mailbox: 7 } } },
    })
    const { status, body: problem } = await cordon.call('POST', '/connections', { body })
    expect(status).toBe(400)
    expect((problem['problems'] as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      'clientId',
      'feeds',
      'settings.cloudAppsUrl',
      `settings.feedOptions.${MAILBOX}`,
    ])
  })

  it('tell of a feed that the cloud lacks, with the reason', async () => {
    const body = await request(EVERY_READ, { cloud: 'china', feeds: [AUDIT] })
    const { status, body: problem } = await cordon.call('POST', '/connections', { body })
    expect({ status, ...problem }).toMatchObject({
      status: 400,
      why: expect.stringContaining('does not offer Office 365 Management APIs') as string,
      fix: expect.stringContaining('Leave') as string,
    })
    const choices = CloudList.parse((await cordon.call('GET', '/clouds')).body)
    expect(choices.feeds.find(({ id }) => id === AUDIT)?.notOffered.map(({ cloud }) => cloud)).toEqual(['china'])
  })
})

describe('a feed that cannot work', () => {
  const faulty: [string, string, object, () => Promise<unknown>, RegExp][] = [
    [
      'a wrong OData filter',
      MAILBOX,
      { mailbox: 'MAILBOX', filter: "subjekt eq 'x'" },
      async () => {},
      /subjekt|filter/i,
    ],
    ['an unknown mailbox', MAILBOX, { mailbox: 'nobody@nowhere.example' }, async () => {}, /mailbox|not know/i],
    ['a missing license', RISK, {}, () => emulator.request('/entra-plan', { plan: 'free' }), /licen|P2|premium/i],
  ]

  it.each(faulty)('because of %s is told, and not saved', async (_name, feed, given, prepare, words) => {
    await prepare()
    const { id } = await add(EVERY_READ, { feeds: [AUDIT] })
    const options = JSON.parse(JSON.stringify(given).replace('MAILBOX', mailbox)) as object
    const body = { feeds: [AUDIT, feed], settings: { feedOptions: { [feed]: options } } }

    const { feeds } = FeedCheckList.parse((await cordon.call('POST', `/connections/${id}/feeds/check`, { body })).body)
    const problem = feeds.find((check) => check.feed === feed)?.problems[0]
    expect(problem).toMatchObject({ passes: false })
    expect(`${problem?.what} ${problem?.why}`).toMatch(words)
    expect(problem?.fix.length).toBeGreaterThan(10)

    const refusal = await change(id, body)
    expect(refusal).toMatchObject({ status: 422, body: { code: 'FEED_CHECK_FAILED', fix: problem?.fix } })
    expect((await read(id)).feeds).toEqual([AUDIT])
    expect(await change(id, { ...body, unchecked: true })).toMatchObject({ status: 200 })
  })

  it('for want of consent is saved, and the test says so', async () => {
    const { id } = await add(['ActivityFeed.Read'], { feeds: [AUDIT], settings: { uses: ['collect'] } })
    const { status } = await change(id, { feeds: [AUDIT, RISK] })
    expect(status).toBe(200)
    const { body: log } = await cordon.call('GET', '/audit?action=connection.change&limit=1')
    expect(log['entries']).toMatchObject([{ detail: { id, feeds: [AUDIT, RISK], before: { feeds: [AUDIT] } } }])
    const { lastTest } = await read(id)
    expect(lastTest?.features).toMatchObject([
      { id: AUDIT, verdict: 'ready' },
      { id: RISK, verdict: 'blocked', fix: expect.stringContaining('IdentityRiskEvent.Read.All') as string },
    ])
  })
})

describe('a certificate made here', () => {
  it('comes into use with the first test after its upload, and its key is never shown', async () => {
    const { id, clientId } = await add(EVERY_READ, { feeds: [AUDIT], settings: { uses: ['collect'] } })
    const made = await change(id, { credential: { kind: 'new-certificate' } })
    const { pendingCertificate, credentialKind, warnings, lastTest } = Connection.parse(made.body)
    expect({ credentialKind, status: lastTest?.status }).toEqual({ credentialKind: 'secret', status: 'ok' })
    expect(warnings.map(({ kind }) => kind)).toContain('certificate-pending')
    expect(made.text).not.toContain('PRIVATE KEY')

    await upload(clientId, pendingCertificate!.pem)
    await cordon.call('POST', `/connections/${id}/test`)
    const used = await read(id)
    expect(used).toMatchObject({ credentialKind: 'certificate', certificate: pendingCertificate, warnings: [] })
    expect(used).not.toHaveProperty('pendingCertificate')
    expect(used.lastTest).toMatchObject({ status: 'ok' })
  })

  it('may be the first credential there is', async () => {
    const { clientId, id, certificate, lastTest } = await add(EVERY_READ, {
      feeds: [AUDIT],
      credential: { kind: 'new-certificate' },
      settings: { uses: ['collect'] },
    })
    expect(lastTest).toMatchObject({ status: 'failed', waitsUntil: expect.any(String) as string })
    await upload(clientId, certificate!.pem)
    expect((await until(id, (connection) => connection.lastTest?.status === 'ok')).lastTest).not.toHaveProperty(
      'waitsUntil',
    )
  })

  it('is told of weeks before it expires', async () => {
    const { id } = await add(EVERY_READ, { feeds: [AUDIT], credential: { kind: 'new-certificate' } })
    // Not over the API, whose tokens do not last so long.
    const warnings = async () => (await cordon.app.connections.read(id)).warnings
    expect(await warnings()).toEqual([])
    ahead = 330 * 24 * 3_600_000
    expect(await warnings()).toMatchObject([
      { kind: 'credential-expires', what: expect.stringContaining('35 days') as string },
    ])
    ahead = 366 * 24 * 3_600_000
    expect(await warnings()).toMatchObject([{ kind: 'credential-expired' }])
  })

  async function upload(clientId: string, pem: string): Promise<void> {
    const application = await register(['Application.ReadWrite.All'])
    const key = pem.replaceAll(/-----[^-]+-----|\s/g, '')
    await emulator.client({ application }).send({
      api: 'graph',
      method: 'PATCH',
      path: `/v1.0/applications(appId='${clientId}')`,
      body: { keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', key }] },
      what: 'Could not upload the certificate.',
    })
  }
})

describe('the test', () => {
  it('goes on by itself while consent spreads, and ends', async () => {
    const { id, clientId, lastTest } = await add(['ActivityFeed.Read'], {
      feeds: [],
      settings: { uses: ['investigate'] },
    })
    expect(lastTest).toMatchObject({ status: 'partial', waitsUntil: expect.any(String) as string })
    const { features } = lastTest!
    expect(features).toMatchObject([{ id: 'investigate', verdict: 'blocked' }])
    const roles = lastTest!.verdicts.map(({ permission }) => permission)
    await emulator.request(`/applications/${clientId}`, { roles }, 'PATCH' as 'PUT')
    const after = await until(id, (connection) => connection.lastTest?.waitsUntil === undefined)
    expect(after.lastTest).toMatchObject({ status: 'ok', features: [{ id: 'investigate', verdict: 'ready' }] })
  })

  it('is not cut off by another of the same connection', async () => {
    const { id } = await add(EVERY_READ, { feeds: [AUDIT], settings: { uses: ['collect'] } })
    const tests = await Promise.all([1, 2, 3].map(() => cordon.call('POST', `/connections/${id}/test`)))
    expect(tests.map(({ body }) => body['status'])).toEqual(['ok', 'ok', 'ok'])
  })

  it('tells a directory role that is missing, and one that is there', async () => {
    const quarantine = { feeds: ['exchange.quarantine'], settings: { uses: ['collect'] }, unchecked: true }
    const without = await add(['Exchange.ManageAsApp'], quarantine)
    expect(without.lastTest).toMatchObject({
      requirements: [{ kind: 'directory-role', name: 'Security Reader', verdict: 'missing' }],
      features: [{ verdict: 'blocked', fix: expect.stringContaining('Roles & admins') as string }],
    })
    const { clientId, secret } = await register(['Exchange.ManageAsApp'], {
      directoryRoles: ['5d6b6bb7-de71-4623-b4af-96380a352509'],
    })
    const answer = await change(without.id, {})
    expect(answer.status).toBe(200)
    const body = { ...(await request([])), clientId, credential: { kind: 'secret', secret }, ...quarantine }
    const held = Connection.parse((await cordon.call('POST', '/connections', { body })).body)
    expect(held.lastTest).toMatchObject({ requirements: [{ verdict: 'met' }], features: [{ verdict: 'ready' }] })
  })

  it('opens the mailbox that must open, and tells one that opens although it must not', async () => {
    const outside = `ana.${mailbox}`
    const uses = { uses: ['investigate'], testMailbox: mailbox, outsideMailbox: outside }
    const denied = { error: { code: 'ErrorAccessDenied', message: 'Access to OData is disabled.' } }
    const deny = (address: string) =>
      emulator.request('/faults', { match: { path: encodeURIComponent(address) }, do: { status: 403, body: denied } })
    await deny(outside)
    const { id, lastTest } = await add(EVERY_READ, { feeds: [], settings: uses })
    expect(lastTest?.mailboxes).toMatchObject([{ verdict: 'as-expected' }, { verdict: 'as-expected' }])

    await emulator.request('/faults', undefined, 'DELETE')
    await deny(`users/${mailbox}`.replace('users/', ''))
    const turned = await change(id, { settings: { outsideMailbox: mailbox } })
    expect(Connection.parse(turned.body).lastTest?.mailboxes).toMatchObject([
      {
        expected: 'reachable',
        verdict: 'otherwise',
        microsoftCode: 'ErrorAccessDenied',
        detail: expect.stringContaining('access policy') as string,
      },
      { expected: 'unreachable', verdict: 'as-expected' },
    ])
    await emulator.request('/faults', undefined, 'DELETE')
    const open = Connection.parse((await change(id, {})).body)
    expect(open.lastTest).toMatchObject({
      status: 'partial',
      mailboxes: [{ verdict: 'as-expected' }, { verdict: 'otherwise' }],
    })
  })

  it('calls nothing missing that only actions would need which the application was not allowed', async () => {
    const roles = [...EVERY_READ, 'User.RevokeSessions.All']
    const { lastTest } = await add(roles, { feeds: [AUDIT], settings: { uses: ['collect', 'respond'] } })
    expect(lastTest).toMatchObject({ status: 'ok' })
    expect(lastTest).not.toHaveProperty('waitsUntil')
    const verdictOf = (id: string) => lastTest!.features!.find((feature) => feature.id === id)
    expect(verdictOf('revoke-sign-in-sessions')).toMatchObject({ verdict: 'ready' })
    expect(verdictOf('isolate-device')).toMatchObject({
      verdict: 'not-granted',
      detail: expect.stringMatching(/^Not offered through this connection without Machine\.Isolate/) as string,
    })
    const isolate = lastTest!.verdicts.find(({ permission }) => permission === 'Machine.Isolate')
    expect(isolate).toMatchObject({ verdict: 'not-granted', fix: expect.stringContaining('Machine.Isolate') as string })
  })

  it('calls a connection that is said to be for acting and may do nothing what it is', async () => {
    const { lastTest } = await add(['User.Read.All'], { feeds: [], settings: { uses: ['respond'] } })
    expect(lastTest).toMatchObject({ status: 'partial', waitsUntil: expect.any(String) as string })
    expect(new Set(lastTest!.features!.map(({ verdict }) => verdict))).toEqual(new Set(['blocked', 'limited']))
  })

  it('notices what was granted and taken away since somebody looked', async () => {
    const { id, clientId } = await add(['ActivityFeed.Read'], { feeds: [AUDIT], settings: { uses: ['collect'] } })
    const grant = (roles: string[]) => emulator.request(`/applications/${clientId}`, { roles }, 'PATCH' as 'PUT')
    await grant(['ActivityFeed.ReadDlp'])
    const watched = await until(id, () => true)
    expect(watched.warnings).toEqual([])
    await expect
      .poll(async () => {
        await cordon.app.connections.retest(id, 'watch')
        return (await read(id)).warnings
      })
      .toMatchObject([
        {
          kind: 'permissions-changed',
          what: expect.stringMatching(/lost ActivityFeed.Read of .* gained ActivityFeed.ReadDlp/) as string,
        },
      ])
    await grant(['ActivityFeed.Read'])
    await expect
      .poll(async () => {
        await cordon.call('POST', `/connections/${id}/test`)
        return (await read(id)).warnings
      })
      .toEqual([])
  })
})

describe('authorized domains', () => {
  it('keep investigations out of all other mailboxes', async () => {
    const settings = { authorizedDomains: ['elsewhere.example'] }
    const { id, tenantId } = await add(EVERY_READ, { feeds: [AUDIT], settings })
    const made = await cordon.call('POST', `/tenants/${tenantId}/investigations`, {
      body: {
        name: 'Hunt',
        connectionId: id,
        filter: { where: { logic: 'and', conditions: [{ field: 'subject', value: 'invoice' }] } },
        targets: { kind: 'all' },
        method: 'scan',
        duration: { kind: 'once' },
      },
    })
    const path = `/tenants/${tenantId}/investigations/${String(made.body['id'])}`
    await expect.poll(async () => (await cordon.call('GET', path)).body['state'], { timeout: 20_000 }).toBe('done')
    const { body } = await cordon.call('GET', `${path}/mailboxes`)
    expect(Object.keys(body['counts'] as object)).toEqual(['skipped'])
  })
})

describe('secrets', () => {
  const SECRET = 'Endpoint=sb://very-secret.servicebus.windows.net/;SharedAccessKeyName=x;SharedAccessKey=hidden'

  it('are in no reply and in no log, whatever is wrong', async () => {
    const texts: string[] = []
    const keep = async (answer: Promise<{ text: string }>) => void texts.push((await answer).text)
    const body = await request(EVERY_READ, { feedSecrets: { [AUDIT]: SECRET, 'graph.weather': SECRET } })
    await keep(cordon.call('POST', '/connections', { body }))
    await keep(cordon.call('POST', '/connections', { body: { ...body, clientId: 7 } }))
    const wrong = { ...(await request(EVERY_READ)), credential: { kind: 'secret', secret: SECRET } }
    await keep(cordon.call('POST', '/connections/check', { body: { ...wrong, feeds: [RISK] } }))
    await keep(cordon.call('POST', '/connections', { body: wrong }))
    await keep(cordon.call('POST', '/keys/rotate'))
    await keep(cordon.call('GET', '/connections'))
    const logs = cordon.logged.map((error) =>
      JSON.stringify({ ...error, text: String(error), stack: error.stack, cause: String(error.cause) }),
    )
    expect([...texts, ...logs].filter((text) => text.includes('hidden') || text.includes('very-secret'))).toEqual([])
    expect(texts.join()).toContain('AADSTS7000215')
  })

  it('open after the key was replaced, which goes on where it was cut off', async () => {
    const { id } = await add(EVERY_READ, { feeds: [AUDIT], settings: { uses: ['collect'] } })
    const first = await cordon.call('POST', '/keys/rotate')
    expect(first.body).toMatchObject({ resealed: 1, keptAt: expect.stringContaining('cordon.key.') as string })
    const second = await cordon.call('POST', '/keys/rotate')
    expect(second.body['keyId']).not.toBe(first.body['keyId'])
    expect(readdirSync(folder).filter((name) => name.startsWith('cordon.key')).length).toBeGreaterThanOrEqual(3)
    await cordon.call('POST', `/connections/${id}/test`)
    expect((await read(id)).lastTest).toMatchObject({ status: 'ok' })
    const token = await cordon.token('responder')
    expect((await cordon.call('POST', '/keys/rotate', { token })).status).toBe(403)
  })
})
