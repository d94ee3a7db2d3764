import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { GRAPH_WORDS, testFeed } from '#collect/testing/test-feed.ts'
import { isoTime } from '#domain/clock.ts'

const HOUR = 3_600_000
const Truth = z.object({ records: z.array(z.object({ id: z.string() })) })
const Record = z.object({ id: z.string() })

/** By stream: the emulator's log, and how much of it makes a good test. */
const LOGS = {
  interactive: { surface: 'signIn', lookbackMs: 2 * HOUR, atLeast: 1000 },
  'non-interactive': { surface: 'signIn.nonInteractiveUser', lookbackMs: 2 * HOUR, atLeast: 1000 },
  'service-principal': { surface: 'signIn.servicePrincipal', lookbackMs: 6 * HOUR, atLeast: 80 },
  'managed-identity': { surface: 'signIn.managedIdentity', lookbackMs: 6 * HOUR, atLeast: 40 },
}

/** The contract suite for one stream. */
export function testSignIns(feed: Feed): void {
  const { surface, ...amount } = LOGS[feed.id.slice('graph.sign-ins.'.length) as keyof typeof LOGS]
  testFeed(feed, {
    ...amount,
    listing: '/beta/auditLogs/signIns',
    nextPage: '/beta/auditLogs/signIns.*skiptoken',
    pageSize: ['signIn', 'signIn.nonInteractiveUser'].includes(surface) ? 50 : 2,
    permission: 'AuditLog.Read.All',
    license: 'Microsoft Entra ID P1',
    words: GRAPH_WORDS,
    identity: (record) => Record.parse(JSON.parse(record)).id,
    truth: async (emulator, { from, to }) => {
      const span = `from=${isoTime(from)}&to=${isoTime(to)}`
      return Truth.parse(await emulator.request(`/ground-truth/logs/${surface}?${span}`)).records.map(({ id }) => id)
    },
  })
}
