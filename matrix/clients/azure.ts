import { ClientSecretCredential } from '@azure/identity'

import { ARM, cloud, register, tenant } from './cloud.ts'

export interface Subscription {
  subscriptionId: string
  displayName: string
}

/** An application of its own with these Azure roles on every subscription. */
export async function credentialWith(azureRoles: readonly string[]): Promise<ClientSecretCredential> {
  const { clientId, secret } = await register([], azureRoles)
  return new ClientSecretCredential(tenant.id, clientId, secret, {
    authorityHost: cloud.url,
    disableInstanceDiscovery: true,
  })
}

/** The subscriptions that a credential sees. */
export async function subscriptionsOf(credential: ClientSecretCredential): Promise<Subscription[]> {
  const { token } = await credential.getToken(ARM)
  const answer = await fetch(`${cloud.url}/subscriptions?api-version=2022-12-01`, {
    headers: { authorization: `Bearer ${token}` },
  })
  if (!answer.ok) throw new Error(`/subscriptions answered ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { value: Subscription[] }).value
}

/** Everything an iterator of pages gives. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const each of pages) found.push(each)
  return found
}
