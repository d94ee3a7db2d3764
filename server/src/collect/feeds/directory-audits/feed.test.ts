import { z } from 'zod'

import { GRAPH_WORDS, testFeed } from '#collect/testing/test-feed.ts'
import { isoTime } from '#domain/clock.ts'

import { DIRECTORY_AUDITS } from './feed.ts'

const HOUR = 3_600_000
const Truth = z.object({ records: z.array(z.object({ id: z.string() })) })
const Record = z.object({ id: z.string() })

testFeed(DIRECTORY_AUDITS, {
  listing: '/v1.0/auditLogs/directoryAudits',
  nextPage: '/v1.0/auditLogs/directoryAudits.*skiptoken',
  pageSize: 10,
  lookbackMs: 20 * HOUR,
  permission: 'AuditLog.Read.All',
  words: GRAPH_WORDS,
  identity: (record) => Record.parse(JSON.parse(record)).id,
  truth: async (emulator, { from, to }) => {
    const span = `from=${isoTime(from)}&to=${isoTime(to)}`
    return Truth.parse(await emulator.request(`/ground-truth/logs/directoryAudit?${span}`)).records.map(({ id }) => id)
  },
})
