import { ClientSecretCredential } from '@azure/identity'
import { AzureIdentityAuthenticationProvider } from '@microsoft/kiota-authentication-azure'

import { GraphRequestAdapter, createGraphServiceClient } from '@microsoft/msgraph-sdk'
import '@microsoft/msgraph-sdk-users'
import { beforeAll, describe, expect, it } from 'vitest'

import { GRAPH, application, cloud, tenant, truth } from './cloud.ts'
import type { Phish } from './cloud.ts'

const credential = new ClientSecretCredential(tenant.id, application.clientId, application.secret, {
  authorityHost: cloud.url,
  disableInstanceDiscovery: true,
})
const provider = new AzureIdentityAuthenticationProvider(
  credential,
  [GRAPH],
  undefined,
  new Set([new URL(cloud.url).hostname]),
)
const adapter = new GraphRequestAdapter(provider)
adapter.baseUrl = `${cloud.url}/v1.0`
const graph = createGraphServiceClient(adapter)

let phish: Phish
beforeAll(async () => {
  phish = await truth('ground-truth/phish')
})

/** Where the generated models met something that they do not know. */
function unknown(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each, i) => unknown(each, `${path}/${i}`))
  if (typeof value !== 'object' || value === null || value instanceof Date) return []
  return Object.entries(value).flatMap(([name, each]) =>
    name === 'additionalData'
      ? Object.keys((each ?? {}) as object)
          .filter((key) => !key.startsWith('@odata'))
          .map((key) => `${path}/${key}`)
      : unknown(each, `${path}/${name}`),
  )
}

describe('@microsoft/msgraph-sdk', () => {
  it('knows every property of every user', async () => {
    const page = await graph.users.get({ queryParameters: { top: 200 } })
    expect(page?.value?.length).toBe(200)
    expect(unknown(page)).toEqual([])
  })

  it('knows every property of mail, folders and attachments', async () => {
    for (const { userId } of phish.recipients.slice(0, 4)) {
      const user = graph.users.byUserId(userId)
      const messages = await user.messages.get({ queryParameters: { top: 50 } })
      expect(messages!.value!.length).toBeGreaterThan(10)
      expect(unknown(messages)).toEqual([])
      expect(unknown(await user.mailFolders.get({ queryParameters: { top: 50 } }))).toEqual([])
      for (const { id } of messages!.value!.filter(({ hasAttachments }) => hasAttachments).slice(0, 2))
        expect(unknown(await user.messages.byMessageId(id!).attachments.get())).toEqual([])
    }
  })

  it('changes a message and reads the change', async () => {
    const { userId, immutableId } = phish.recipients[2]!
    const message = graph.users.byUserId(userId).messages.byMessageId(immutableId)
    await message.patch({ isRead: true, categories: ['Checked'] })
    expect(await message.get()).toMatchObject({ isRead: true, categories: ['Checked'] })
  })
})
