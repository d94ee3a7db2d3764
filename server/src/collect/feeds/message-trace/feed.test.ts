import { z } from 'zod'

import { historyOf, version } from '#collect/testing/history.ts'
import { GRAPH_WORDS, testFeed } from '#collect/testing/test-feed.ts'
import type { Emulator } from '#connect/testing/start-emulator.ts'

import { MESSAGE_TRACE_FEEDS } from './feed.ts'
import { TRACE_APPLICATION } from './list-traces.ts'

const Record = z.object({
  id: z.string(),
  recipientAddress: z.string(),
  receivedDateTime: z.string(),
  status: z.string(),
})
const Application = z.object({ clientId: z.string(), secret: z.string() })

testFeed(MESSAGE_TRACE_FEEDS[0]!, {
  listing: '/tracing/messageTraces',
  nextPage: '/tracing/messageTraces.*skiptoken',
  pageSize: 10,
  permission: 'ExchangeMessageTrace.Read.All',
  prepare: provision,
  words: GRAPH_WORDS,
  identity: (record) => {
    const { id, recipientAddress, receivedDateTime, status } = Record.parse(JSON.parse(record))
    return version(`${id} ${recipientAddress}`, receivedDateTime, status)
  },
  ...historyOf('message-trace'),
  happen: send,
})

async function send(emulator: Emulator): Promise<void> {
  const roles = ['Mail.Send', 'User.Read.All']
  const application = Application.parse(await emulator.request('/applications', { name: 'Sender', roles }))
  const microsoft = emulator.client({ application })
  const what = 'Could not send a message.'
  const { value } = await microsoft.json(
    { api: 'graph', path: '/v1.0/users?$top=1&$filter=accountEnabled%20eq%20true', what },
    z.object({ value: z.tuple([z.object({ id: z.string() })]) }),
  )
  const toRecipients = [{ emailAddress: { address: 'somebody@partner.example' } }]
  await microsoft.send({
    api: 'graph',
    method: 'POST',
    path: `/v1.0/users/${value[0].id}/sendMail`,
    body: { message: { subject: 'Hello', body: { contentType: 'text', content: 'Hello' }, toRecipients } },
    what,
  })
}

/** What an administrator does once. */
async function provision(emulator: Emulator): Promise<void> {
  const roles = ['Application.ReadWrite.All']
  const application = Application.parse(await emulator.request('/applications', { name: 'Administrator', roles }))
  await emulator.client({ application }).send({
    api: 'graph',
    method: 'POST',
    path: '/v1.0/servicePrincipals',
    body: { appId: TRACE_APPLICATION },
    what: 'Could not create the service principal.',
  })
}
