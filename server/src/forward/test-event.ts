import { randomUUID } from 'node:crypto'

import { isoTime } from '#domain/clock.ts'
import type { ForwardItem } from '#domain/destination.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'

/** The event that a test sends: marked, so that nobody takes it for one that happened. */
export function testItem(tenantId: TenantId, now: number): ForwardItem {
  const document: EcsEvent = {
    '@timestamp': isoTime(now),
    message: 'This is a test of Cordon: nothing happened.',
    event: { id: randomUUID(), dataset: 'cordon.test', kind: 'event' },
    organization: { id: tenantId },
    tags: ['cordon-test'],
    labels: { cordon_test: 'true' },
  }
  return {
    id: document.event.id,
    kind: 'event',
    dataset: document.event.dataset,
    timeMs: now,
    document: JSON.stringify(document),
  }
}
