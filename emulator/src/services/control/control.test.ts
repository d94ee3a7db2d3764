import { readFile } from 'node:fs/promises'
import { connect } from 'node:tls'

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Client } from '#testing/client.ts'
import type { Emulator } from '#index.ts'
import type { FaultRule } from '#faults/rules.ts'

let emulator: Emulator
let client: Client

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off' })
  client = clientOf(emulator, { judged: false })
})
beforeEach(() => client.send('/_emu/reset', { method: 'POST' }))
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const arm = (...rules: FaultRule[]) => client.send('/_emu/faults', { method: 'POST', body: { rules } })
const health = () => client.graph('/v1.0/organization')

describe('faults', () => {
  it('answer instead of the service, as often as told, with the headers told', async () => {
    await arm({
      match: { service: 'graph', path: '^/v1\\.0/organization', times: 2 },
      do: { status: 429, headers: { 'Retry-After': '7' }, body: { error: { code: 'TooManyRequests' } } },
    })
    const answers = [await health(), await health(), await health()]
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200])
    expect(answers[0]!.headers['retry-after']).toBe('7')
  })

  it('strike the n-th request only', async () => {
    await arm({ match: { service: 'graph', nth: 2 }, do: { status: 503 } })
    expect([(await health()).status, (await health()).status, (await health()).status]).toEqual([200, 503, 200])
  })

  it('strike by chance in the same way for the same seed', async () => {
    const run = async () => {
      await client.send('/_emu/faults', { method: 'DELETE' })
      await arm({ match: { service: 'graph', probability: 0.5, seed: 3 }, do: { status: 500 } })
      const statuses: number[] = []
      for (let i = 0; i < 12; i++) statuses.push((await health()).status)
      return statuses
    }
    const first = await run()
    expect(new Set(first)).toEqual(new Set([200, 500]))
    expect(await run()).toEqual(first)
  })

  it('strike by chance each for itself, whatever the seed', async () => {
    const firstStruck = async (seed: number) => {
      await client.send('/_emu/faults', { method: 'DELETE' })
      for (const status of [500, 503]) {
        await arm({ match: { service: 'graph', probability: 0.3, seed }, do: { status } })
      }
      let { status } = await health()
      while (status === 200) status = (await health()).status
      return status
    }
    const struck = new Set<number>()
    for (let seed = 0; seed < 10; seed++) struck.add(await firstStruck(seed))
    expect(struck).toEqual(new Set([500, 503]))
  })

  it('cut the connection before, during and after the work', async () => {
    await arm({ match: { service: 'graph', times: 1 }, do: { reset: true } })
    await expect(health()).rejects.toThrow(/socket hang up|ECONNRESET/)
    await arm({ match: { service: 'graph', times: 1 }, do: { truncate: true } })
    await expect(health()).rejects.toThrow(/aborted|hang up|ECONNRESET/)
    const [one] = [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!]
    await arm({ match: { path: 'permanentDelete', times: 1 }, do: { dropAfterCommit: true } })
    const path = `/v1.0/users/${one!['userId']}/messages/${one!['messageId']}/permanentDelete`
    await expect(client.graph(path, { method: 'POST' })).rejects.toThrow(/hang up|ECONNRESET/)
    const after = [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!][0]!
    expect(after['folderKey']).toBe('recoverableitemspurges')
  })

  it('cut the connection even while the answer before is still on its way', async () => {
    await arm({ match: { path: 'first' }, do: { delayMs: 100 } }, { match: { path: 'second' }, do: { reset: true } })
    const { hostname: host, port } = new URL(emulator.url)
    const socket = connect({ host, port: Number(port), ca: await readFile(emulator.caFile) })
    const ask = (name: string) => `GET /v1.0/${name} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`
    // Both at once: the second is struck while the first is being answered.
    socket.on('error', () => undefined).resume()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(ask('first') + ask('second'))
    await closed
    const { rules } = (await client.send('/_emu/faults')).json
    expect([...rules!].map(({ struck }) => struck)).toEqual([1, 1])
  })

  it('strike by what a request holds, where all go to one path', async () => {
    const search = (queryString: string) =>
      client.graph('/v1.0/search/query', { method: 'POST', body: { requests: [{ query: { queryString } }] } })
    await arm({ match: { body: 'invoice' }, do: { status: 503 } })
    expect((await search('invoice')).status).toBe(503)
    expect((await search('other')).status).not.toBe(503)
  })

  it('spoil an answer so that it is no JSON', async () => {
    await arm({ match: { service: 'graph', times: 1 }, do: { badJson: true } })
    const answer = await health()
    expect([answer.status, answer.json]).toEqual([200, undefined])
  })

  it('show the last entry of a list twice, and do twice what is written', async () => {
    await arm({ match: { method: 'GET', times: 1 }, do: { duplicate: true } })
    const once = [...(await client.graph('/v1.0/users?$top=3')).json['value']!]
    expect(once.map((user) => user['id'])).toEqual([
      expect.anything(),
      expect.anything(),
      once[2]!['id'],
      once[2]!['id'],
    ])
    const [one] = [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!]
    await arm({ match: { path: 'permanentDelete' }, do: { duplicate: true } })
    const path = `/v1.0/users/${one!['userId']}/messages/${one!['messageId']}/permanentDelete`
    expect((await client.graph(path, { method: 'POST' })).status).toBe(404)
  })

  it('answer a read with what it answered before', async () => {
    const [one] = [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!]
    const path = `/v1.0/users/${one!['userId']}/messages/${one!['immutableId']}`
    await arm({ match: { method: 'GET', path: 'messages', nth: 2 }, do: { staleRead: true } })
    const read = async () => (await client.graph(path)).json['isRead']
    const before = await read()
    await client.graph(path, { method: 'PATCH', body: { isRead: !before } })
    expect([await read(), await read()]).toEqual([before, !before])
  })

  it('give lists of Graph in pages as small as told, whatever was asked for', async () => {
    await arm({ match: { path: '/v1\\.0/users' }, do: { pageSize: 3 } })
    const first = await client.graph('/v1.0/users?$top=999')
    const { pathname, search } = new URL(String(first.json['@odata.nextLink']))
    const second = await client.graph(`${pathname}${search}`)
    const ids = [...first.json['value']!, ...second.json['value']!].map(({ id }) => id)
    expect(new Set(ids).size).toBe(6)
  })

  it('strike one application or one tenant only', async () => {
    const { applications, id } = client.tenant
    await arm({ match: { app: applications[1]!.clientId, tenant: id }, do: { status: 503 } })
    const users = '/v1.0/users?$top=1'
    expect([(await client.graph(users)).status, (await client.auditor(users)).status]).toEqual([200, 503])
  })

  it('are refused with everything that is wrong with them', async () => {
    const rules = [
      { match: { nth: 0, agent: 'curl' }, do: { status: 99 } },
      { do: { reset: 'yes' }, when: 1 },
    ]
    const answer = await client.send('/_emu/faults', { method: 'POST', body: { rules } })
    const message = String(answer.json['error']!['message'])
    expect(answer.status).toBe(400)
    for (const place of [
      'rules[0].match.nth',
      'rules[0].match.agent',
      'rules[0].do.status',
      'rules[1].do.reset',
      'rules[1].when',
    ])
      expect(message).toContain(place)
  })

  it('are refused when they say nothing, or match by no regular expression', async () => {
    expect((await client.send('/_emu/faults', { method: 'POST', body: { rules: [{}] } })).status).toBe(400)
    expect((await arm({ match: { path: '(' }, do: { status: 500 } })).status).toBe(400)
  })
})

describe('the control doors', () => {
  it('move the clock forward only', async () => {
    const before = Date.parse(String((await client.send('/_emu/health')).json['now']))
    const answer = await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 3_600_000 } })
    expect(Date.parse(String(answer.json['now'])) - before).toBeGreaterThanOrEqual(3_600_000)
    expect((await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: -1 } })).status).toBe(400)
  })

  it('journal what was asked, unimplemented routes marked, credentials left out', async () => {
    await client.graph('/v1.0/deviceManagement')
    const entries = [...(await client.send('/_emu/journal?limit=5')).json['entries']!]
    // Answers that a test before has put off come in when they will.
    expect(entries.find(({ url }) => String(url) === '/v1.0/deviceManagement')).toMatchObject({
      service: 'graph',
      method: 'GET',
      status: 501,
      note: 'not implemented',
    })
    expect(JSON.stringify(entries)).not.toContain('Bearer')
  })

  it('undo everything on reset', async () => {
    const made = await client.send('/_emu/applications', { method: 'POST', body: { roles: ['Mail.Read'] } })
    await arm({ match: { service: 'graph' }, do: { status: 500 } })
    await client.send('/_emu/reset', { method: 'POST' })
    expect((await health()).status).toBe(200)
    const token = await client.tokenFor(
      String(made.json['clientId']),
      String(made.json['secret']),
      'https://graph.microsoft.com',
    )
    expect(token).toBe('undefined')
  })

  it('tell where the phish lies and what the scenarios did', async () => {
    const phish = (await client.send('/_emu/ground-truth/phish')).json
    expect(phish['recipients']).toHaveLength(23)
    expect(
      [...phish['recipients']!].map((one) => String(one['folder'])).filter((folder) => folder !== 'Inbox'),
    ).toEqual(['Invoices', 'Junk Email'])
    const scenarios = [...(await client.send('/_emu/ground-truth/scenarios')).json['scenarios']!]
    expect(scenarios.map((one) => one['id'])).toEqual(['phish-campaign', 'account-takeover'])
    expect((await client.send('/_emu/ground-truth/phish?tenant=nobody')).status).toBe(404)
  })

  it('tell what a log holds of a span', async () => {
    const { now } = (await client.send('/_emu/health')).json
    const hour = (ago: number) => new Date(Date.parse(String(now)) - ago * 3_600_000).toISOString()
    const told = async (from: number, to: number) => {
      const { json } = await client.send(`/_emu/ground-truth/logs/signIn?from=${hour(from)}&to=${hour(to)}`)
      return [...json['records']!].map(({ id }) => String(id))
    }
    expect((await told(3, 1)).length).toBeGreaterThan(100)
    expect(await told(3, 1)).toEqual([...(await told(3, 2)), ...(await told(2, 1))])
    expect((await client.send('/_emu/ground-truth/logs/nothing')).status).toBe(404)
    expect((await client.send('/_emu/ground-truth/logs/signIn?from=once')).status).toBe(400)
  })

  it('refuse roles that no API has', async () => {
    expect((await client.send('/_emu/applications', { method: 'POST', body: { roles: ['Everything'] } })).status).toBe(
      400,
    )
  })
})
