import { ClientSecretCredential } from '@azure/identity'
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  GraphError,
  PageIterator,
} from '@microsoft/microsoft-graph-client'
import { beforeAll, describe, expect, it } from 'vitest'

import { GRAPH, application, cloud, tenant, truth } from './cloud.ts'
import type { Phish } from './cloud.ts'

const credential = new ClientSecretCredential(tenant.id, application.clientId, application.secret, {
  authorityHost: cloud.url,
  disableInstanceDiscovery: true,
})
const graph = Client.initWithMiddleware({
  baseUrl: `${cloud.url}/`,
  customHosts: new Set([new URL(cloud.url).hostname]),
  authProvider: { getAccessToken: async () => (await credential.getToken(GRAPH)).token },
})

let phish: Phish
beforeAll(async () => {
  phish = await truth('ground-truth/phish')
})

describe('@microsoft/microsoft-graph-client', () => {
  it('pages through the directory with its iterator', async () => {
    const names: string[] = []
    const first = await graph.api('/users').top(40).select('id,userPrincipalName').get()
    await new PageIterator(
      graph,
      first,
      (user: { userPrincipalName: string }) => names.push(user.userPrincipalName) > 0,
    ).iterate()
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(200)
    for (const { userPrincipalName } of phish.recipients) expect(names).toContain(userPrincipalName)
  })

  it('finds the phish in every mailbox that has it, by its message id', async () => {
    for (const { userId, messageId } of phish.recipients) {
      const found = await graph
        .api(`/users/${userId}/messages`)
        .filter(`internetMessageId eq '${phish.internetMessageId}'`)
        .select(['id', 'subject'])
        .get()
      expect(found.value).toMatchObject([{ id: messageId, subject: phish.subject }])
    }
  })

  it('moves a message, finds it under its new id, and moves it back', async () => {
    const { userId, immutableId } = phish.recipients[0]!
    const path = (id: string) => `/users/${userId}/messages/${encodeURIComponent(id)}`
    const before = await graph.api(path(immutableId)).get()
    const moved = await graph.api(`${path(before.id)}/move`).post({ destinationId: 'deleteditems' })
    expect(moved.id).not.toBe(before.id)
    await expect(graph.api(path(before.id)).get()).rejects.toMatchObject({ statusCode: 404, code: 'ErrorItemNotFound' })
    const back = await graph.api(`${path(moved.id)}/move`).post({ destinationId: 'inbox' })
    expect((await graph.api(path(back.id)).get()).subject).toBe(phish.subject)
  })

  it('reads MIME as a stream', async () => {
    const { userId, immutableId } = phish.recipients[1]!
    const stream = await graph.api(`/users/${userId}/messages/${immutableId}/$value`).getStream()
    const mime = await new Response(stream as ReadableStream).text()
    expect(mime).toContain(phish.internetMessageId)
  })

  it('sends a batch and reads each part', async () => {
    const steps = phish.recipients.slice(0, 5).map(({ userId }, i) => ({
      id: String(i),
      request: new Request(`https://graph.microsoft.com/users/${userId}/mailFolders/inbox`, { method: 'GET' }),
    }))
    const content = await new BatchRequestContent(steps).getContent()
    const answers = new BatchResponseContent(await graph.api('/$batch').post(content))
    const statuses = await Promise.all(steps.map(async ({ id }) => answers.getResponseById(id).status))
    expect(statuses).toEqual([200, 200, 200, 200, 200])
  })

  it('waits as long as a 429 asks it to, and tries again', async () => {
    const rule = {
      match: { path: '/v1.0/organization', times: 1 },
      do: { status: 429, headers: { 'Retry-After': '1' } },
    }
    await fetch(`${cloud.url}/_emu/faults`, { method: 'POST', body: JSON.stringify(rule) })
    const begun = performance.now()
    const { value } = await graph.api('/organization').get()
    expect(performance.now() - begun).toBeGreaterThan(900)
    expect(value[0].displayName).toBe(tenant.name)
    await fetch(`${cloud.url}/_emu/faults`, { method: 'DELETE' })
  })

  it('sees errors as Graph words them', async () => {
    const error: unknown = await graph
      .api('/users/nobody@nowhere.example')
      .get()
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(GraphError)
    expect(error).toMatchObject({ statusCode: 404, code: 'Request_ResourceNotFound' })
  })
})
