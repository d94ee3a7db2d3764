import { z } from 'zod'

import { historyOf, version } from '#collect/testing/history.ts'
import { GRAPH_WORDS, testFeed } from '#collect/testing/test-feed.ts'
import type { Emulator } from '#connect/testing/start-emulator.ts'

import { DEFENDER_FEEDS } from './feed.ts'

const DAY = 24 * 3_600_000
const Record = z.object({ id: z.string(), lastUpdateDateTime: z.string() })
const Application = z.object({ clientId: z.string(), secret: z.string() })

const LISTS = [
  { id: 'graph.alerts', path: '/security/alerts_v2', list: 'alerts' },
  { id: 'graph.incidents', path: '/security/incidents', list: 'incidents' },
]

for (const { id, path, list } of LISTS) {
  const feed = DEFENDER_FEEDS.find((each) => each.id === id)!
  const { permission } = feed.permissions[0]!
  testFeed(feed, {
    listing: `${path}\\?`,
    nextPage: `${path}.*skip=`,
    pageSize: 1,
    permission,
    words: GRAPH_WORDS,
    identity: (record) => {
      const { id: known, lastUpdateDateTime } = Record.parse(JSON.parse(record))
      return version(known, lastUpdateDateTime)
    },
    ...historyOf(list),
    lookbackMs: 10 * DAY,
    atLeast: 10,
    happen: (emulator) => assign(emulator, path, permission),
  })
}

/** Somebody takes on the newest. */
async function assign(emulator: Emulator, path: string, permission: string): Promise<void> {
  const roles = [permission.replace('.Read.', '.ReadWrite.')]
  const application = Application.parse(await emulator.request('/applications', { name: 'Analyst', roles }))
  const microsoft = emulator.client({ application })
  const what = 'Could not take it on.'
  const List = z.object({ value: z.tuple([z.object({ id: z.string() })]) })
  const { value } = await microsoft.json({ api: 'graph', path: `/v1.0${path}?$top=1`, what }, List)
  await microsoft.send({
    api: 'graph',
    method: 'PATCH',
    path: `/v1.0${path}/${value[0].id}`,
    body: { assignedTo: 'soc@contoso.example' },
    what,
  })
}
