import { createHmac, timingSafeEqual } from 'node:crypto'

import { EVENT_HUBS } from '#world/resources.ts'
import { mayDo } from '#world/azure/role-assignments.ts'
import { protocolNow } from '#clock.ts'
import type { TokenKeys } from '#token-keys.ts'

import { expiredToken, invalidSignature, invalidToken, wrongAudience } from './errors.ts'
import { isLoopback, readEntity } from './namespace.ts'
import type { Entity, Namespace, Right } from './namespace.ts'

/** What a token gives its connection. */
export interface Claim {
  namespace: Namespace
  /** Path that it is good for, and for everything below. */
  path: readonly string[]
  /** Machine time, milliseconds. */
  expiresAt: number
  /** True where the right is given for the entity at this path. */
  allows: (right: Right, path: readonly string[]) => boolean
}

/**
 * Reads a token, whichever kind it is: some clients send a shared access signature and call it a JWT.
 *
 * @param candidates namespaces that the connection may be about.
 * @throws HubError 401.
 */
export async function readToken(
  token: string,
  audience: Entity,
  candidates: readonly Namespace[],
  keys: TokenKeys,
): Promise<Claim> {
  return token.startsWith('SharedAccessSignature ')
    ? readSignature(token, audience, candidates)
    : readJwt(token, audience, candidates, keys)
}

/** `SharedAccessSignature sr=<uri>&sig=<HMAC-SHA256 of uri, newline, expiry>&se=<seconds>&skn=<policy>` */
function readSignature(token: string, audience: Entity, candidates: readonly Namespace[]): Claim {
  const fields = new Map(
    token
      .slice('SharedAccessSignature '.length)
      .split('&')
      .map((pair) => pair.split(/=(.*)/s) as [string, string]),
  )
  const [uri, signature, expiry, policyName] = ['sr', 'sig', 'se', 'skn'].map((name) => fields.get(name))
  if (!uri || !signature || !expiry || !policyName || !/^\d{1,12}$/.test(expiry))
    throw invalidToken('The token has an invalid format.')
  const wanted = decodedOr(policyName)
  for (const namespace of candidates)
    for (const { name, key, rights } of namespace.policies) {
      if (name !== wanted || !isSigned(key, `${uri}\n${expiry}`, decodedOr(signature))) continue
      const expiresAt = Number(expiry) * 1000
      if (expiresAt <= protocolNow()) throw expiredToken(expiresAt)
      const resource = readEntity(decodedOr(uri))
      if (!isAt(resource, namespace) || !isAt(audience, namespace) || !isBelow(audience.path, resource.path))
        throw wrongAudience()
      const allows = (right: Right) => rights.includes(right) || rights.includes('Manage')
      return { namespace, path: resource.path, expiresAt, allows }
    }
  throw invalidSignature()
}

function isSigned(key: string, text: string, signature: string): boolean {
  const [right, given] = [createHmac('sha256', key).update(text).digest(), Buffer.from(signature, 'base64')]
  return right.length === given.length && timingSafeEqual(right, given)
}

function decodedOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const DATA_ACTIONS: Record<Right, string> = {
  Listen: 'Microsoft.EventHub/namespaces/messages/receive/action',
  Send: 'Microsoft.EventHub/namespaces/messages/send/action',
  Manage: 'Microsoft.EventHub/namespaces/write',
}

/**
 * A token of Entra ID. What it allows is decided when it is used: the service principal needs a role whose data actions have
 * receiving or sending (`Azure Event Hubs Data Receiver`, `… Sender`, `… Owner`) at the hub, the namespace, the resource
 * group or the subscription.
 */
async function readJwt(
  token: string,
  audience: Entity,
  candidates: readonly Namespace[],
  keys: TokenKeys,
): Promise<Claim> {
  const claims = await keys.read(token)
  if (!claims) throw invalidToken('The token has an invalid signature.')
  const expiresAt = (claims.exp ?? 0) * 1000
  if (expiresAt <= protocolNow()) throw expiredToken(expiresAt)
  const named = [EVENT_HUBS.audience, `${EVENT_HUBS.audience}/`, EVENT_HUBS.appId].includes(String(claims.aud))
  const namespace = candidates.find(({ tenant }) => tenant.world.tenantId === claims['tid'])
  if (!named || !namespace || !isAt(audience, namespace)) throw wrongAudience()
  const { tenant, id } = namespace
  const appId = String(claims['appid'])
  const allows = (right: Right, path: readonly string[]) =>
    mayDo(tenant, appId, DATA_ACTIONS[right], `${id}${path[0] ? `/eventhubs/${path[0]}` : ''}`, true)
  return { namespace, path: audience.path, expiresAt, allows }
}

const isAt = ({ host }: Entity, namespace: Namespace): boolean =>
  host === undefined || host === namespace.host || isLoopback(host)

/** True where `path` is `above` or lies below it. */
export const isBelow = (path: readonly string[], above: readonly string[]): boolean =>
  above.every((segment, i) => path[i] === segment)
