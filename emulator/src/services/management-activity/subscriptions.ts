import type { Caller } from '#bearer.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { Subscription } from '#world/audit/subscriptions.ts'

import { alreadyEnabled, noSubscription, webhookNotValidated } from './errors.ts'
import { readContentType } from './feed.ts'

/** Starting, stopping and listing subscriptions. */

export function startSubscription({ tenant, appId }: Caller, request: Request): Reply {
  const contentType = readContentType(request)
  // Webhooks must be validated before a subscription starts, and nothing here would call them.
  if (/"webhook"\s*:\s*\{/.test(request.body.toString('utf8'))) throw webhookNotValidated()
  if (tenant.subscriptions.find(contentType)?.enabled) throw alreadyEnabled()
  tenant.change({ type: 'subscription.started', contentType, appId })
  return { status: 200, body: shape(tenant.subscriptions.find(contentType)!) }
}

export function stopSubscription({ tenant, appId }: Caller, request: Request): Reply {
  const contentType = readContentType(request)
  if (!tenant.subscriptions.find(contentType)?.enabled) throw noSubscription()
  tenant.change({ type: 'subscription.stopped', contentType, appId })
  return { status: 200, body: '' }
}

export const listSubscriptions = ({ tenant }: Caller): Reply => ({
  status: 200,
  body: tenant.subscriptions.all.map(shape),
})

const shape = ({ contentType, enabled }: Subscription) => ({
  contentType,
  status: enabled ? 'enabled' : 'disabled',
  webhook: null,
})
