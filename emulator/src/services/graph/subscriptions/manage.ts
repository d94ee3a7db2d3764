import { GraphError } from '#services/graph/errors.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { boundTo, readSkiptoken, skiptoken } from '#services/graph/odata/skiptoken.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { activeSubscriptions, findSubscription, subscriptions } from './subscription.ts'
import { entity, shape } from './entity.ts'
import { mustRead } from './create.ts'
import { readExpiration } from './expiration.ts'
import { refused } from './target.ts'
import { shakeHands } from './handshake.ts'
import type { Subscription } from './subscription.ts'

/** What an application does with its own subscriptions; those of others are not there for it. */

const PAGE = 100

/** `GET /subscriptions` */
export function listSubscriptions(call: Call): Reply {
  const { query } = call.request
  allowOptions(query, ['$skiptoken'])
  const own = activeSubscriptions(call.tenant).filter(({ applicationId }) => applicationId === call.appId)
  const token = query.get('$skiptoken')
  const start = token === undefined ? 0 : readSkiptoken(token, boundTo(call))
  if (start === undefined) throw refused('The skip token is not valid.')
  const next = start + PAGE
  const link = `${call.root}/subscriptions?${query.with({ $skiptoken: skiptoken(next, boundTo(call)) })}`
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#subscriptions`,
      ...(next < own.length ? { '@odata.nextLink': link } : {}),
      value: own.slice(start, next).map(shape),
    },
  }
}

/** `GET /subscriptions/{id}` */
export const getSubscription = (call: Call): Reply => ({ status: 200, body: entity(call, find(call)) })

/** `PATCH /subscriptions/{id}`: lives longer, or is told to another address. Nothing else can be changed. */
export async function renewSubscription(call: Call): Promise<Reply> {
  const subscription = find(call)
  const body = readJson(call.request)
  const { expirationDateTime, notificationUrl = subscription.notificationUrl, ...rest } = body
  const other = Object.keys(rest).find((name) => !name.startsWith('@'))
  if (other) throw refused(`The property '${other}' of a subscription cannot be changed.`)
  if (typeof notificationUrl !== 'string') throw refused('The notificationUrl is not valid.')
  mustRead(call, subscription.target)
  const expiresAt =
    expirationDateTime === undefined
      ? subscription.expiresAt
      : readExpiration(expirationDateTime, subscription.target, subscription.encryption !== null, call.tenant.now)
  if (notificationUrl !== subscription.notificationUrl) await shakeHands(notificationUrl, subscription.id)
  const renewed = { ...subscription, notificationUrl, expiresAt }
  call.tenant.objects(subscriptions).put(subscription.id, renewed)
  return { status: 200, body: entity(call, renewed) }
}

/** `DELETE /subscriptions/{id}` */
export function deleteSubscription(call: Call): Reply {
  call.tenant.objects(subscriptions).remove(find(call).id)
  return { status: 204 }
}

/** `POST /subscriptions/{id}/reauthorize`: the caller shows that it may still read. */
export function reauthorize(call: Call): Reply {
  mustRead(call, find(call).target)
  return { status: 204 }
}

function find(call: Call): Subscription {
  const found = findSubscription(call.tenant, call.params['subscription']!)
  if (found?.applicationId === call.appId) return found
  throw new GraphError(404, 'ResourceNotFound', 'The object was not found.')
}
