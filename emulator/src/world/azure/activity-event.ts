import { homeIp } from '#world/audit/records/record.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/** A record of Azure's activity log as `eventtypes/management/values` tells it. Times are ISO 8601 with seven digits. */
export interface ActivityEvent extends Record<string, unknown> {
  id: string
  eventDataId: string
  correlationId: string
  operationId: string
  subscriptionId: string
  tenantId: string
  resourceId: string
  resourceGroupName: string
  caller: string
  level: string
  eventTimestamp: string
  submissionTimestamp: string
  description: string
  operationName: Localized
  status: Localized
  subStatus: Localized
  category: Localized
  eventName: Localized
  resourceProviderName: Localized
  resourceType: Localized
  authorization?: { action: string; role: string; scope: string }
  claims: Record<string, string>
  httpRequest?: { clientRequestId: string; clientIpAddress: string; method: string; uri?: string }
  properties: Record<string, string>
}

interface Localized {
  value: string
  localizedValue: string
}

/** One operation on a resource, from which its records are made. */
export interface Operation {
  /** Same for every record of the operation, and of those that belong to it. */
  correlationId: string
  /** When it began: tenant time, milliseconds. */
  at: number
  /** `Microsoft.Storage/storageAccounts/listKeys/action` */
  action: string
  /** `List Storage Account Keys` */
  title: string
  /** Full id of what it was done to. */
  resourceId: string
  by: Person | Program
  /** Of the client; a person's home address unless given. */
  ip?: string
  /** Role by which it was allowed. */
  role?: string
  method?: 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  category?: 'Administrative' | 'Security' | 'Policy' | 'ServiceHealth'
  properties?: Record<string, string>
  /** Why it failed; absent for what worked. */
  failure?: { code: string; message: string }
}

/** An application that acts on its own. */
export interface Program {
  appId: string
  servicePrincipalId: string
  ip: string
}

/** What one record says of an operation. */
export interface Stage {
  id: string
  at: number
  submittedAt: number
  status: 'Started' | 'Accepted' | 'Succeeded' | 'Failed'
  subStatus?: string
}

/** A moment as Azure writes it: a tenth of a microsecond is the last digit. */
export const azureTime = (world: World, id: string, at: number): string =>
  `${new Date(at).toISOString().slice(0, -1)}${String(random(world.seed, 'ticks', id).between(0, 9999)).padStart(4, '0')}Z`

const same = (value: string, localizedValue = value): Localized => ({ value, localizedValue })

export function activityEvent(world: World, operation: Operation, stage: Stage): ActivityEvent {
  const { resourceId, action, by, failure, role = 'Subscription Owner' } = operation
  const { id, at, status } = stage
  const [, , subscriptionId = ''] = resourceId.split('/')
  const type = typeOf(resourceId)
  const eventTimestamp = azureTime(world, id, at)
  const ticks = 621_355_968_000_000_000n + BigInt(at) * 10_000n + BigInt(eventTimestamp.slice(23, 27))
  const provider = action.split('/')[0]!
  const failed = status === 'Failed'
  return {
    authorization: { action, role, scope: resourceId },
    caller: 'userPrincipalName' in by ? by.userPrincipalName : by.servicePrincipalId,
    channels: 'Operation',
    claims: claimsOf(world, operation),
    correlationId: operation.correlationId,
    description: '',
    eventDataId: id,
    eventName: same(
      status === 'Started' ? 'BeginRequest' : 'EndRequest',
      status === 'Started' ? 'Begin request' : 'End request',
    ),
    category: same(operation.category ?? 'Administrative'),
    httpRequest: {
      clientRequestId: random(world.seed, 'request', operation.correlationId).guid(),
      clientIpAddress: addressOf(world, operation),
      method: operation.method ?? 'POST',
    },
    id: `${resourceId}/events/${id}/ticks/${ticks}`,
    level: failed ? 'Error' : 'Informational',
    resourceGroupName: /\/resourceGroups\/([^/]+)/i.exec(resourceId)?.[1] ?? '',
    resourceProviderName: same(provider),
    resourceId,
    resourceType: same(type),
    operationId: operation.correlationId,
    operationName: same(action, operation.title),
    properties: {
      ...(status === 'Started' ? {} : { statusCode: failed ? 'Conflict' : status === 'Accepted' ? 'Accepted' : 'OK' }),
      ...(failed ? { statusMessage: JSON.stringify({ error: failure }) } : {}),
      ...operation.properties,
      eventCategory: operation.category ?? 'Administrative',
      entity: resourceId,
      message: action,
      hierarchy: `${world.tenantId}/${subscriptionId}`,
    },
    status: same(status),
    subStatus: same(...subStatusOf(status)),
    eventTimestamp,
    submissionTimestamp: azureTime(world, `${id} submitted`, stage.submittedAt),
    subscriptionId,
    tenantId: world.tenantId,
  }
}

function subStatusOf(status: Stage['status']): [value: string, localized: string] {
  switch (status) {
    case 'Started':
      return ['', '']
    case 'Accepted':
      return ['Accepted', 'Accepted (HTTP Status Code: 202)']
    case 'Succeeded':
      return ['OK', 'OK (HTTP Status Code: 200)']
    case 'Failed':
      return ['Conflict', 'Conflict (HTTP Status Code: 409)']
  }
}

/** `Microsoft.Storage/storageAccounts` of a resource; of a group or a subscription Azure's own names for them. */
function typeOf(resourceId: string): string {
  const at = resourceId.toLowerCase().lastIndexOf('/providers/')
  if (at >= 0) {
    const [provider, ...rest] = resourceId.slice(at + '/providers/'.length).split('/')
    return [provider, ...rest.filter((_, i) => i % 2 === 0)].join('/')
  }
  const inGroup = /\/resourceGroups\//i.test(resourceId)
  return inGroup ? 'Microsoft.Resources/subscriptions/resourceGroups' : 'Microsoft.Resources/subscriptions'
}

const addressOf = (world: World, { by, ip }: Operation): string =>
  ip ?? ('userPrincipalName' in by ? homeIp(world, by) : by.ip)

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const MICROSOFT_CLAIMS = 'http://schemas.microsoft.com'
const PORTAL = 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c'

/** What the caller's token said. */
function claimsOf(world: World, operation: Operation): Record<string, string> {
  const { by, at } = operation
  const issued = Math.floor(at / 1000) - 600
  const common = {
    aud: 'https://management.core.windows.net/',
    iss: `https://sts.windows.net/${world.tenantId}/`,
    iat: String(issued),
    nbf: String(issued),
    exp: String(issued + 4500),
    ipaddr: addressOf(world, operation),
    [`${MICROSOFT_CLAIMS}/identity/claims/tenantid`]: world.tenantId,
    ver: '1.0',
  }
  if (!('userPrincipalName' in by))
    return {
      ...common,
      appid: by.appId,
      appidacr: '1',
      idtyp: 'app',
      [`${MICROSOFT_CLAIMS}/identity/claims/objectidentifier`]: by.servicePrincipalId,
      [`${CLAIMS}/nameidentifier`]: by.servicePrincipalId,
    }
  return {
    ...common,
    appid: PORTAL,
    appidacr: '2',
    name: by.displayName,
    [`${CLAIMS}/givenname`]: by.givenName ?? '',
    [`${CLAIMS}/surname`]: by.surname ?? '',
    [`${CLAIMS}/upn`]: by.userPrincipalName,
    [`${CLAIMS}/name`]: by.userPrincipalName,
    [`${MICROSOFT_CLAIMS}/identity/claims/objectidentifier`]: by.id,
    [`${MICROSOFT_CLAIMS}/identity/claims/scope`]: 'user_impersonation',
    [`${MICROSOFT_CLAIMS}/claims/authnmethodsreferences`]: 'pwd,mfa',
  }
}
