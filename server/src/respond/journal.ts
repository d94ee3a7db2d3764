import type { ActionTarget, ActionTargetState } from '#domain/action-run.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

/** One step of a target, as it is written down. */
export interface JournalStep {
  state: ActionTargetState
  before?: Record<string, unknown>
  proof?: string
  reason?: string
}

/** The journal of one target: where it stands, and the next step to write. */
export interface Journal {
  readonly entry: ActionTarget
  /**
   * Durable when it resolves. Evidence of an earlier step does not outlive it; `before` does, because going back needs it.
   *
   * @throws AppError STORE_*.
   */
  write(step: JournalStep): Promise<void>
}

/** Opens the journal of a target of the action run `id`. */
export function openJournal(
  { records, tenantId, id, clock }: { records: RecordStore; tenantId: TenantId; id: string; clock: Clock },
  target: ActionTarget,
): Journal {
  let entry = target
  return {
    get entry() {
      return entry
    },
    async write(step) {
      const { proof: _proof, reason: _reason, ...lasting } = entry
      const next = { ...lasting, ...step, updatedAt: isoTime(clock.now()) }
      await records.actionRuns.writeTarget(tenantId, id, next)
      entry = next
    },
  }
}
