import { randomUUID } from 'node:crypto'
import type { NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'

/** A tenant that no other test uses. */
export function newTenant(): TenantId {
  return randomUUID() as TenantId
}

/** An event with the id `event-<n>`, in minute `n` of 2026-11-01, with further fields; those of `event` join its own. */
export function testEvent(n: number, { event, ...fields }: Record<string, unknown> = {}): NormalizedEvent {
  return {
    event: {
      '@timestamp': new Date(Date.UTC(2026, 10, 1) + (n % 1_440) * 60_000).toISOString(),
      message: `Event ${n} happened.`,
      event: { id: `event-${n}`, dataset: 'test.events', kind: 'event', ...(event as object) },
      ...fields,
    },
    raw: { n },
    original: JSON.stringify({ n, note: `record "${n}"` }),
  }
}
