import { z } from 'zod'

import { GRAPH_WORDS, testFeed } from '#collect/testing/test-feed.ts'
import type { Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime } from '#domain/clock.ts'

import { IDENTITY_PROTECTION_FEEDS } from './feed.ts'

const DAY = 24 * 3_600_000
const Application = z.object({ clientId: z.string(), secret: z.string() })
const Detection = z.object({ id: z.string(), userId: z.string(), lastUpdatedDateTime: z.string() })
const User = z.object({ id: z.string(), riskLastUpdatedDateTime: z.string() })
const Truth = z.object({ detections: z.array(Detection.omit({ userId: true })), users: z.array(User) })

const idOfDetection = ({ id, lastUpdatedDateTime }: z.infer<typeof Truth>['detections'][number]) =>
  `${id} ${lastUpdatedDateTime}`
const idOfUser = ({ id, riskLastUpdatedDateTime }: z.infer<typeof User>) => `${id} ${riskLastUpdatedDateTime}`

/** An administrator says of all who were detected that it was they: that changes the users and the detections. */
async function dismiss(emulator: Emulator): Promise<void> {
  const graph = { api: 'graph', what: 'Could not dismiss.' } as const
  const roles = ['IdentityRiskEvent.Read.All', 'IdentityRiskyUser.ReadWrite.All']
  const application = Application.parse(await emulator.request('/applications', { name: 'Administrator', roles }))
  const client = emulator.client({ application })
  const path = '/v1.0/identityProtection/riskDetections?$top=500'
  for await (const detections of client.pages({ ...graph, path }, Detection)) {
    const userIds = [...new Set(detections.map(({ userId }) => userId))]
    if (userIds.length > 0) {
      const dismissing = {
        method: 'POST',
        path: '/v1.0/identityProtection/riskyUsers/dismiss',
        body: { userIds },
      } as const
      await client.send({ ...graph, ...dismissing })
    }
  }
}

const COMMON = {
  nextPage: '/identityProtection/risk.*skiptoken',
  pageSize: 2,
  license: 'Microsoft Entra ID P2',
  words: GRAPH_WORDS,
  happen: dismiss,
  lookbackMs: 30 * DAY,
  atLeast: 9,
}
const [detections, users] = IDENTITY_PROTECTION_FEEDS

testFeed(detections!, {
  ...COMMON,
  listing: '/identityProtection/riskDetections',
  permission: 'IdentityRiskEvent.Read.All',
  identity: (record) => idOfDetection(Detection.parse(JSON.parse(record))),
  truth: async (emulator, { from, to }) =>
    Truth.parse(await emulator.request(`/ground-truth/risk?from=${isoTime(from)}&to=${isoTime(to)}`)).detections.map(
      idOfDetection,
    ),
})

testFeed(users!, {
  ...COMMON,
  listing: '/identityProtection/riskyUsers',
  permission: 'IdentityRiskyUser.Read.All',
  identity: (record) => idOfUser(User.parse(JSON.parse(record))),
  truth: async (emulator, { from, to }) =>
    Truth.parse(await emulator.request(`/ground-truth/risk?from=${isoTime(from)}&to=${isoTime(to)}`)).users.map(
      idOfUser,
    ),
})
