import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { FeedContext } from '#collect/feed.ts'
import { feedSettings } from '#collect/feed-settings.ts'
import { GRAPH_WORDS, testFeed } from '#collect/testing/test-feed.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'

import { checkMailbox } from './check-mailbox.ts'
import { PHISHING_MAILBOX_FEEDS } from './feed.ts'
import { PhishingMailboxOptions } from './options.ts'
import { exclusionBy, listReports } from './reports.ts'

const [feed] = PHISHING_MAILBOX_FEEDS
const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.parse('2026-11-20T08:00:00Z')
const MAILBOX = 'ulla.kingsley@harborfinch.example'
const Record = z.object({ id: z.string() })
const Application = z.object({ clientId: z.string(), secret: z.string() })
const Message = z.object({ id: z.string(), receivedDateTime: z.string() })

async function reader(emulator: Emulator, roles: string[]) {
  return Application.parse(await emulator.request('/applications', { name: 'Another', roles }))
}

testFeed(feed!, {
  listing: '/mailFolders/inbox/messages\\?',
  nextPage: '/mailFolders/inbox/messages.*skip=',
  pageSize: 1,
  reading: '/messages/[^/]+/\\$value',
  permission: 'Mail.Read',
  words: {
    ...GRAPH_WORDS,
    expired: {
      status: 404,
      body: { error: { code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' } },
      code: 'ErrorItemNotFound',
    },
  },
  identity: (record) => Record.parse(JSON.parse(record)).id,
  async truth(emulator, { from, to }) {
    const microsoft = emulator.client({ application: await reader(emulator, ['Mail.Read']) })
    const pages = microsoft.pages(
      {
        api: 'graph',
        path: `/v1.0/users/${MAILBOX}/mailFolders/inbox/messages?$select=id,receivedDateTime&$top=1000`,
        headers: { Prefer: 'IdType="ImmutableId"' },
        what: 'Could not list all mail.',
      },
      Message,
    )
    const all: z.infer<typeof Message>[] = []
    for await (const page of pages) all.push(...page)
    const at = ({ receivedDateTime }: z.infer<typeof Message>) => Date.parse(receivedDateTime)
    return all.filter((message) => at(message) >= from && at(message) < to).map(({ id }) => id)
  },
  async happen(emulator) {
    const microsoft = emulator.client({ application: await reader(emulator, ['Mail.Send']) })
    const toRecipients = [{ emailAddress: { address: MAILBOX } }]
    await microsoft.send({
      api: 'graph',
      method: 'POST',
      path: `/v1.0/users/${MAILBOX}/sendMail`,
      body: { message: { subject: 'Report', body: { contentType: 'text', content: 'Look' }, toRecipients } },
      what: 'Could not report.',
    })
  },
  lookbackMs: 6 * DAY,
  atLeast: 4,
  settings: { feedOptions: { 'graph.phishing-mailbox': { mailbox: MAILBOX } } },
})

test('without a mailbox the settings are refused', () => {
  expect(() => feedSettings({ feed: feed! })).toThrow(/mailbox/)
})

describe('a mailbox as it was set up', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator(['--no-live', '--throttle', 'off'])
  })
  afterAll(() => emulator.stop())
  beforeEach(() => emulator.request('/faults', undefined, 'DELETE'))

  async function contextOf(given: object, roles = ['Mail.Read']): Promise<FeedContext<PhishingMailboxOptions>> {
    return {
      microsoft: emulator.client({ application: await reader(emulator, roles) }),
      clock: { now: () => NOW },
      signal: new AbortController().signal,
      options: PhishingMailboxOptions.parse({ mailbox: MAILBOX, ...given }),
      settings: {},
    }
  }

  const check = async (given: object, roles?: string[]) => checkMailbox(await contextOf(given, roles))

  async function batches(given: object) {
    const all = []
    for await (const page of listReports(await contextOf(given), { from: NOW - 6 * DAY, to: NOW })) all.push(...page)
    return all
  }

  test('what its filter leaves out is counted under the name of the setting, and everything else is read', async () => {
    const [first, ...others] = await batches({})
    const filter = `receivedDateTime gt ${first!.availableAt}`
    const excludes = exclusionBy(PhishingMailboxOptions.parse({ mailbox: MAILBOX, filter }))!
    const kept: string[] = []
    const leftOut: unknown[] = []
    for (const batch of await batches({ filter })) {
      for await (const [record] of batch.read()) {
        const name = excludes(record!)
        if (name === undefined) kept.push(batch.id)
        else leftOut.push({ name, at: batch.availableAt })
      }
    }
    expect(leftOut).toEqual([{ name: 'filter', at: first!.availableAt }])
    expect(kept).toEqual(others.map(({ id }) => id))
    expect(kept.length).toBeGreaterThan(0)
  })

  test('nothing, where everything is right', async () => {
    expect(await check({ filter: "contains(subject,'phish')" })).toEqual([])
  })

  test("a filter that Microsoft refuses, in Microsoft's words", async () => {
    const [problem, ...more] = await check({ filter: 'subjekt eq 1' })
    expect(more).toEqual([])
    expect(problem).toMatchObject({ code: 'FEED_OPTIONS_INVALID', microsoft: { status: 400 } })
    expect(problem?.why).toBe(`${problem?.microsoft?.code}: ${problem?.microsoft?.message}`)
  })

  test('a mailbox that there is not', async () => {
    expect(await check({ mailbox: 'nobody@harborfinch.example' })).toMatchObject([
      { code: 'CONNECT_NOT_FOUND', why: expect.stringContaining('nobody@harborfinch.example has no mailbox') },
    ])
  })

  test('a folder that there is not', async () => {
    expect(await check({ folder: 'no-such-folder' })).toMatchObject([
      { code: 'FEED_OPTIONS_INVALID', why: expect.stringContaining('no folder no-such-folder') },
    ])
  })

  test('a permission that is missing, and a mailbox that a policy keeps the application out of', async () => {
    expect(await check({}, [])).toMatchObject([
      { code: 'CONNECT_PERMISSION_MISSING', fix: expect.stringContaining('add the application permission Mail.Read') },
    ])
    const blocked = { error: { code: 'ErrorAccessDenied', message: 'Access to OData is disabled: [RAOP] : Blocked.' } }
    await emulator.request('/faults', { match: { path: '/mailFolders/' }, do: { status: 403, body: blocked } })
    expect(await check({})).toMatchObject([
      {
        code: 'CONNECT_PERMISSION_MISSING',
        why: expect.stringContaining('a policy of Exchange keeps it out of this mailbox'),
        fix: expect.stringContaining(`Test-ServicePrincipalAuthorization -Resource ${MAILBOX}`),
      },
    ])
  })
})
