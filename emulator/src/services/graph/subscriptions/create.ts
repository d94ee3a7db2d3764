import { GraphError, notImplemented } from '#services/graph/errors.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { CHANGE_TYPES, activeSubscriptions, subscriptions } from './subscription.ts'
import { TERMS, readTarget, refused } from './target.ts'
import { entity } from './entity.ts'
import { readAddress, shakeHands } from './handshake.ts'
import { readCertificate } from './encryption.ts'
import { readExpiration } from './expiration.ts'
import type { ChangeType, Subscription } from './subscription.ts'
import type { Target } from './target.ts'

/** Documented for one mailbox, over all applications. */
const MOST_OF_MAILBOX = 1000
const LONGEST_STATE = 128
const TLS = new Set(['v1_0', 'v1_1', 'v1_2', 'v1_3'])

/** `POST /subscriptions`: made once its endpoints have answered a handshake. */
export async function createSubscription(call: Call): Promise<Reply> {
  const { tenant } = call
  const body = readJson(call.request)
  const resource = required(body, 'resource')
  const changeTypes = readChangeTypes(required(body, 'changeType'))
  const notificationUrl = required(body, 'notificationUrl')
  const lifecycleNotificationUrl = optional(body, 'lifecycleNotificationUrl')
  const clientState = optional(body, 'clientState')
  if (clientState !== null && clientState.length > LONGEST_STATE)
    throw refused(`The clientState is longer than ${LONGEST_STATE} characters.`)
  const latestSupportedTlsVersion = optional(body, 'latestSupportedTlsVersion') ?? 'v1_2'
  if (!TLS.has(latestSupportedTlsVersion)) throw refused('The latestSupportedTlsVersion is not valid.')
  if (/^(EventHub|EventGrid):/i.test(notificationUrl)) throw notImplemented('notifications through Event Hubs')
  const target = readTarget(tenant, resource)
  mustRead(call, target)
  const encryption = readEncryption(body, target)
  const expiresAt = readExpiration(body['expirationDateTime'], target, encryption !== null, tenant.now)
  mustFit(call, target)
  for (const address of [notificationUrl, lifecycleNotificationUrl]) if (address !== null) readAddress(address)
  const id = tenant.newId(`subscription ${notificationUrl} ${resource}`)
  for (const address of [notificationUrl, lifecycleNotificationUrl]) if (address !== null) await shakeHands(address, id)
  const application = tenant.applications.find(({ clientId }) => clientId === call.appId)
  const subscription: Subscription = {
    id,
    resource,
    target,
    changeTypes,
    notificationUrl,
    lifecycleNotificationUrl,
    clientState,
    expiresAt,
    applicationId: call.appId,
    creatorId: application?.servicePrincipalId ?? call.appId,
    latestSupportedTlsVersion,
    encryption,
    immutableIds: /idtype\s*=\s*"?immutableid"?/i.test(call.request.headers['prefer'] ?? ''),
  }
  tenant.objects(subscriptions).put(id, subscription)
  return { status: 201, headers: { location: `${call.root}/subscriptions('${id}')` }, body: entity(call, subscription) }
}

function readChangeTypes(text: string): ChangeType[] {
  const types = text.split(',').map((each) => each.trim().toLowerCase())
  const known = CHANGE_TYPES.filter((type) => types.includes(type))
  if (known.length !== new Set(types).size) throw refused(`The changeType '${text}' is not valid.`)
  return known
}

/** @throws GraphError as Outlook's and Security's refusals come through. */
export function mustRead({ roles }: Call, target: Target): void {
  const bare = target.kind === 'messages' && target.select !== null ? ['Mail.ReadBasic.All'] : []
  if (TERMS[target.kind].roles.some((role) => roles.has(role) && !bare.includes(role))) return
  throw new GraphError(
    403,
    'ExtensionError',
    'Operation: Create; Exception: [Status Code: Forbidden; Reason: Access is denied. Check credentials and try again.]',
  )
}

function mustFit({ tenant }: Call, target: Target): void {
  if (target.kind !== 'messages') return
  const count = activeSubscriptions(tenant).filter(
    (each) => each.target.kind === 'messages' && each.target.user === target.user,
  )
  if (count.length < MOST_OF_MAILBOX) return
  throw new GraphError(
    403,
    'ExtensionError',
    `Operation: Create; Exception: [Status Code: Forbidden; Reason: The mailbox has reached the limit of ${MOST_OF_MAILBOX} active subscriptions.]`,
  )
}

function readEncryption(body: Record<string, unknown>, target: Target): Subscription['encryption'] {
  const wanted = body['includeResourceData'] ?? false
  if (typeof wanted !== 'boolean') throw refused('The includeResourceData is not valid.')
  const [certificate, certificateId] = [
    optional(body, 'encryptionCertificate'),
    optional(body, 'encryptionCertificateId'),
  ]
  if (!wanted) return null
  if (target.kind !== 'messages') throw refused('Resource data is not supported for this resource.')
  if (target.select === null) throw refused('A $select is required in the resource where includeResourceData is true.')
  if (certificate === null || certificateId === null)
    throw refused('encryptionCertificate and encryptionCertificateId are required where includeResourceData is true.')
  if (!readCertificate(certificate))
    throw refused('The encryptionCertificate is not a base64 X.509 certificate with an RSA key of 2048 to 4096 bits.')
  return { certificate, certificateId }
}

function required(body: Record<string, unknown>, name: string): string {
  const value = optional(body, name)
  if (value === null || value === '') throw refused(`The required parameter '${name}' is missing.`)
  return value
}

function optional(body: Record<string, unknown>, name: string): string | null {
  const value = body[name] ?? null
  if (value !== null && (typeof value !== 'string' || value.length > 16_384)) throw refused(`The ${name} is not valid.`)
  return value
}
