import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { until } from '#app/testing/cordon-process.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

let folder: string
let cordon: Cordon

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-rules-'))
  cordon = await startCordon({ folder })
})
afterAll(async () => {
  await cordon?.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Listed {
  id: string
  title: string
  logsource: string
  origin: string
  isEnabled: boolean
  isPart: boolean
  neverFires?: string
  author?: string
  noise: { days: number[]; closedAsFalse: number }
}
interface Raised {
  id: string
  ruleTitle: string
  groupKey: string
  eventCount: number
  sentence: string
}

const DOWNLOADS = `title: File downloaded
id: 00000000-0000-4000-8000-00000000d001
name: file_downloaded
author: Nobody In Particular
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileDownloaded}
  condition: selection
---
title: Many files downloaded
id: 00000000-0000-4000-8000-00000000d002
correlation:
  type: event_count
  rules: [file_downloaded]
  group-by: [UserId]
  timespan: 1h
  condition: {gte: 3}
level: high
`
const PART = '00000000-0000-4000-8000-00000000d001'
const MANY = '00000000-0000-4000-8000-00000000d002'

async function freshTenant(): Promise<TenantId> {
  const tenantId = parseTenantId(crypto.randomUUID())!
  await cordon.app.tenants.ensure(tenantId, 'Ruled')
  return tenantId
}

const HOUR = 3_600_000
/** A file that somebody downloaded, minutes before now. */
const download = (user: string, minutesAgo: number, change: object = {}) =>
  JSON.stringify({
    Id: crypto.randomUUID(),
    RecordType: 6,
    CreationTime: new Date(Date.now() - minutesAgo * 60_000).toISOString().slice(0, 19),
    Operation: 'FileDownloaded',
    Workload: 'SharePoint',
    UserId: user,
    ObjectId: 'https://harborfinch.example/plans.docx',
    ...change,
  })

async function bring(tenantId: TenantId, ...records: string[]) {
  const source = { tenantId, dataset: 'o365.audit', origin: 'test' }
  const { pipeline } = cordon.app
  for (const record of records) await pipeline.commit([pipeline.prepare(source, [record])])
}

const at = (tenantId: TenantId, path: string) => `/tenants/${tenantId}/${path}`
const post = async (tenantId: TenantId, path: string, body: object) => cordon.call('POST', at(tenantId, path), { body })
const imports = (tenantId: TenantId, text: string, path = 'downloads.yml') =>
  post(tenantId, 'rule-imports', { files: [{ path, text }] })
const enable = (tenantId: TenantId, id: string, isEnabled = true) =>
  cordon.call('PATCH', at(tenantId, 'rules'), { body: { ids: [id], isEnabled } })
const rules = async (tenantId: TenantId) => (await cordon.call('GET', at(tenantId, 'rules'))).body['rules'] as Listed[]
const ruleOf = async (tenantId: TenantId, id: string) => (await rules(tenantId)).find((rule) => rule.id === id)
const alerts = async (tenantId: TenantId, query = `?ruleId=${MANY}`) =>
  (await cordon.call('GET', at(tenantId, `alerts${query}`))).body['alerts'] as Raised[]
const alertOf = (tenantId: TenantId, group: string, count: number) =>
  until(
    async () => (await alerts(tenantId)).find(({ groupKey, eventCount }) => groupKey === group && eventCount === count),
    (alert) => alert !== undefined,
  )

describe('imported rules', () => {
  it('come in switched off, with their author, and what is wrong in other files told by its place', async () => {
    const tenantId = await freshTenant()
    const broken = 'title: Broken\nlogsource: {product: m365}\ndetection:\n  s: {a|nonsense: x}\n  condition: s\n'
    const answer = await post(tenantId, 'rule-imports', {
      files: [
        { path: 'good.yml', text: DOWNLOADS },
        { path: 'broken.yml', text: broken },
      ],
    })
    expect(answer).toMatchObject({ status: 200, body: { added: ['good.yml'], refused: ['broken.yml'] } })
    expect(answer.body['problems']).toMatchObject([{ file: 'broken.yml', line: 4, severity: 'error' }])
    expect(await ruleOf(tenantId, MANY)).toMatchObject({ origin: 'imported', isEnabled: false })
    const part = await ruleOf(tenantId, PART)
    expect(part).toMatchObject({ author: 'Nobody In Particular', isPart: true })
    expect((await imports(tenantId, DOWNLOADS, 'moved/good.yml')).body).toMatchObject({ unchanged: ['good.yml'] })
    expect(await ruleOf(await freshTenant(), MANY)).toBeUndefined()
  })

  it('are two where two files have one name, and one where a file comes again', async () => {
    const tenantId = await freshTenant()
    const other = DOWNLOADS.replaceAll('d00', 'e00')
    const files = [DOWNLOADS, other].map((text) => ({ path: 'rule.yml', text }))
    expect((await post(tenantId, 'rule-imports', { files })).body).toMatchObject({
      added: ['rule.yml', 'rule.yml (2)'],
    })
    const again = await imports(tenantId, other.replace('gte: 3', 'gte: 4'), 'rule.yml')
    expect(again.body).toMatchObject({ changed: ['rule.yml (2)'], problems: [] })
  })

  it('say why they can never fire here', async () => {
    const tenantId = await freshTenant()
    const text =
      'title: Elsewhere\nid: elsewhere\nlogsource: {product: windows, category: process_creation}\ndetection:\n  s: {a: b}\n  condition: s\n'
    await imports(tenantId, text)
    expect((await ruleOf(tenantId, 'elsewhere'))?.neverFires).toMatch(/windows/)
  })

  it('are tried over what is stored before they are switched on', async () => {
    const tenantId = await freshTenant()
    await imports(tenantId, DOWNLOADS)
    await bring(tenantId, ...[50, 40, 30, 20].map((minutes) => download('eve@harborfinch.example', minutes)))
    const { body } = await post(tenantId, `rules/${MANY}/back-test`, { days: 2 })
    expect(body).toMatchObject({ total: 2 })
    const samples = body['samples'] as { event: { id: string } }[]
    expect(samples).toHaveLength(2)
    const eventId = samples[0]!.event.id
    const explained = (await post(tenantId, `rules/${MANY}/explain`, { eventId })).body['explanations']
    expect(explained).toMatchObject([{ rule: PART, matched: true, tree: { kind: 'leaf', verdict: 'matched' } }])
    expect(await post(tenantId, `rules/${MANY}/explain`, { eventId: 'none' })).toMatchObject({ status: 404 })
    expect((body['perDay'] as { count: number }[]).reduce((sum, { count }) => sum + count, 0)).toBe(2)
    expect(await alerts(tenantId)).toEqual([])
  })

  it('have versions: edited, gone back to, removed; and those that came with Cordon become as shipped again', async () => {
    const tenantId = await freshTenant()
    await imports(tenantId, DOWNLOADS)
    const path = `rules/${MANY}`
    expect(await post(tenantId, `${path}/versions`, { text: 'title: nothing' })).toMatchObject({ status: 422 })
    const other = await post(tenantId, `${path}/versions`, { text: DOWNLOADS.replaceAll(MANY, 'another') })
    expect(other).toMatchObject({ status: 422, body: { code: 'RULE_FILE_INVALID' } })
    const edited = await post(tenantId, `${path}/versions`, {
      text: DOWNLOADS.replace('gte: 3', 'gte: 9'),
      note: 'Louder',
    })
    expect(edited.body['versions']).toMatchObject([{ version: 2, note: 'Louder', change: 'edit' }, { version: 1 }])
    const back = await post(tenantId, `${path}/versions`, { version: 1 })
    expect(back.body).toMatchObject({ yaml: DOWNLOADS, versions: [{ version: 3, change: 'go-back' }, {}, {}] })
    expect(await cordon.call('DELETE', at(tenantId, path))).toMatchObject({ status: 204 })
    expect(await cordon.call('GET', at(tenantId, path))).toMatchObject({
      status: 404,
      body: { code: 'RULE_NOT_FOUND' },
    })

    const [own] = await rules(tenantId)
    const shipped = (await cordon.call('GET', at(tenantId, `rules/${own!.id}`))).body
    const text = String(shipped['yaml']).replace(/^level: .*$/m, 'level: low')
    expect((await post(tenantId, `rules/${own!.id}/versions`, { text })).body).toMatchObject({
      shipped: shipped['yaml'],
      rule: { level: 'low', isChanged: true, isEnabled: true },
    })
    expect(await cordon.call('DELETE', at(tenantId, `rules/${own!.id}`))).toMatchObject({ status: 409 })
    expect((await post(tenantId, `rules/${own!.id}/versions`, { version: 0 })).body).toMatchObject({
      yaml: shipped['yaml'],
      rule: { isChanged: false },
    })
  })

  it('are exported as one file that loads as it was', async () => {
    const [tenantId, other] = [await freshTenant(), await freshTenant()]
    await imports(tenantId, DOWNLOADS)
    const { text } = await cordon.call('GET', at(tenantId, 'rule-export'))
    expect((await post(other, 'rule-checks', { text })).body).toEqual({ problems: [] })
    expect(text).toContain('Many files downloaded')
  })
})

describe('rules at work', () => {
  it('work under names that mean something to programs, as any others do', async () => {
    const tenantId = await freshTenant()
    const text = DOWNLOADS.replace(PART, '__proto__')
      .replace(MANY, 'constructor')
      .replaceAll('file_downloaded', 'toString')
      .replace('[UserId]', '[who]')
      .replace('timespan: 1h', 'aliases: {who: {toString: UserId}, __proto__: {toString: __proto__}}\n  timespan: 1h')
    const answer = await imports(tenantId, text, '__proto__')
    expect(answer.body).toMatchObject({ added: ['__proto__'], problems: [] })
    for (const id of ['__proto__', 'constructor']) expect((await enable(tenantId, id)).status).toBe(204)
    await bring(tenantId, ...[9, 6, 3].map((minutes) => download('__proto__', minutes)))
    const [alert] = await until(
      () => alerts(tenantId, '?ruleId=constructor'),
      (raised) => raised.some(({ eventCount }) => eventCount === 3),
    )
    expect(alert).toMatchObject({ ruleTitle: 'Many files downloaded', groupKey: '__proto__' })
    const detail = await cordon.call('GET', at(tenantId, 'rules/__proto__'))
    expect(detail.body).toMatchObject({ rule: { id: '__proto__' } })
    expect(await post(tenantId, 'rules/constructor/back-test', { days: 1 })).toMatchObject({ body: { total: 1 } })
  })

  it('raise one alert for a group, which grows; correlations count late events, and none twice', async () => {
    const tenantId = await freshTenant()
    await imports(tenantId, DOWNLOADS)
    await enable(tenantId, MANY)
    const user = 'ana@harborfinch.example'
    const late = download(user, 20)
    const [first, second, last] = [30, 25, 5].map((minutes) => download(user, minutes))
    await bring(tenantId, first!, first!, second!, download('bo@harborfinch.example', 10))
    await bring(tenantId, second!)
    expect(await alerts(tenantId)).toEqual([])
    await bring(tenantId, last!)
    const alert = await alertOf(tenantId, user, 3)
    expect(alert?.sentence).toMatch(/^3 events within 1 hour for ana@harborfinch\.example\./)
    await bring(tenantId, late, late)
    expect(await alertOf(tenantId, user, 4)).toMatchObject({ id: alert!.id })
    expect(await alerts(tenantId)).toHaveLength(1)
  })

  it('find what is imported of a time long past, beside what is new', async () => {
    const tenantId = await freshTenant()
    await imports(tenantId, DOWNLOADS)
    await enable(tenantId, MANY)
    const day = 24 * 60
    await bring(tenantId, download('now@harborfinch.example', 1))
    await bring(tenantId, ...[3, 2, 1].map((minutes) => download('then@harborfinch.example', 30 * day + minutes)))
    expect(await alertOf(tenantId, 'then@harborfinch.example', 3)).toMatchObject({ ruleTitle: 'Many files downloaded' })
  })

  it('remember what correlations have seen when the server is started again', async () => {
    const tenantId = await freshTenant()
    await imports(tenantId, DOWNLOADS)
    await enable(tenantId, MANY)
    const user = 'dee@harborfinch.example'
    await bring(tenantId, download(user, 30), download(user, 20))
    await cordon.stop()
    cordon = await startCordon({ folder })
    expect(await ruleOf(tenantId, MANY)).toMatchObject({ isEnabled: true })
    await bring(tenantId, download(user, 10))
    expect(await alertOf(tenantId, user, 3)).toMatchObject({ ruleTitle: 'Many files downloaded' })
  })

  it('leave out what they are tuned to leave out, until that expires', async () => {
    const tenantId = await freshTenant()
    await imports(tenantId, DOWNLOADS)
    await enable(tenantId, MANY)
    const tuning = { conditions: [{ field: 'UserId', is: 'equals', values: ['backup@harborfinch.example'] }] }
    const reason = 'Backs everything up.'
    const tuned = await post(tenantId, `rules/${MANY}/tunings`, { ...tuning, reason })
    expect(tuned.body).toMatchObject({ rule: { tunings: 1 }, tunings: [{ reason, isExpired: false }] })
    await bring(tenantId, ...[9, 8, 7].map((minutes) => download('backup@harborfinch.example', minutes)))
    await bring(tenantId, ...[9, 8, 7].map((minutes) => download('flo@harborfinch.example', minutes)))
    await alertOf(tenantId, 'flo@harborfinch.example', 3)
    expect(await alerts(tenantId)).toHaveLength(1)

    const expiresAt = new Date(Date.now() - HOUR).toISOString()
    const past = await post(tenantId, `rules/${MANY}/tunings`, { ...tuning, reason, expiresAt })
    expect(past.body).toMatchObject({ rule: { tunings: 1 }, tunings: [{ isExpired: false }, { isExpired: true }] })
    const [{ id }] = tuned.body['tunings'] as [{ id: string }]
    expect(await cordon.call('DELETE', at(tenantId, `rules/${MANY}/tunings/${id}`))).toMatchObject({ status: 204 })
    expect(await ruleOf(tenantId, MANY)).toMatchObject({ tunings: 0 })
    const wrong = { conditions: [{ field: 'ClientIP', is: 'cidr', values: ['300.1.1.1/8'] }], reason }
    expect(await post(tenantId, `rules/${MANY}/tunings`, wrong)).toMatchObject({ status: 422 })
  })

  it('fall silent at once where they are switched off, for that tenant alone', async () => {
    const [tenantId, other] = [await freshTenant(), await freshTenant()]
    for (const each of [tenantId, other]) {
      await imports(each, DOWNLOADS.split('---')[0]!.replace(PART, 'alone'))
      await enable(each, 'alone')
    }
    await enable(tenantId, 'alone', false)
    for (const each of [tenantId, other]) await bring(each, download('gil@harborfinch.example', 1))
    expect(await alerts(tenantId, '?ruleId=alone')).toEqual([])
    expect(await alerts(other, '?ruleId=alone')).toHaveLength(1)

    const [{ id }] = (await alerts(other, '?ruleId=alone')) as [Raised]
    const close = { status: 'closed', reason: 'A test.', verdict: 'false-positive' }
    await cordon.call('PATCH', at(other, `alerts/${id}`), { body: close })
    expect((await ruleOf(other, 'alone'))?.noise).toMatchObject({ closedAsFalse: 1 })
    expect((await ruleOf(other, 'alone'))?.noise.days.at(-1)).toBe(1)
  })

  it('stand beside alerts of Microsoft’s own, each of which is one here', async () => {
    const tenantId = await freshTenant()
    const raised = (change: object) =>
      download('SecurityComplianceAlerts', 5, {
        RecordType: 40,
        Operation: 'AlertTriggered',
        Severity: 'High',
        AlertId: 'A1',
        Name: 'Unusual volume of file deletion',
        Status: 'Active',
        ...change,
      })
    await bring(tenantId, raised({}), raised({ Operation: 'AlertEntityGenerated' }), raised({ AlertId: 'A2' }))
    await bring(tenantId, raised({ AlertId: 'A3', Status: 'Resolved' }))
    const found = (await alerts(tenantId, '?ruleId=microsoft:unusual volume of file deletion')).map(
      ({ groupKey, eventCount }) => [groupKey, eventCount],
    )
    expect(found.toSorted()).toEqual([
      ['a1', 2],
      ['a2', 1],
    ])
  })
})

const FIRST = 'first-file'
const NEW_FILE = `title: Somebody opens a file for the first time
id: ${FIRST}
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileDownloaded}
  condition: selection
level: high
cordon:
  first-seen: {fields: [UserId, ObjectId], timespan: 14d}
`
const DAY_MINUTES = 24 * 60

describe('rules that say what is first seen', () => {
  const firsts = (tenantId: TenantId) => alerts(tenantId, `?ruleId=${FIRST}`)
  const pageOf = async (tenantId: TenantId) => (await cordon.call('GET', at(tenantId, `rules/${FIRST}`))).body
  const opened = (user: string, minutesAgo: number, file: string) => download(user, minutesAgo, { ObjectId: file })

  it('know what was stored before they were switched on, and what they saw when the server is started again', async () => {
    const tenantId = await freshTenant()
    const [hal, ina] = ['hal@harborfinch.example', 'ina@harborfinch.example']
    await bring(tenantId, ...[13, 10, 2].map((days) => opened(hal, days * DAY_MINUTES, 'known')))
    await imports(tenantId, NEW_FILE)
    await enable(tenantId, FIRST)
    await bring(tenantId, opened('Hal@HarborFinch.example', 9, 'known'), opened(hal, 8, 'new'), opened(hal, 7, 'new'))
    const raised = await until(
      () => firsts(tenantId),
      (found) => found.length > 0,
    )
    expect(raised).toMatchObject([{ groupKey: `${hal} · new`, eventCount: 1 }])
    expect(raised[0]?.sentence).toMatch(/^First in 14 days for hal@harborfinch\.example, new\./)
    expect(await ruleOf(tenantId, FIRST)).toMatchObject({ isPart: false, logsource: 'm365 · audit' })
    expect(await ruleOf(tenantId, `${FIRST}:events`)).toBeUndefined()
    expect(await pageOf(tenantId)).toMatchObject({ over: [], meaning: expect.stringMatching(/UserId and ObjectId/) })

    await cordon.stop()
    cordon = await startCordon({ folder })
    await bring(tenantId, opened(hal, 6, 'known'), opened(hal, 5, 'new'), opened(ina, 4, 'known'))
    const all = await until(
      () => firsts(tenantId),
      (found) => found.length > 1,
    )
    expect(all.map(({ groupKey }) => groupKey).toSorted()).toEqual([`${hal} · new`, `${ina} · known`])
    expect((await pageOf(tenantId))['learningUntil']).toBeUndefined()
    expect((await post(tenantId, `rules/${FIRST}/back-test`, { days: 1 })).body).toMatchObject({ total: 2 })
  })

  it('are quiet about a tenant whose history is short, and their page says until when', async () => {
    const tenantId = await freshTenant()
    await imports(tenantId, `${NEW_FILE}---\n${DOWNLOADS}`)
    for (const id of [FIRST, MANY]) await enable(tenantId, id)
    const user = 'jon@harborfinch.example'
    await bring(tenantId, opened(user, 9, 'a'), opened(user, 8, 'b'), opened(user, 7, 'c'))
    // Both are correlated together: where one has said its word, the other has as well.
    expect(await alertOf(tenantId, user, 3)).toBeDefined()
    expect(await firsts(tenantId)).toEqual([])
    const until7Days = Date.parse(String((await pageOf(tenantId))['learningUntil'])) - Date.now()
    expect(until7Days).toBeGreaterThan(5.9 * 24 * HOUR)
    expect(until7Days).toBeLessThanOrEqual(7 * 24 * HOUR)
  })

  it('are edited and tuned as the one rule that they are', async () => {
    const tenantId = await freshTenant()
    await imports(tenantId, NEW_FILE)
    const edited = await post(tenantId, `rules/${FIRST}/versions`, { text: NEW_FILE.replace('14d', '30d') })
    expect(edited.body).toMatchObject({ meaning: expect.stringMatching(/30 days before/) })
    const conditions = [{ field: 'UserId', is: 'equals', values: ['backup@harborfinch.example'] }]
    await post(tenantId, `rules/${FIRST}/tunings`, { conditions, reason: 'Backs everything up.' })
    await bring(
      tenantId,
      ...['backup', 'kim'].map((name) => opened(`${name}@harborfinch.example`, 15 * DAY_MINUTES, name)),
    )
    await bring(tenantId, ...['backup', 'kim'].map((name) => opened(`${name}@harborfinch.example`, 5, `new ${name}`)))
    expect((await post(tenantId, `rules/${FIRST}/back-test`, { days: 1 })).body).toMatchObject({ total: 1 })
  })
})

describe('an alert', () => {
  it('is given to somebody who is there, put off, and closed with a verdict', async () => {
    const tenantId = await freshTenant()
    await bring(
      tenantId,
      download('hal', 1, { RecordType: 40, Operation: 'AlertTriggered', AlertId: 'B1', Name: 'A finding' }),
    )
    const [{ id }] = (await alerts(tenantId, '?ruleId=microsoft:a finding')) as [Raised]
    const change = (body: object) => cordon.call('PATCH', at(tenantId, `alerts/${id}`), { body })
    expect(await change({ assignee: 'nobody' })).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND' } })
    expect((await change({ assignee: 'admin' })).body).toMatchObject({ assignee: 'admin' })
    expect(await alerts(tenantId, '?assignee=admin')).toHaveLength(1)
    await change({ suppressedUntil: new Date(Date.now() + HOUR).toISOString() })
    expect(await alerts(tenantId, '?status=open')).toEqual([])
    expect(await alerts(tenantId, '?status=suppressed')).toHaveLength(1)
    expect((await change({ status: 'closed', reason: 'Done.', verdict: 'benign' })).body).toMatchObject({
      verdict: 'benign',
    })
    expect(await change({ suppressedUntil: null })).toMatchObject({ status: 409, body: { code: 'ALERT_STATE_WRONG' } })
  })
})
