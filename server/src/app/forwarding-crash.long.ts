import { afterAll, expect, test } from 'vitest'

import { startHttpReceiver } from '#forward/testing/receiver.ts'
import { startConnectedCordon } from './testing/connected-cordon.ts'
import { until } from './testing/cordon-process.ts'
import { eventIds } from './testing/stored-events.ts'

/** `kill -9` while events are collected and sent on, again and again: each arrives. */

const FEEDS = ['management-activity.Audit.General', 'management-activity.DLP.All']

const cordon = await startConnectedCordon({ feeds: FEEDS })
const { emulator, tenant } = cordon
afterAll(() => cordon.close())

async function truth(): Promise<Set<string>> {
  const contents = (await emulator.request('/ground-truth/audit')) as Record<string, { records: string[] }>
  const records = FEEDS.flatMap((feed) => contents[feed.replace('management-activity.', '')]!.records)
  return new Set(records.map((id) => id.toLowerCase()))
}

test('killed while it sends on, it loses no event, and one that knows identities has none twice', async () => {
  const wanted = await truth()
  const known = new Set<string>()
  const receiver = await startHttpReceiver({
    options: (url) => ({ url, authentication: 'none' }),
    handle({ body, taken }) {
      const items = body.split('\n').flatMap((line, n) => {
        if (n % 2 === 0) return []
        const document = JSON.parse(line) as { event: { id: string } }
        const isKnown = known.has(document.event.id)
        known.add(document.event.id)
        if (!isKnown) taken(document)
        return [{ create: { status: isKnown ? 409 : 201 } }]
      })
      return { status: 200, body: { items } }
    },
  })
  await cordon.call('POST', `${tenant}/destinations`, {
    name: 'SIEM',
    kind: 'elasticsearch',
    options: receiver.options,
    from: 'beginning',
  })
  const sent = async () => known.size
  const killedAt: number[] = []
  for (const share of [0.05, 0.3, 0.6]) {
    killedAt.push(await until(sent, (size) => size >= wanted.size * share))
    await cordon.killAndStart()
  }
  // The first kill at least found it at work: some was sent, and not all.
  expect(killedAt[0]).toBeLessThan(wanted.size)
  // Step by step: each has its own patience.
  for (const share of [0.7, 0.8, 0.9, 1]) await until(sent, (size) => size >= wanted.size * share)
  expect(new Set(receiver.taken)).toEqual(wanted)
  expect(receiver.taken).toHaveLength(wanted.size)
  expect(new Set(await eventIds(cordon, tenant))).toEqual(wanted)
  await receiver.close()
}, 900_000)
