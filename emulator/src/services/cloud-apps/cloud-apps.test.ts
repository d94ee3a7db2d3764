import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import { startEmulator } from '#index.ts'
import type { Answer, Json } from '#testing/client.ts'

const AUDIENCE = '05a65629-4c1b-48c1-a78b-804c4abdd4af'
const DAY = 86_400_000

const { client } = await cloudOf({ live: 'off', frozen: true, throttle: 'off' })
const reader = await client.withRoles(['Investigation.Read'], AUDIENCE)
const manager = await client.withRoles(['Investigation.Manage'], AUDIENCE)
const now = Date.parse(String((await client.send('/_emu/health')).json['now']))

const list = (what: string, body: object) => reader(`/api/v1/${what}/`, { method: 'POST', body })
const rows = (answer: Answer): Json[] => [...answer.json['data']!]

describe('Defender for Cloud Apps: alerts', () => {
  behavior('documentation', 'come in pages with times in milliseconds and states as numbers', async () => {
    const filters = { date: { gte: now - 30 * DAY } }
    const first = await list('alerts', { filters, limit: 10, sortDirection: 'asc' })
    expect(first.json).toMatchObject({ hasNext: true, max: 100 })
    const second = await list('alerts', { filters, limit: 100, skip: 10, sortDirection: 'asc' })
    const all = [...rows(first), ...rows(second)]
    expect(all).toHaveLength(Number(first.json['total']))
    const times = all.map((alert) => Number(alert['timestamp']))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(now - 30 * DAY)
    const [one] = all as [Json]
    expect((await reader(`/cas/api/v1/alerts/${String(one['_id'])}/`)).json).toEqual(one)
  })

  behavior('documentation', 'are closed, and found by how they were closed', async () => {
    const [one] = rows(await list('alerts', { limit: 1 })) as [Json]
    const id = String(one['_id'])
    const body = { filters: { id: { eq: [id, 'nothing'] } }, comment: 'Traveling' }
    const closed = await manager('/api/v1/alerts/close_benign/', { method: 'POST', body })
    expect(closed.json).toMatchObject({ closed_benign: 1, alertsNotFound: ['nothing'] })
    const found = rows(await list('alerts', { filters: { resolutionStatus: { eq: [4] } } }))
    expect(found).toMatchObject([{ _id: id, statusValue: 2, comment: 'Traveling' }])
    expect((await reader('/api/v1/alerts/close_benign/', { method: 'POST', body })).status).toBe(403)
  })

  behavior('documentation', 'are filtered by severity, range of days, and what is not', async () => {
    const total = async (filters: object) => Number((await list('alerts', { filters, limit: 1 })).json['total'])
    const all = await total({})
    const low = await total({ severity: { eq: [0] } })
    expect([low > 0, low < all, await total({ severity: { neq: [0] } })]).toEqual([true, true, all - low])
    expect(await total({ date: { gte_ndays: 3 } })).toBe(await total({ date: { range: [{ start: now - 3 * DAY }] } }))
  })
})

describe('Defender for Cloud Apps: activities', () => {
  behavior('inferred', 'are the events of the audit feed, each once', async () => {
    const filters = { date: { gte: now - 2 * 3_600_000 }, service: { eq: [20_893] } }
    const answer = await list('activities', { filters })
    const truth = (await client.send('/_emu/ground-truth/audit')).json['Audit.Exchange']!['records']!
    const known = new Set([...truth].map(String))
    expect(rows(answer).length).toBeGreaterThan(10)
    expect(rows(answer).filter((activity) => !known.has(String(activity['_id'])))).toEqual([])
    const [one] = rows(answer) as [Json]
    expect((await reader(`/api/v1/activities/${String(one['_id'])}/`)).json).toEqual(one)
  })
})

describe('Defender for Cloud Apps: refusals', () => {
  it.each([
    ['a token for another API', () => client.graph('/api/v1/alerts/'), 401],
    ['no token', () => client.send('/api/v1/alerts/'), 401],
    ['an old token', () => client.send('/api/v1/alerts/', { headers: { authorization: 'Token abc' } }), 401],
    ['a page that is too large', () => list('alerts', { limit: 101 }), 400],
    ['a limit that is no number', () => list('alerts', { limit: 'many' }), 400],
    ['a filter that there is not', () => list('alerts', { filters: { mood: { eq: 1 } } }), 400],
    ['an operator that there is not', () => list('alerts', { filters: { severity: { like: 1 } } }), 400],
    ['filters that are none', () => list('alerts', { filters: [1] }), 400],
    ['a body that is no JSON', () => reader('/api/v1/alerts/', { method: 'POST', body: '{' }), 400],
    ['a field that nothing is sorted by', () => list('alerts', { sortField: 'mood' }), 400],
    ['closing nothing', () => manager('/api/v1/alerts/close_benign/', { method: 'POST', body: {} }), 400],
    ['an alert that there is not', () => reader('/api/v1/alerts/..%2F..%2Fetc'), 404],
    ['files, which are not here', () => reader('/api/v1/files/', { mayBeMissing: true }), 501],
  ])('%s', async (_, ask, status) => {
    const answer = await ask()
    expect([answer.status, typeof answer.json['detail']]).toEqual([status, 'string'])
  })

  behavior('documentation', 'the thirty-first request of a minute', async () => {
    const strict = await startEmulator({ live: 'off', throttle: 2 / 30 })
    const other = clientOf(strict)
    const ask = await other.withRoles(['Investigation.Read'], AUDIENCE)
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) statuses.push((await ask('/api/v1/alerts/?limit=1')).status)
    other.close()
    await strict.stop()
    expect(statuses).toEqual([200, 200, 429])
  })
})
