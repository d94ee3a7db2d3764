import { defineFeed, type Feed, type FeedBatch } from '#collect/feed.ts'
import { isoTime } from '#domain/clock.ts'

/** A batch of a feed that exists in a test alone, with the times at which it can be seen and had. */
export interface RehearsedBatch {
  id: string
  /** Milliseconds since the epoch, as all here. */
  availableAt: number
  /** Listed from then on, which may be later than `availableAt` says; at once when absent. */
  listedFrom?: number
  records: string[]
}

export interface Rehearsal {
  feed: Feed
  batches: RehearsedBatch[]
  /** Called before each answer; what it throws is the answer. */
  before: (step: { kind: 'prepare' | 'list' } | { kind: 'read'; id: string }) => void
}

export const HOUR = 3_600_000

/** A feed over `batches` that behaves as `before` says: how the runner is driven into every corner without a service. */
export function rehearseFeed(now: () => number): Rehearsal {
  const rehearsal: Rehearsal = {
    batches: [],
    before: () => undefined,
    feed: defineFeed({
      id: 'rehearsed.stream',
      title: 'Rehearsed',
      dataset: 'o365.audit',
      api: 'management-activity',
      permissions: [],
      lateness: 'As late as its test says.',
      windowing: {
        windowMs: HOUR,
        listMs: 24 * HOUR,
        retentionMs: 7 * 24 * HOUR,
        overlapMs: HOUR / 2,
        reconcileMs: 24 * HOUR,
        settleMs: 3000,
      },
      source: {
        async prepare() {
          rehearsal.before({ kind: 'prepare' })
          return {}
        },
        async *list(_, { from, to }) {
          const found = rehearsal.batches.filter(
            ({ availableAt: at, listedFrom }) => at >= from && at < to && (listedFrom ?? at) <= now(),
          )
          for (const batch of found) {
            rehearsal.before({ kind: 'list' })
            yield [toBatch(batch)]
          }
        },
      },
    }),
  }
  function toBatch({ id, availableAt, records }: RehearsedBatch): FeedBatch {
    return {
      id,
      availableAt: isoTime(availableAt),
      async *read() {
        rehearsal.before({ kind: 'read', id })
        yield records
      },
    }
  }
  return rehearsal
}
