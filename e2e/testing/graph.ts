/**
 * A Graph client that shares nothing with Cordon: Microsoft's own library, an application registration of its own with
 * read rights only. It is the witness of what Microsoft really holds.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { Client } from '@microsoft/microsoft-graph-client'

import type { Emulator } from './product.ts'

export interface Message {
  id: string
  internetMessageId: string
  parentFolderId: string
}

export interface Witness {
  /** Every copy of a message in a mailbox, wherever it lies; Recoverable Items are not searched. */
  copies(user: string, internetMessageId: string): Promise<Message[]>
  /** Whether the user may sign in. */
  accountEnabled(user: string): Promise<boolean>
  /** Whether the user is mastered in a directory on premises. */
  isSynced(user: string): Promise<boolean>
  /** The well-known folder's id in a mailbox. */
  folderId(user: string, wellKnownName: string): Promise<string>
  /** All messages of a mailbox outside Recoverable Items. */
  count(user: string): Promise<number>
}

export function createWitness({ url, caFile, tenants }: Emulator): Witness {
  const tenant = tenants[0]!
  const application = tenant.applications.find(({ name }) => name === 'Independent auditor')!
  const ca = readFileSync(caFile)
  // The library calls the global fetch, which takes no authority of its own.
  setDefaultCACertificates([...getCACertificates('default'), ca.toString()])
  let token: Promise<string> | undefined

  const client = Client.initWithMiddleware({
    baseUrl: `${url}/`,
    customHosts: new Set(['127.0.0.1']),
    authProvider: {
      getAccessToken: () => (token ??= requestToken(`${url}/${tenant.id}/oauth2/v2.0/token`, application, ca)),
    },
  })

  return {
    async copies(user, internetMessageId) {
      const answer = (await client
        .api(`/users/${user}/messages`)
        .filter(`internetMessageId eq '${internetMessageId}'`)
        .select('id,internetMessageId,parentFolderId')
        .get()) as { value: Message[] }
      return answer.value
    },
    async accountEnabled(user) {
      const answer = (await client.api(`/users/${user}`).select('accountEnabled').get()) as { accountEnabled: boolean }
      return answer.accountEnabled
    },
    async isSynced(user) {
      const answer = await client.api(`/users/${user}`).select('onPremisesSyncEnabled').get()
      return (answer as { onPremisesSyncEnabled: boolean | null }).onPremisesSyncEnabled === true
    },
    async folderId(user, wellKnownName) {
      return ((await client.api(`/users/${user}/mailFolders/${wellKnownName}`).get()) as { id: string }).id
    },
    async count(user) {
      const answer = (await client
        .api(`/users/${user}/messages`)
        .query({ $count: 'true', $top: '1', $select: 'id' })
        .get()) as {
        '@odata.count': number
      }
      return answer['@odata.count']
    },
  }
}

/** A token of the application for one API. */
export async function requestToken(
  url: string,
  application: { clientId: string; secret: string },
  ca: Buffer,
  audience = 'https://graph.microsoft.com',
): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: application.clientId,
    client_secret: application.secret,
    scope: `${audience}/.default`,
  }).toString()
  const text = await new Promise<string>((done, failed) => {
    const call = request(
      url,
      { method: 'POST', ca, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      (answer) => {
        let body = ''
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
        answer.on('end', () => done(body))
      },
    )
    call.on('error', failed)
    call.end(form)
  })
  return (JSON.parse(text) as { access_token: string }).access_token
}
