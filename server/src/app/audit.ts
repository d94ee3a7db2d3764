import { type Clock, isoTime } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

/** Who acts: a user by name, or the server itself. */
export type Actor = string

/** Writes down who changed what. `detail` names what it was done to, and holds no secret. */
export type Audit = (
  actor: Actor,
  action: string,
  detail: Record<string, unknown>,
  tenantId?: TenantId,
) => Promise<void>

export function createAudit(records: Pick<RecordStore, 'audit'>, clock: Clock): Audit {
  return (actor, action, detail, tenantId) =>
    records.audit.append({ at: isoTime(clock.now()), actor, action, detail, ...(tenantId && { tenantId }) })
}
