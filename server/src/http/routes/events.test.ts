import {
  type EcsDocument,
  EventFields,
  EventPage,
  Facets,
  Histogram,
  Retention,
  SavedSearchList,
  Surrounding,
  TopValues,
} from '@cordon/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { parseTenantId } from '#domain/ids.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

const TENANT = parseTenantId('22222222-2222-4222-8222-222222222222')!
const OTHER = parseTenantId('33333333-3333-4333-8333-333333333333')!
const RANGE = { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' }

let cordon: Cordon
let now = Date.parse('2026-11-20T12:00:00Z')

beforeAll(async () => {
  cordon = await startCordon({ clock: { now: () => now } })
  for (const [tenant, count] of [
    [TENANT, 20],
    [OTHER, 3],
  ] as const) {
    await cordon.app.tenants.ensure(tenant, `Searched ${count}`)
    await collect(
      tenant,
      Array.from({ length: count }, (_, n) => record(n)),
    )
  }
})
afterAll(() => cordon.stop())

/** One a minute from ten on, by two users. */
function record(n: number): string {
  return JSON.stringify({
    Id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    CreationTime: `2026-11-20T10:${String(n).padStart(2, '0')}:00`,
    RecordType: 8,
    Operation: n % 2 === 0 ? 'Add user.' : 'Delete user.',
    Workload: 'AzureActiveDirectory',
    UserId: n < 15 ? 'ana@contoso.example' : '=cmd@contoso.example',
    ResultStatus: 'Success',
    ApplicationId: `app-${n % 3}`,
  })
}

async function collect(tenantId: typeof TENANT, records: string[]): Promise<void> {
  const prepared = cordon.app.pipeline.prepare({ tenantId, dataset: 'o365.audit', origin: 'test' }, records)
  await cordon.app.pipeline.commit([prepared])
}

const path = (rest: string, params: Record<string, string> = {}, tenant = TENANT) =>
  `/tenants/${tenant}/${rest}?${new URLSearchParams(params)}`
const get = async <Schema extends z.ZodType>(schema: Schema, rest: string, params: Record<string, string> = {}) => {
  const { status, body } = await cordon.call('GET', path(rest, params))
  expect(body).not.toHaveProperty('code')
  expect(status).toBe(200)
  return schema.parse(body)
}
const idOf = (n: number) => z.object({ Id: z.string() }).parse(JSON.parse(record(n))).Id
const minutes = (events: { '@timestamp': string }[]) => events.map((event) => event['@timestamp'].slice(14, 16))

describe('Searching events over the API', () => {
  test('gives pages in both orders, each with the total', async () => {
    const params = { ...RANGE, query: 'event.action : "delete*"', limit: '4' }
    const first = await get(EventPage, 'events', { ...params, order: 'asc' })
    expect(minutes(first.events)).toEqual(['01', '03', '05', '07'])
    expect(first.total).toBe(10)
    const second = await get(EventPage, 'events', { ...params, order: 'asc', cursor: first.nextCursor! })
    expect(minutes(second.events)).toEqual(['09', '11', '13', '15'])
    expect(minutes((await get(EventPage, 'events', params)).events)).toEqual(['19', '17', '15', '13'])
  })

  test('counts the values of several fields at once', async () => {
    const fields = 'user.name,no.such.field,o365.audit.ApplicationId,event.action'
    const { total, facets } = await get(Facets, 'events/facets', { ...RANGE, fields, limit: '2' })
    expect(total).toBe(20)
    const [user, none, application, action] = facets
    expect(user).toMatchObject({ field: 'user.name', distinct: 2, missing: 0 })
    expect(user!.values.map(({ count }) => count)).toEqual([15, 5])
    expect(none).toEqual({ field: 'no.such.field', values: [], distinct: 0, missing: 20 })
    expect(application).toMatchObject({ distinct: 3, values: [{ value: 'app-0', count: 7 }, { count: 7 }] })
    expect(action!.values).toHaveLength(2)
  })

  test('shows what surrounds an event, the nearest first', async () => {
    const around = await get(Surrounding, `events/${idOf(10)}/surrounding`, { before: '3', after: '2' })
    expect(minutes(around.before)).toEqual(['09', '08', '07'])
    expect(minutes(around.after)).toEqual(['11', '12'])
    const deleted = await get(Surrounding, `events/${idOf(10)}/surrounding`, {
      before: '0',
      after: '2',
      query: 'event.action : delete*',
    })
    expect(deleted.before).toEqual([])
    expect(minutes(deleted.after)).toEqual(['11', '13'])
  })

  test('lists fields and completes their values', async () => {
    const { fields, sampled } = await get(EventFields, 'events/fields')
    expect(sampled).toBe(20)
    const field = (name: string) => fields.find((each) => each.name === name)
    expect(field('user.name')).toMatchObject({ kept: 'column', count: 20 })
    expect(field('o365.audit.ApplicationId')).toEqual({
      name: 'o365.audit.ApplicationId',
      type: 'keyword',
      kept: 'document',
      count: 20,
    })
    expect(field('@timestamp')).toMatchObject({ type: 'date' })
    expect(field('source.port')).toMatchObject({ type: 'number', kept: 'column' })
    const { values } = await get(TopValues, 'events/values', { ...RANGE, field: 'event.action', prefix: 'DEL' })
    expect(values).toHaveLength(1)
    expect(values[0]!.count).toBe(10)
  })

  test('has histograms on borders that people read', async () => {
    const params = { from: '2026-11-20T09:58:30.000Z', to: '2026-11-20T10:12:00.000Z', buckets: '4' }
    const { intervalMs, buckets } = await get(Histogram, 'events/histogram', params)
    expect(intervalMs).toBe(300_000)
    expect(buckets).toEqual([
      { time: '2026-11-20T09:55:00.000Z', count: 0 },
      { time: '2026-11-20T10:00:00.000Z', count: 5 },
      { time: '2026-11-20T10:05:00.000Z', count: 5 },
      { time: '2026-11-20T10:10:00.000Z', count: 2 },
    ])
  })

  test('understands times in relation to now', async () => {
    expect((await get(EventPage, 'events', { ...RANGE, query: '@timestamp >= now-110m' })).total).toBe(10)
  })

  test.each([
    ['user.name : ', { position: 13, allowed: expect.stringContaining('a value') }],
    ['event.severity > high', { position: 18, length: 4 }],
    ['(a:1', { position: 1 }],
  ])('points at the fault of `%s`', async (query, place) => {
    const { status, body } = await cordon.call('GET', path('events', { ...RANGE, query }))
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'QUERY_SYNTAX_INVALID', problems: [{ path: 'query.query', ...place }] })
  })

  test.each([
    ['10,000 parentheses', '('.repeat(10_000), 422],
    ['3,000 parentheses', '('.repeat(3_000), 422],
    ['a pattern of stars', `message : "${'*a'.repeat(2_000)}"`, 422],
    ['hundreds of fields without a column', Array.from({ length: 400 }, (_, n) => `x.f${n}:1`).join(' or '), 422],
    ['a query that is too long', 'a '.repeat(6_000), 400],
  ])('refuses %s', async (_, query, expected) => {
    const { status, body } = await cordon.call('GET', path('events', { ...RANGE, query }))
    expect({ status, code: body['code'] }).toEqual({
      status: expected,
      code: expected === 400 ? 'REQUEST_INVALID' : 'QUERY_TOO_LARGE',
    })
  })

  test('refuses a query of 10 MB', async () => {
    const { status, body } = await cordon.call('GET', `/tenants/${TENANT}/events?query=${'a+'.repeat(5_000_000)}`)
    expect([status, body['code']]).toEqual([431, 'REQUEST_TOO_LARGE'])
  })
})

describe('Exporting events', () => {
  const exported = async (params: Record<string, string>, role: 'analyst' | 'viewer' = 'analyst') => {
    const headers = { authorization: `Bearer ${await cordon.token(role)}` }
    return fetch(`${cordon.url}/api${path('events/export', { ...RANGE, ...params })}`, { headers })
  }

  test('is for analysts', async () => {
    expect((await exported({}, 'viewer')).status).toBe(403)
  })

  test('gives whole documents as lines, oldest first, and says how many', async () => {
    const answer = await exported({ format: 'ndjson', originals: 'true' })
    expect(answer.headers.get('Cordon-Rows')).toBe('20')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="events-20261120T120000.ndjson"')
    const documents = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as EcsDocument)
    expect(documents.map(({ event }) => event.id)).toEqual(Array.from({ length: 20 }, (_, n) => idOf(n)))
    expect(documents[3]!.event.original).toBe(record(3))
  })

  test('gives chosen columns as CSV in which no cell is a formula', async () => {
    const answer = await exported({
      format: 'csv',
      columns: 'event.id,user.email,o365.audit.ApplicationId',
      query: 'event.action : delete*',
    })
    const [header, ...lines] = (await answer.text()).trimEnd().split('\r\n')
    expect(header).toBe('"event.id","user.email","o365.audit.ApplicationId"')
    expect(lines).toHaveLength(10)
    expect(lines[0]).toBe(`"${idOf(1)}","ana@contoso.example","app-1"`)
    expect(lines.at(-1)).toContain(`"'=cmd@contoso.example"`)
  })

  test('is noted with what was asked for', async () => {
    await exported({ format: 'csv', query: 'user.name : ana*' })
    const { rows } = await cordon.app.exportEvents(cordon.administrator, TENANT, {
      ...RANGE,
      format: 'ndjson',
      originals: false,
    })
    expect(rows).toBe(20)
  })
})

describe('Saved searches', () => {
  test('belong to who saved them, under names that are there once', async () => {
    const analyst = await cordon.token('analyst')
    const search = { name: 'Deleted users', query: 'event.action : delete*', columns: ['user.name'] }
    const made = await cordon.call('POST', path('saved-searches'), { body: search, token: analyst })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ ...search, from: 'now-24h', to: 'now', createdBy: cordon.administrator.name })
    const again = await cordon.call('POST', path('saved-searches'), { body: { ...search, name: 'DELETED USERS' } })
    expect([again.status, again.body['code']]).toEqual([409, 'SEARCH_NAME_TAKEN'])
    const id = String(made.body['id'])
    const changed = await cordon.call('PATCH', path(`saved-searches/${id}`), { body: { query: '' } })
    expect(changed.body).toMatchObject({ name: 'Deleted users', query: '' })
    const { body: log } = await cordon.call('GET', path('audit', { action: 'saved-search.change' }))
    expect(log['entries']).toMatchObject([{ detail: { id, query: '', before: { query: search.query } } }])
    const stranger = { ...cordon.administrator, name: 'ben', role: 'analyst' as const }
    await expect(cordon.app.savedSearches.remove(stranger, TENANT, id)).rejects.toMatchObject({
      code: 'AUTH_RIGHT_MISSING',
    })
    expect((await cordon.call('DELETE', path(`saved-searches/${id}`, {}, OTHER))).status).toBe(404)
    expect((await cordon.call('DELETE', path(`saved-searches/${id}`))).status).toBe(204)
    expect((await get(SavedSearchList, 'saved-searches')).searches).toEqual([])
  })
})

describe('Promoted fields', () => {
  const NAME = 'o365.audit.ApplicationId'

  test('are searched and counted the same before, while and after they have a column', async () => {
    const seen = async () => [
      (await get(EventPage, 'events', { ...RANGE, query: `${NAME} : APP-1` })).total,
      (await get(EventPage, 'events', { ...RANGE, query: `${NAME} : (app-1 or "app-2")` })).total,
      (await get(EventPage, 'events', { ...RANGE, query: `not ${NAME} : *` })).total,
      (await get(Facets, 'events/facets', { ...RANGE, fields: NAME })).facets,
    ]
    const before = await seen()
    expect(before.slice(0, 3)).toEqual([7, 13, 0])
    const refused = await cordon.call('POST', '/promoted-fields', {
      body: { name: NAME },
      token: await cordon.token('responder'),
    })
    expect(refused.status).toBe(403)
    const made = await cordon.call('POST', '/promoted-fields', { body: { name: NAME } })
    expect([made.status, made.body['name']]).toEqual([201, NAME])
    expect(await seen()).toEqual(before)
    await expect
      .poll(async () => (await cordon.call('GET', '/promoted-fields')).body, { timeout: 60_000 })
      .toMatchObject({ fields: [{ name: NAME, state: 'ready' }] })
    expect(await seen()).toEqual(before)
    await collect(OTHER, [record(50)])
    const late = await cordon.call('GET', path('events', { ...RANGE, query: `${NAME} : app-2` }, OTHER))
    expect(late.body.total).toBe(2)
    expect((await cordon.call('DELETE', `/promoted-fields/${NAME}`)).status).toBe(204)
    expect((await cordon.call('DELETE', `/promoted-fields/${NAME}`)).status).toBe(404)
    expect(await seen()).toEqual(before)
  })

  test.each(['user.name', "x' || sleep(3) || '", 'a..b', ''])('cannot be `%s`', async (name) => {
    expect((await cordon.call('POST', '/promoted-fields', { body: { name } })).status).toBe(400)
  })
})

describe('Retention', () => {
  test('deletes what is older than its dataset is kept, in that tenant alone', async () => {
    expect(await get(Retention, 'retention')).toMatchObject({
      datasets: [{ dataset: 'o365.audit', own: false, events: 20, expired: 0, oldest: '2026-11-20T10:00:00.000Z' }],
    })
    const body = { dataset: 'o365.audit', days: 1 }
    const refused = await cordon.call('PATCH', path('retention'), { body, token: await cordon.token('responder') })
    expect(refused.status).toBe(403)
    now = Date.parse('2026-11-21T10:05:30Z')
    const set = await cordon.call('PATCH', path('retention'), { body })
    expect(set.body).toMatchObject({ datasets: [{ days: 1, own: true }] })
    await expect
      .poll(() => get(Retention, 'retention'), { timeout: 60_000 })
      .toMatchObject({ datasets: [{ events: 14, expired: 0, oldest: '2026-11-20T10:06:00.000Z' }] })
    expect((await get(EventPage, 'events', RANGE)).total).toBe(14)
    const { body: others } = await cordon.call('GET', path('events', RANGE, OTHER))
    expect(others.total).toBe(4)
  })
})
