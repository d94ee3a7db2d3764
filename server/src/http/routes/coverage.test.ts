import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { until } from '#app/testing/cordon-process.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { connectCompany } from '#http/testing/connect-company.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

const HOUR = 3_600_000
const FEED = 'management-activity.DLP.All'

let emulator: Emulator
let cordon: Cordon
let tenant: string
let connectionId: string

beforeAll(async () => {
  emulator = await startEmulator(['--no-live', '--throttle', 'off'])
  cordon = await startCordon({ cloudFile: emulator.cloudFile })
  ;({ tenant, connectionId } = await connectCompany(cordon, emulator, [FEED]))
})
afterAll(async () => {
  await cordon?.stop()
  await emulator?.stop()
})

interface Window {
  from: string
  state: string
  updatedAt: string
  requestedAt?: string
  counts: { read: number }
}

async function windows(from: number, to: number): Promise<Window[]> {
  const range = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
  return (await cordon.call('GET', `${tenant}/coverage?${range}`)).body['windows'] as Window[]
}

const ask = (from: number, to: number, more: object = {}) =>
  cordon.call('POST', `${tenant}/coverage/back-fill`, {
    body: { connectionId, feed: FEED, from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...more },
  })

describe('coverage', () => {
  it('reads a span again when it is asked to, and stores nothing twice', async () => {
    const to = Math.floor(Date.now() / HOUR) * HOUR - 30 * HOUR
    const from = to - 3 * HOUR
    const before = await until(
      () => windows(from, to),
      (found) => found.length === 3 && found.every(({ state }) => state === 'complete'),
    )
    const { status, body } = await ask(from, to)
    expect([status, body['windows']]).toEqual([200, 3])
    const after = await until(
      () => windows(from, to),
      (found) => found.every(({ updatedAt, requestedAt }) => requestedAt !== undefined && updatedAt >= requestedAt),
    )
    expect(after.map(({ state, counts }) => [state, counts.read])).toEqual(
      before.map(({ state, counts }) => [state, counts.read]),
    )
  })

  it('says what cannot be asked for again', async () => {
    const now = Date.now()
    const old = await ask(now - 30 * 24 * HOUR, now - 20 * 24 * HOUR)
    expect([old.status, old.text]).toEqual([400, expect.stringContaining('Microsoft keeps')])
    const foreign = await ask(now - HOUR, now, { feed: 'graph.alerts' })
    expect(foreign.text).toContain('does not collect graph.alerts')
    expect((await ask(now - HOUR, now, { connectionId: crypto.randomUUID() })).status).toBe(404)
    const token = await cordon.token('analyst')
    const body = { connectionId, feed: FEED, from: new Date(now - HOUR).toISOString(), to: new Date(now).toISOString() }
    expect((await cordon.call('POST', `${tenant}/coverage/back-fill`, { token, body })).status).toBe(403)
  })

  it('is told to Prometheus', async () => {
    const { status, headers, text } = await cordon.call('GET', '/metrics')
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    const labels = `tenant="${emulator.tenants[0]!.id}",connection="${connectionId}",feed="${FEED}"`
    expect(text).toMatch(new RegExp(`^cordon_feed_windows\\{${labels},state="complete"\\} \\d+$`, 'm'))
    expect(text).toMatch(new RegExp(`^cordon_feed_records\\{${labels},outcome="kept"\\} \\d+$`, 'm'))
    expect(text).toMatch(new RegExp(`^cordon_feed_lag_seconds\\{${labels}\\} \\d`, 'm'))
    const told = text.split('\n').filter((line) => line.startsWith('# TYPE cordon_feed_'))
    expect(told).toHaveLength(3)
  })
})
