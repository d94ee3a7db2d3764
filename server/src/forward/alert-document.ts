import { type Alert, SEVERITIES } from '#domain/alert.ts'
import type { ForwardItem } from '#domain/destination.ts'
import type { EcsEvent } from '#domain/event.ts'
import { stableId } from '#domain/ids.ts'

/** `event.dataset` of alerts that are sent on. */
export const ALERT_DATASET = 'cordon.alert'

/** An alert as it is now, in ECS. Each state of it is a document of its own, so that a history arises where it is kept. */
export function alertItem(alert: Alert): ForwardItem {
  const { id, tenantId, ruleId, ruleTitle, severity, attack, sentence, status, updatedAt } = alert
  const document: EcsEvent = {
    '@timestamp': updatedAt,
    message: sentence,
    event: {
      id: stableId(id, updatedAt, status, String(alert.eventCount)),
      dataset: ALERT_DATASET,
      kind: 'alert',
      category: ['threat'],
      type: ['indicator'],
      // As Sigma's levels, 1 to 5.
      severity: SEVERITIES.indexOf(severity) + 1,
      start: alert.firstEventAt,
      end: alert.lastEventAt,
      created: alert.createdAt,
    },
    organization: { id: tenantId },
    rule: { id: ruleId, name: ruleTitle },
    cordon: {
      alert: {
        id,
        status,
        severity,
        attack,
        group_key: alert.groupKey,
        event_count: alert.eventCount,
        ...(alert.closeReason !== undefined && { close_reason: alert.closeReason }),
      },
    },
  }
  return {
    id: document.event.id,
    kind: 'alert',
    dataset: ALERT_DATASET,
    timeMs: Date.parse(updatedAt),
    document: JSON.stringify(document),
  }
}
