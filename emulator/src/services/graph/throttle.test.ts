import { afterEach, describe, expect } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Client } from '#testing/client.ts'
import type { EmulatorOptions } from '#index.ts'

let stop: () => Promise<void>

/** A cloud of its own for each test: what one has used up must not be missed by another. */
async function cloud(options: EmulatorOptions): Promise<Client> {
  const emulator = await startEmulator({ live: 'off', ...options })
  const client = clientOf(emulator)
  stop = async () => {
    client.close()
    await emulator.stop()
  }
  return client
}
afterEach(() => stop())

const times = async <T>(n: number, run: () => Promise<T>): Promise<T[]> => {
  const all: T[] = []
  for (let i = 0; i < n; i++) all.push(await run())
  return all
}

const mailboxOf = async ({ graph }: Client) => {
  const people = await graph('/v1.0/users?$top=1&$select=id')
  return `/v1.0/users/${String(people.json['value']![0]!['id'])}/messages?$top=1&$select=id`
}

describe('Graph throttling', () => {
  behavior('documentation', 'the directory counts resource units and says when to come back', async () => {
    // Six units in ten seconds.
    const { graph } = await cloud({ throttle: 6 / 5000 })
    const answers = await times(4, () => graph('/v1.0/users?$top=50'))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(answers[0]!.headers['x-ms-resource-unit']).toBe('2')
    const { headers, json } = answers[3]!
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(10)
    expect(headers['x-ms-throttle-information']).toBe('ResourceUnitLimitExceeded')
    expect(json['error']!['code']).toBe('TooManyRequests')
    expect(json['error']!['innerError']!['code']).toBe('429')
  })

  behavior('documentation', '$select and a small $top make a request cheaper, never free', async () => {
    const { graph } = await cloud({})
    const costs = await Promise.all(
      ['?$top=50', '?$top=50&$select=id', '?$top=5&$select=id', ''].map(
        async (query) => (await graph(`/v1.0/users${query}`)).headers['x-ms-resource-unit'],
      ),
    )
    expect(costs).toEqual(['2', '1', '1', '2'])
  })

  behavior('documentation', 'from four fifths of its limit on the directory says how much is used', async () => {
    const { graph } = await cloud({ throttle: 10 / 5000 })
    const answers = await times(5, () => graph('/v1.0/users?$top=50'))
    const percentages = answers.map(({ headers }) => headers['x-ms-throttle-limit-percentage'])
    expect(percentages).toEqual([undefined, undefined, undefined, undefined, '1.0'])
    expect(answers[4]!.headers['x-ms-throttle-scope']).toMatch(/^Tenant_Application\/Read\/[\w-]{36}\/[\w-]{36}$/)
  })

  behavior(
    'documentation',
    'one application has four requests under way at a mailbox, the fifth is refused',
    async () => {
      const client = await cloud({ latencyMs: 300 })
      const messages = await mailboxOf(client)
      const answers = await Promise.all(Array.from({ length: 6 }, () => client.graph(messages)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429, 429])
      const refused = answers.find(({ status }) => status === 429)!
      expect(refused.json['error']!['code']).toBe('ApplicationThrottled')
      expect(refused.headers['retry-after']).toBe('1')
      expect((await client.graph(messages)).status).toBe(200)
    },
  )

  behavior(
    'documentation',
    'what one application used up at a mailbox is not missed by another application',
    async () => {
      const client = await cloud({ throttle: 3 / 10_000 })
      // The directory's share of so low a limit is used up by the first look at it.
      const person = (await client.send('/_emu/ground-truth/phish')).json['recipients']![0]!['userPrincipalName']
      const path = `/v1.0/users/${String(person)}/messages?$top=1&$select=id`
      const mine = await times(4, () => client.graph(path))
      expect(mine.map(({ status }) => status)).toEqual([200, 200, 200, 429])
      expect((await client.auditor(path)).status).toBe(200)
    },
  )

  behavior('documentation', 'a part of a batch is refused on its own, with its own Retry-After', async () => {
    const client = await cloud({ throttle: 3 / 5000 })
    const requests = ['1', '2', '3', '4'].map((id) => ({ id, method: 'GET', url: '/users?$top=5&$select=id' }))
    const { status, json } = await client.graph('/v1.0/$batch', { method: 'POST', body: { requests } })
    const parts = [...json['responses']!]
    expect(status).toBe(200)
    expect(parts.map((part) => part['status']).sort()).toEqual([200, 200, 200, 429])
    const refused = parts.find((part) => Number(part['status']) === 429)!
    expect(Number(refused['headers']!['Retry-After'])).toBeGreaterThan(0)
  })

  behavior('documentation', 'a refused request counts as well', async () => {
    const { graph } = await cloud({ throttle: 2 / 5000 })
    const answers = await times(3, () => graph('/v1.0/users?$top=5&$select=id'))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers[2]!.headers['x-ms-throttle-limit-percentage']).toBe('1.5')
  })
})
