import { createHash } from 'node:crypto'

import { activityLog } from '#world/azure/activity-log.ts'
import { createdAt, LATEST_PUBLICATION, SLOT } from '#services/event-hubs/hub-log.ts'
import { securityAlerts } from '#world/azure/security-alerts.ts'
import type { Hub } from '#services/event-hubs/hubs.ts'
import type { Tenant } from '#cloud.ts'

import type { Span } from './request.ts'

/**
 * What of Azure can be had by now: ids of the activity log's records that happened in the span, and the alerts of Defender for
 * Cloud as they are, `<name> <processingEndTimeUtc> <status>` each.
 */
export function azureTruth(tenant: Tenant, { from, to }: Span) {
  const { now, world } = tenant
  const begin = Math.max(from, world.epoch - KEPT)
  const activity = tenant.log(activityLog).between(begin, Math.min(to, now + 1), now)
  const alerts = [...tenant.objects(securityAlerts).all()]
  return {
    activity: activity.map(({ record }) => record.id),
    alerts: alerts.map(({ name, processingEndTimeUtc, status }) => `${name} ${processingEndTimeUtc} ${status}`),
  }
}

const KEPT = 90 * 86_400_000

/** SHA-256 of every record of the tenant's logs that was enqueued in the hub in the span, as its JSON stands there. */
export function hubTruth(tenant: Tenant, hub: Hub, { from, to }: Span) {
  const { now, world } = tenant
  const begin = Math.max(from, world.epoch - KEPT) - SLOT - LATEST_PUBLICATION
  const created = createdAt(tenant)
  const records = hub.published(tenant, begin, Math.min(to, now)).filter(({ publishedAt }) => {
    const enqueuedAt = (Math.floor(publishedAt / SLOT) + 1) * SLOT
    return publishedAt >= created && enqueuedAt <= now && enqueuedAt >= from && enqueuedAt < to
  })
  return { records: records.map(({ record }) => createHash('sha256').update(JSON.stringify(record())).digest('hex')) }
}
