import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let user: string

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off', epoch: Date.parse('2026-11-20T14:00:00Z'), frozen: true })
  client = clientOf(emulator)
  user = `/v1.0/users/${String((await client.graph('/v1.0/users?$top=1')).json['value']![0]!['id'])}`
})
beforeEach(() => client.send('/_emu/reset', { method: 'POST' }))
afterAll(async () => {
  client.close()
  await emulator.stop()
})

interface Round {
  entries: Json[]
  pages: number
  link: string
}

async function round(path: string, headers: Record<string, string> = {}): Promise<Round> {
  const entries: Json[] = []
  for (let [next, pages] = [path, 1]; ; pages++) {
    const { json, status } = await client.graph(next, { headers })
    expect(status).toBe(200)
    entries.push(...json['value']!)
    if (json['@odata.deltaLink']) return { entries, pages, link: String(json['@odata.deltaLink']) }
    next = String(json['@odata.nextLink'])
  }
}

const inbox = () => `${user}/mailFolders/inbox/messages/delta`
const move = async (id: unknown, destinationId: string) =>
  (await client.graph(`${user}/messages/${String(id)}/move`, { method: 'POST', body: { destinationId } })).json
const patch = (id: unknown, body: object) => client.graph(`${user}/messages/${String(id)}`, { method: 'PATCH', body })

describe('message delta', () => {
  behavior('documentation', 'gives the whole folder in pages first, then nothing until something changes', async () => {
    const { totalItemCount } = (await client.graph(`${user}/mailFolders/inbox`)).json
    const first = await round(`${inbox()}?$select=subject`, { Prefer: 'odata.maxpagesize=7' })
    expect(first.entries).toHaveLength(Number(totalItemCount))
    expect(first.pages).toBe(Math.ceil(Number(totalItemCount) / 7))
    expect(new Set(first.entries.map(({ id }) => String(id))).size).toBe(first.entries.length)
    expect(first.link).toContain('$deltatoken=')
    expect((await round(first.link)).entries).toEqual([])
  })

  behavior('documentation', 'tells what changed, what went and what came, each in its folder', async () => {
    const [here, there] = [await round(inbox()), await round(`${user}/mailFolders/archive/messages/delta`)]
    const [one, two] = here.entries
    await patch(one!['id'], { categories: ['Seen'] })
    const moved = await move(two!['id'], 'archive')
    const next = await round(here.link)
    expect(next.entries).toHaveLength(2)
    expect(next.entries.find(({ id }) => String(id) === String(one!['id']))).toMatchObject({ categories: ['Seen'] })
    expect(next.entries.find(({ id }) => String(id) === String(two!['id']))).toMatchObject({
      '@removed': { reason: 'deleted' },
    })
    const came = (await round(there.link)).entries
    expect(came.map(({ id }) => id)).toEqual([moved['id']])
    expect((await round(next.link)).entries).toEqual([])
  })

  behavior(
    'inferred',
    'tells a message that went and came back as gone under its old id and new under another',
    async () => {
      const first = await round(inbox())
      const { id } = first.entries[0]!
      const back = await move((await move(id, 'archive'))['id'], 'inbox')
      const { entries } = await round(first.link)
      expect(entries.map((entry) => [entry['id'], '@removed' in entry])).toEqual([
        [id, true],
        [back['id'], false],
      ])
      const immutable = { Prefer: 'IdType="ImmutableId"' }
      expect((await round(first.link, immutable)).entries.map((entry) => '@removed' in entry)).toEqual([false])
    },
  )

  behavior('documentation', 'can be asked for what was created, updated or deleted alone', async () => {
    const rounds = await Promise.all(
      ['created', 'updated', 'deleted'].map((type) => round(`${inbox()}?changeType=${type}`)),
    )
    expect(rounds.map(({ entries }) => entries.length > 0)).toEqual([true, false, false])
    const [a, b] = rounds[0]!.entries
    await patch(a!['id'], { isRead: true, categories: ['x'] })
    await client.graph(`${user}/messages/${String(b!['id'])}`, { method: 'DELETE' })
    const next = await Promise.all(rounds.map(({ link }) => round(link)))
    expect(next.map(({ entries }) => entries.map(({ id }) => id))).toEqual([[], [a!['id']], [b!['id']]])
  })

  behavior('documentation', 'filters by receivedDateTime with ge and gt only, and takes no $search', async () => {
    const since = `receivedDateTime ge 2026-11-15T00:00:00Z`
    const { entries, link } = await round(`${inbox()}?$filter=${encodeURIComponent(since)}`)
    expect(entries.length).toBeGreaterThan(0)
    expect(entries.every(({ receivedDateTime }) => String(receivedDateTime) >= '2026-11-15')).toBe(true)
    expect((await round(link)).entries).toEqual([])
    const refused = async (options: string) => (await client.graph(`${inbox()}?${options}`)).status
    expect(await refused('$filter=isRead%20eq%20true')).toBe(400)
    expect(await refused('$filter=receivedDateTime%20le%202026-11-15T00:00:00Z')).toBe(400)
    expect(await refused('$search=%22a%22')).toBe(400)
    expect(await refused('$orderby=subject')).toBe(400)
    expect(await refused('changeType=moved')).toBe(400)
  })

  behavior(
    'documentation',
    'answers 410 to a token that is no longer known, and 400 to one that never was',
    async () => {
      const { entries } = await round(inbox())
      await patch(entries[0]!['id'], { isRead: true })
      const { link } = await round(inbox())
      await client.send('/_emu/reset', { method: 'POST' })
      const dead = await client.graph(link)
      expect([dead.status, dead.json['error']!['code']]).toEqual([410, 'SyncStateNotFound'])
      const made = await client.graph(`${inbox()}?$deltatoken=abc`)
      expect([made.status, made.json['error']!['code']]).toEqual([400, 'SyncStateInvalid'])
      const other = (await round(`${user}/mailFolders/drafts/messages/delta`)).link.split('$deltatoken=')[1]
      expect((await client.graph(`${inbox()}?$deltatoken=${other}`)).status).toBe(400)
    },
  )

  it('loses nothing that changes while its pages are read', async () => {
    const first = await client.graph(inbox(), { headers: { Prefer: 'odata.maxpagesize=5' } })
    const [gone] = [...first.json['value']!]
    await move(gone!['id'], 'archive')
    const rest = await round(String(first.json['@odata.nextLink']), { Prefer: 'odata.maxpagesize=5' })
    const after = await round(rest.link)
    const seen = new Set([...first.json['value']!, ...rest.entries].map(({ id }) => String(id)))
    for (const { id } of after.entries) seen.delete(String(id))
    const now = await client.graph(`${user}/mailFolders/inbox/messages?$top=1000&$select=id`)
    const there = [...now.json['value']!].map(({ id }) => String(id))
    expect([...seen].sort()).toEqual(there.sort())
  })
})

describe('folder delta', () => {
  behavior('documentation', 'gives all folders, then those made and deleted', async () => {
    const path = `${user}/mailFolders/delta`
    const first = await round(path)
    expect(first.entries.map(({ displayName }) => displayName)).toContain('Inbox')
    const made = (await client.graph(`${user}/mailFolders`, { method: 'POST', body: { displayName: 'New' } })).json
    const second = await round(first.link)
    expect(second.entries.map(({ id }) => id)).toEqual([made['id']])
    await client.graph(`${user}/mailFolders/${String(made['id'])}/permanentDelete`, { method: 'POST' })
    expect((await round(second.link)).entries).toEqual([{ id: made['id'], '@removed': { reason: 'deleted' } }])
  })
})
