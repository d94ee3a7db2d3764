import { decodeJwt } from 'jose'

import { AZURE } from '#world/resources.ts'
import { AZURE_READS, AZURE_WRITES } from '#throttle/limits.ts'
import { isWithin, assignmentsFor, mayDo } from '#world/azure/role-assignments.ts'
import { readCaller } from '#bearer.ts'
import { subscriptionsOf } from '#world/azure/subscriptions.ts'
import type { Caller, Unauthorized } from '#bearer.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { Request } from '#http/exchange.ts'
import type { Subscription } from '#world/azure/subscriptions.ts'
import type { Throttle } from '#throttle/throttle.ts'
import type { TokenKeys } from '#token-keys.ts'

import {
  AzureError,
  forbidden,
  invalidSubscription,
  subscriptionNotFound,
  throttled,
  unauthorized,
  wrongTenant,
} from './errors.ts'
import { invalidResourceVersion, invalidVersion, missingVersion } from './errors.ts'
import type { Route } from './route.ts'

/** Who calls. @throws AzureError 401, in the words that Resource Manager has for each reason. */
export async function callerOf(cloud: Cloud, keys: TokenKeys, request: Request): Promise<Caller> {
  const caller = await readCaller(cloud, keys, request, AZURE.audience, ...(AZURE.aliases ?? []))
  if (typeof caller !== 'string') return caller
  throw refusal(caller, request)
}

function refusal(why: Unauthorized, request: Request): AzureError {
  const token = (request.headers['authorization'] ?? '').slice('Bearer '.length).trim()
  switch (why) {
    case 'missing':
      return unauthorized('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.")
    case 'unreadable':
      return unauthorized('InvalidAuthenticationToken', 'The access token is invalid.')
    case 'expired':
      return unauthorized('ExpiredAuthenticationToken', 'The access token is expired.')
    case 'wrong audience':
      return unauthorized(
        'InvalidAuthenticationTokenAudience',
        `The access token has been obtained for wrong audience or resource '${String(decodeJwt(token).aud)}'. It should exactly match with one of the allowed audiences 'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'.`,
      )
    default:
      return unauthorized('AuthenticationFailed', 'Authentication failed.')
  }
}

/** @throws AzureError 400 where `api-version` is missing or none that the type is to be had in. */
export function checkVersion(request: Request, { type, versions }: Route): void {
  const version = request.query.get('api-version')
  if (!version) throw missingVersion()
  if (versions.includes(version)) return
  throw type.startsWith('Microsoft.Resources/')
    ? invalidVersion(version, versions)
    : invalidResourceVersion(type, version, versions)
}

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** The subscription of a path. @throws AzureError 400, 401 (another tenant's), 404. */
export function subscriptionOf(cloud: Cloud, { tenant }: Caller, id: string): Subscription {
  if (!GUID.test(id)) throw invalidSubscription(id)
  const of = (each: Tenant) => subscriptionsOf(each.world).find((subscription) => subscription.id === id.toLowerCase())
  const own = of(tenant)
  if (own) return own
  const other = cloud.tenants.find((each) => of(each))
  throw other ? wrongTenant(tenant.world.tenantId, other.world.tenantId) : subscriptionNotFound(id)
}

/** @throws AzureError 403 where the caller has no role that permits the action at the scope. */
export function authorize({ tenant, appId }: Caller, action: string, scope: string): void {
  if (mayDo(tenant, appId, action, scope)) return
  const principal = tenant.applications.find(({ clientId }) => clientId === appId)?.servicePrincipalId ?? appId
  throw forbidden(appId, principal, action, scope)
}

/** True where the caller has any role at, above or below the scope: what is listed is what one has to do with. */
export const mayKnow = ({ tenant, appId }: Caller, scope: string): boolean =>
  assignmentsFor(tenant, appId).some((each) => isWithin(each.scope, scope) || isWithin(scope, each.scope))

/** Counts the request; gives the header that says how many are left. @throws AzureError 429. */
export function admit(
  throttle: Throttle,
  { appId, tenant }: Caller,
  method: string,
  subscription: string | undefined,
): Record<string, string> {
  const reads = method === 'GET' || method === 'HEAD'
  const limit = reads ? AZURE_READS : AZURE_WRITES
  const { over, used, retryAfter } = throttle.count(limit, `${appId} ${subscription ?? tenant.world.tenantId}`)
  const what = reads ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes'
  if (over) throw throttled(what, subscription ?? tenant.world.tenantId, limit.amount, limit.seconds, retryAfter)
  const left = Math.max(0, Math.floor(limit.amount * (1 - used)))
  return { [`x-ms-ratelimit-remaining-${subscription ? 'subscription' : 'tenant'}-${what}`]: String(left) }
}
