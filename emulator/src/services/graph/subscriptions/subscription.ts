import { none } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'
import type { Tenant } from '#cloud.ts'

import type { Target } from './target.ts'

/**
 * A subscription to change notifications: what to watch, and where to tell of it. It ends by itself, at the latest after the
 * time that its resource allows.
 */
export interface Subscription {
  id: string
  /** As the client wrote it. */
  resource: string
  target: Target
  changeTypes: readonly ChangeType[]
  notificationUrl: string
  lifecycleNotificationUrl: string | null
  clientState: string | null
  /** Tenant time, milliseconds. */
  expiresAt: number
  applicationId: string
  /** Object id of the application's service principal. */
  creatorId: string
  latestSupportedTlsVersion: string
  /** Whom resource data is enciphered for; null where none is sent. */
  encryption: { certificate: string; certificateId: string } | null
  /** The client asked for ids that stay when a message moves. */
  immutableIds: boolean
}

export type ChangeType = 'created' | 'updated' | 'deleted'

export const CHANGE_TYPES: readonly ChangeType[] = ['created', 'updated', 'deleted']

/** By id; also those that have ended. */
export const subscriptions: Kind<Subscription> = { name: 'graph.subscription', born: none }

/** A subscription that has not ended. */
export function findSubscription(tenant: Tenant, id: string): Subscription | undefined {
  const found = tenant.objects(subscriptions).find(id)
  return found && found.expiresAt > tenant.now ? found : undefined
}

/** All that have not ended. */
export const activeSubscriptions = (tenant: Tenant): Subscription[] =>
  [...tenant.objects(subscriptions).all()].filter(({ expiresAt }) => expiresAt > tenant.now)
