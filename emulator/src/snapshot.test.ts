import { afterEach, describe, expect, it } from 'vitest'

import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Client } from '#testing/client.ts'
import type { EmulatorOptions } from '#index.ts'

const stops: (() => Promise<void>)[] = []

async function cloud(options: EmulatorOptions): Promise<Client> {
  const emulator = await startEmulator(options)
  const client = clientOf(emulator)
  stops.push(async () => {
    client.close()
    await emulator.stop()
  })
  return client
}
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

const BIRTH = { seed: 7, epoch: Date.parse('2026-11-20T14:00:00Z'), frozen: true } as const
const HOUR = 3_600_000

/** A day's work: reads of many kinds, a move, a purge, an hour that passes, a new application. Gives every answer's body. */
async function work({ graph, activity, send, feed }: Client): Promise<string[]> {
  const victim = [...(await send('/_emu/ground-truth/phish')).json['recipients']!][3]!
  const user = `/v1.0/users/${String(victim['userId'])}`
  const paths = [
    '/v1.0/users?$top=200',
    '/v1.0/organization',
    `${user}/messages?$top=60`,
    `${user}/mailFolders?$top=50`,
  ]
  const bodies: string[] = []
  const keep = async (answer: Promise<{ body: Buffer; status: number }>) => {
    const { status, body } = await answer
    // The origin has this run's port.
    bodies.push(`${status} ${body.toString('utf8').replaceAll(/127\.0\.0\.1:\d+/g, 'origin')}`)
  }
  for (const path of paths) await keep(graph(path))
  const start = (type: string) => activity(`${feed}/subscriptions/start?contentType=${type}`, { method: 'POST' })
  await keep(start('Audit.Exchange'))
  await keep(activity(`${feed}/subscriptions/content?contentType=Audit.Exchange`))
  const message = `${user}/messages/${String(victim['messageId'])}`
  await keep(graph(`${message}/move`, { method: 'POST', body: { destinationId: 'archive' } }))
  await keep(graph(`${user}/messages/${String(victim['immutableId'])}/permanentDelete`, { method: 'POST' }))
  await send('/_emu/clock', { method: 'POST', body: { advanceMs: HOUR } })
  await keep(activity(`${feed}/subscriptions/content?contentType=Audit.Exchange`))
  for (const path of paths) await keep(graph(path))
  return bodies
}

const journal = async ({ send }: Client) => (await send('/_emu/journal?limit=1000&timing=false')).body.toString('utf8')

describe('a cloud with a standing clock', () => {
  it('gives byte for byte the same world, answers and journal again', async () => {
    const [one, two] = [await cloud(BIRTH), await cloud(BIRTH)]
    expect(await work(one)).toEqual(await work(two))
    expect(await journal(one)).toBe(await journal(two))
    const history = async ({ send }: Client) => (await send('/_emu/snapshot')).body.toString('utf8')
    expect(await history(one)).toBe(await history(two))
  })

  it('gives another world for another seed', async () => {
    const [one, two] = [await cloud(BIRTH), await cloud({ ...BIRTH, seed: 8 })]
    expect(await work(one)).not.toEqual(await work(two))
  })
})

describe('a snapshot', () => {
  it('brings another emulator to the same state', async () => {
    const one = await cloud(BIRTH)
    await work(one)
    const snapshot = await one.send('/_emu/snapshot')
    const two = await cloud(BIRTH)
    const put = await two.send('/_emu/snapshot', { method: 'PUT', body: snapshot.json as object })
    expect(put.status).toBe(204)
    const now = async ({ send }: Client) => (await send('/_emu/ground-truth/phish')).body.toString('utf8')
    expect(await now(two)).toBe(await now(one))
    expect((await two.send('/_emu/health')).body).toEqual((await one.send('/_emu/health')).body)
    expect((await two.send('/_emu/snapshot')).body).toEqual(snapshot.body)
  })

  it('of another cloud is refused, as is anything that is no snapshot, and nothing changes', async () => {
    const one = await cloud(BIRTH)
    await work(one)
    const snapshot = (await one.send('/_emu/snapshot')).json
    const put = (body: object) => one.send('/_emu/snapshot', { method: 'PUT', body })
    const other = await put({ ...snapshot, seed: 8 })
    expect([other.status, other.json['error']!['message']]).toEqual([
      409,
      'It is of another cloud: seed 8 instead of 7.',
    ])
    for (const wrong of [{}, { ...snapshot, format: 2 }, { ...snapshot, changes: [1] }, { ...snapshot, epoch: 'now' }])
      expect((await put(wrong)).status).toBe(400)
    expect((await one.send('/_emu/snapshot')).json).toEqual(snapshot)
  })

  it('says nothing of the secrets that the data folder was made with', async () => {
    const one = await cloud(BIRTH)
    const text = (await one.send('/_emu/snapshot')).body.toString('utf8')
    for (const { secret } of one.tenant.applications) expect(text).not.toContain(secret)
  })
})
