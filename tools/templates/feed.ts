import { camelCase, type Kind, sentence } from './kind.ts'

/** A feed over a Graph collection, read page by page; its test lets the emulator play recorded pages. */
export const feed: Kind = {
  name: /^[a-z0-9]+(-[a-z0-9]+)+$/,
  example: 'graph-secure-scores',
  files: (name) => {
    const folder = `server/src/collect/feeds/${name}`
    const [api, ...resource] = name.split('-')
    const collection = camelCase(resource.join('-'))
    return {
      [`${folder}/feed.ts`]: `import { defineFeed, type Feed } from '#collect/feed.ts'
import { filterOf, listGraph, recordIn } from '#collect/graph-list.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'

/** What these records are, how late Microsoft publishes them, and which page says so. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const PERMISSION = 'AuditLog.Read.All'

export const ${camelCase(name)}: Feed = defineFeed({
  id: '${api}.${resource.join('-')}',
  title: '${sentence(resource.join('-'))}',
  // Name the dataset of your records; \`npm run new normalizer <dataset>\` makes one.
  dataset: 'o365.audit',
  api: 'graph',
  permissions: [
    { resource: RESOURCE_TITLES.graph, permission: PERMISSION, why: 'What Cordon does with it, in one sentence.' },
  ],
  lateness: 'How late records are, as Microsoft says.',
  windowing: {
    windowMs: HOUR,
    retentionMs: 30 * DAY,
    overlapMs: 30 * MINUTE,
    reconcileMs: DAY,
    settleMs: MINUTE,
  },
  source: {
    list: (context, span) =>
      listGraph(
        context,
        {
          path: \`/v1.0/${collection}?\${filterOf('createdDateTime', span)}&$orderby=createdDateTime&$top=1000\`,
          what: 'Could not list ${sentence(resource.join('-')).toLowerCase()}.',
          permission: PERMISSION,
        },
        recordIn(span, 'createdDateTime'),
      ),
  },
})
`,
      [`${folder}/pages/first.json`]: `${JSON.stringify(
        {
          value: [
            { id: 'a1', createdDateTime: '2026-01-01T08:30:00Z' },
            { id: 'a2', createdDateTime: '2026-01-01T08:31:00Z' },
          ],
        },
        undefined,
        2,
      )}\n`,
      [`${folder}/feed.test.ts`]: `import { readFileSync } from 'node:fs'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { collectFeed } from '#collect/runner.ts'
import { createMemoryLedger } from '#collect/testing/memory-ledger.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { NO_COUNTS } from '#domain/outcome.ts'

import { ${camelCase(name)} as feed } from './feed.ts'

/** Recorded from Microsoft's page, until the emulator serves this resource: then use \`testFeed\`, the whole contract. */
const page = JSON.parse(readFileSync(new URL('pages/first.json', import.meta.url), 'utf8')) as { value: { id: string }[] }
const clock = { now: () => Date.parse('2026-01-01T10:00:00Z') }

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
  await emulator.request('/faults', { match: { path: '/v1.0/${collection}' }, do: { status: 200, body: page } })
})
afterAll(() => emulator.stop())

it('stores every record of a page once, also when it passes twice', async () => {
  const microsoft = emulator.client()
  const ledger = createMemoryLedger()
  const stored = new Map<string, string[]>()
  const pass = () =>
    collectFeed({
      feed,
      key: { tenantId: microsoft.tenantId, connectionId: 'connection-1', feed: feed.id },
      microsoft,
      ledger,
      clock,
      signal: new AbortController().signal,
      lookbackMs: 2 * 3_600_000,
      async ingest({ token, records }) {
        stored.set(token, records)
        return { ...NO_COUNTS, read: records.length, kept: records.length }
      },
    })
  expect((await pass()).failures).toEqual([])
  await pass()
  const ids = [...stored.values()].flat().map((text) => (JSON.parse(text) as { id: string }).id)
  expect(ids).toEqual(page.value.map(({ id }) => id))
})
`,
    }
  },
  list: {
    file: 'server/src/collect/feeds/index.ts',
    specifier: (name) => `./${name}/feed.ts`,
    identifier: camelCase,
  },
  next: (name) => [
    `Say in server/src/collect/feeds/${name}/feed.ts what the resource is called, what it needs and how late it is.`,
    'Serve the resource in emulator/src/services, from Microsoft’s page; then replace the test by `testFeed`, as management-activity has it.',
    `npm test -- server/src/collect/feeds/${name}`,
  ],
}
