import { expect, test } from 'vitest'
import { z } from 'zod'

import { historyOf, version } from '#collect/testing/history.ts'
import { GRAPH_WORDS, testFeed } from '#collect/testing/test-feed.ts'

import { SUBMISSION_FEEDS } from './feed.ts'

const DAY = 24 * 3_600_000
const Record = z.object({ id: z.string(), createdDateTime: z.string(), status: z.string() })
const Application = z.object({ clientId: z.string(), secret: z.string() })
const [feed] = SUBMISSION_FEEDS

testFeed(feed!, {
  listing: '/threatSubmission/emailThreats\\?',
  nextPage: '/threatSubmission/emailThreats.*skiptoken',
  pageSize: 1,
  permission: 'ThreatSubmission.Read.All',
  words: GRAPH_WORDS,
  identity: (record) => {
    const { id, createdDateTime, status } = Record.parse(JSON.parse(record))
    return version(id, createdDateTime, status)
  },
  ...historyOf('submissions'),
  lookbackMs: 2 * DAY,
  atLeast: 3,
  async happen(emulator) {
    const roles = ['ThreatSubmission.ReadWrite.All']
    const application = Application.parse(await emulator.request('/applications', { name: 'Analyst', roles }))
    await emulator.client({ application }).send({
      api: 'graph',
      method: 'POST',
      path: '/beta/security/threatSubmission/emailThreats',
      body: {
        '@odata.type': '#microsoft.graph.security.emailContentThreatSubmission',
        category: 'phishing',
        recipientEmailAddress: `someone@${emulator.tenants[0]!.domain}`,
        fileContent: Buffer.from('From: a@bad.example\r\nSubject: Pay\r\n\r\nhttps://bad.example/pay').toString(
          'base64',
        ),
      },
      what: 'Could not submit.',
    })
  },
})

test('leaves out results of the categories that were chosen, and keeps what has no result', () => {
  const exclusion = feed!.exclusion!(feed!.options!.parse({ excludedCategories: ['phishingSimulation'] }))!
  const record = (result: unknown): string => JSON.stringify({ id: '1', result })
  expect(exclusion(record({ category: 'phishingSimulation' }))).toBe('excludedCategories')
  expect(exclusion(record({ category: 'threatsFound' }))).toBeUndefined()
  expect(exclusion(record({ detail: 'underInvestigation' }))).toBeUndefined()
  expect(exclusion(record(null))).toBeUndefined()
  expect(feed!.exclusion!(feed!.options!.parse({}))).toBeUndefined()
})
