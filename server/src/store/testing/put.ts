import type { NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventStore } from '#store/event-store.ts'

/** Encodes and inserts in one. */
export async function put(
  store: EventStore,
  tenantId: TenantId,
  token: string,
  events: readonly NormalizedEvent[],
): Promise<void> {
  await store.insert(
    tenantId,
    token,
    events.map((event) => store.encode(tenantId, event)),
  )
}
