import { z } from 'zod'

import { historyOf, version } from '#collect/testing/history.ts'
import { testFeed } from '#collect/testing/test-feed.ts'

import { QUARANTINE_FEEDS } from './feed.ts'

const DAY = 24 * 3_600_000
const SECURITY_READER = '5d6b6bb7-de71-4623-b4af-96380a352509'
const SECURITY_ADMINISTRATOR = '194ae4cb-b126-40b2-bd5b-6091b380977d'
const Record = z.object({ Identity: z.string(), ReceivedTime: z.string(), ReleaseStatus: z.string() })
const Application = z.object({ clientId: z.string(), secret: z.string() })

const problem = (status: number, message: string) => ({
  status,
  body: {
    error: {
      code: 'BadRequest',
      message: 'Error executing cmdlet',
      details: [{ code: 'Client', target: '', message: `|Microsoft.Exchange.SomeException|${message}` }],
      innererror: { message: 'Error executing cmdlet', type: 'System.Exception', stacktrace: '' },
    },
  },
})

testFeed(QUARANTINE_FEEDS[0]!, {
  listing: '/InvokeCommand',
  permission: 'Exchange.ManageAsApp',
  directoryRoles: [SECURITY_READER],
  words: {
    throttled: problem(429, 'This operation has exceeded the throttling budget. Micro delay applied.'),
    busy: problem(503, 'The server is busy.'),
    unauthorized: { status: 401, body: {} },
    nothing: { status: 200, body: { '@adminapi.warnings': [], value: [] } },
    stalePage: problem(400, 'Expired or Invalid pagination request. Default Expiry time is 00:30:00'),
  },
  identity: (record) => {
    const { Identity, ReceivedTime, ReleaseStatus } = Record.parse(JSON.parse(record))
    return version(Identity, ReceivedTime, ReleaseStatus)
  },
  ...historyOf('quarantine'),
  lookbackMs: 5 * DAY,
  atLeast: 10,
  async happen(emulator) {
    const application = Application.parse(
      await emulator.request('/applications', {
        name: 'Analyst',
        roles: ['Exchange.ManageAsApp'],
        directoryRoles: [SECURITY_ADMINISTRATOR],
      }),
    )
    const microsoft = emulator.client({ application })
    const invoke = (CmdletName: string, Parameters: object) => ({
      api: 'exchange-admin' as const,
      method: 'POST' as const,
      path: `/adminapi/beta/${microsoft.tenantId}/InvokeCommand`,
      body: { CmdletInput: { CmdletName, Parameters } },
      what: `Could not run ${CmdletName}.`,
    })
    const { value } = await microsoft.json(
      invoke('Get-QuarantineMessage', { PageSize: 1, ReleaseStatus: 'NotReleased' }),
      z.object({ value: z.tuple([z.object({ Identity: z.string() })]) }),
    )
    await microsoft.send(invoke('Release-QuarantineMessage', { Identity: value[0].Identity, ReleaseToAll: true }))
  },
})
