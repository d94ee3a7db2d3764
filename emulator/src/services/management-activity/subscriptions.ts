import type { Caller } from '#bearer.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { Subscription } from '#world/audit/subscriptions.ts'

import {
  alreadyEnabled,
  invalidParameter,
  missingParameter,
  noSubscription,
  webhookExpired,
  webhookNotValidated,
} from './errors.ts'
import { readContentType } from './feed.ts'

/** Starting, stopping and listing subscriptions. */

export function startSubscription({ tenant, appId }: Caller, request: Request): Reply {
  const contentType = readContentType(request)
  refuseWebhook(tenant.now, request)
  if (tenant.subscriptions.find(contentType)?.enabled) throw alreadyEnabled()
  tenant.change({ type: 'subscription.started', contentType, appId })
  return { status: 200, body: shape(tenant.subscriptions.find(contentType)!) }
}

/** Webhooks must be validated before a subscription starts, and nothing here would call them. */
function refuseWebhook(now: number, request: Request): void {
  const text = request.body.toString('utf8').trim()
  if (!text) return
  const { webhook } = readObject(text, 'request body')
  if (webhook === undefined || webhook === null) return
  const { address, expiration } = isObject(webhook) ? webhook : {}
  if (typeof address !== 'string') throw missingParameter('webhook.address')
  if (typeof expiration === 'string' && expiration !== '') {
    if (Number.isNaN(Date.parse(expiration))) throw invalidParameter('webhook.expiration', 'DateTime')
    if (Date.parse(expiration) < now) throw webhookExpired(expiration)
  }
  throw webhookNotValidated()
}

function readObject(text: string, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Falls through to the one answer.
  }
  throw invalidParameter(name, 'JSON object')
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Attempts to notify a webhook: none, since no subscription has one. */
export function listNotifications({ tenant }: Caller, request: Request): Reply {
  if (!tenant.subscriptions.find(readContentType(request))?.enabled) throw noSubscription()
  return { status: 200, body: [] }
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
