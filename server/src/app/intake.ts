import type { TenantId } from '#domain/ids.ts'
import type { IntakeCounts } from '#domain/outcome.ts'

import type { Pipeline, Prepared, Source } from './pipeline.ts'

/** Records in one commit at most; a tenant that brings more gets the next one. */
const COMMIT_RECORDS = 20_000

/**
 * Many small batches into the pipeline. Microsoft gives a handful of records a blob, and the store's price is by the
 * statement: whatever arrives for a tenant while a commit is under way goes into the next one together.
 */
export interface Intake {
  /** Resolves when the records are durable. */
  take(source: Source, records: readonly string[]): Promise<IntakeCounts>
  /** Waits for the commits under way. */
  close(): Promise<void>
}

interface Waiting {
  prepared: Prepared
  taken: PromiseWithResolvers<IntakeCounts>
}

export function createIntake(pipeline: Pipeline): Intake {
  const waiting = new Map<TenantId, Waiting[]>()
  const draining = new Set<Promise<void>>()

  /** Commits what waits for a tenant, until nothing does. */
  async function drain(tenantId: TenantId, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const together = queue.splice(0, howMany(queue))
      await pipeline.commit(together.map(({ prepared }) => prepared)).then(
        (counts) => together.forEach(({ taken }, index) => taken.resolve(counts[index]!)),
        (error: unknown) => together.forEach(({ taken }) => taken.reject(error)),
      )
    }
    waiting.delete(tenantId)
  }

  return {
    take(source, records) {
      const one: Waiting = { prepared: pipeline.prepare(source, records), taken: Promise.withResolvers() }
      const queue = waiting.get(source.tenantId)
      if (queue) queue.push(one)
      else {
        const begun = [one]
        waiting.set(source.tenantId, begun)
        const drained = drain(source.tenantId, begun).finally(() => draining.delete(drained))
        draining.add(drained)
      }
      return one.taken.promise
    },
    close: async () => void (await Promise.all(draining)),
  }
}

function howMany(queue: readonly Waiting[]): number {
  let records = 0
  const over = queue.findIndex(({ prepared }) => (records += prepared.read) > COMMIT_RECORDS)
  return over === -1 ? queue.length : Math.max(over, 1)
}
