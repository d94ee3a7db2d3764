import { z } from 'zod'

import type { FeedBatch, FeedContext, Span, Windowing } from '#collect/feed.ts'
import { readGraph, textOf, type GraphItem, type GraphList } from '#collect/graph-list.ts'
import { isoTime } from '#domain/clock.ts'
import { stableId } from '#domain/ids.ts'

/**
 * Snapshots of what has no clock of its own: Graph tells of a user what he is now, neither what he was nor since when. So all
 * are listed every few hours, at moments that lie on multiples of the interval, and each state is a batch of its own, known
 * by its content: what has not changed since is stored already and is not stored again.
 *
 * Change tracking (delta) would be cheaper, but its place is in a link that is lost with whatever was not stored in time.
 */

const HOUR = 3_600_000

export const SnapshotOptions = z.strictObject({
  everyHours: z
    .number()
    .int()
    .min(1, 'Expected 1 hour or more.')
    .max(24, 'Expected 24 hours at most.')
    .default(6)
    .describe('Hours between two snapshots, 1 to 24.'),
})
export type SnapshotOptions = z.infer<typeof SnapshotOptions>

export const SNAPSHOT_WINDOWING: Windowing = {
  // Of the shortest interval. A snapshot lies at the end of its window, which is then over and is not listed again.
  windowMs: HOUR,
  // The newest snapshot is at most a day old. An older one that was missed cannot be had: nobody knows what was then.
  retentionMs: 48 * HOUR,
  // A snapshot holds everything there is, so nothing comes late.
  overlapMs: 0,
  reconcileMs: 0,
  settleMs: 0,
}

/** States of what `list` holds, where the newest snapshot's moment lies in the span; nothing otherwise. */
export async function* listSnapshot(
  context: FeedContext<SnapshotOptions>,
  span: Span,
  list: GraphList,
  { type, complete }: Snapshot,
): AsyncGenerator<FeedBatch[], void, undefined> {
  const interval = context.options.everyHours * HOUR
  const moment = Math.floor(context.clock.now() / interval) * interval
  const at = moment - 1
  if (at < span.from || at >= span.to) return
  yield* readGraph(context, list, async function* (pages) {
    for await (const page of complete ? complete(pages) : pages) {
      yield page.map((entity) => toBatch({ '@odata.type': type, ...entity }, moment, at))
    }
  })
}

export interface Snapshot {
  /** Graph's: `#microsoft.graph.user`. */
  type: string
  /** Adds what other lists know of them. */
  complete?: (pages: AsyncIterable<GraphItem[]>) => AsyncIterable<GraphItem[]>
}

function toBatch(entity: GraphItem, moment: number, at: number): FeedBatch {
  const state = JSON.stringify(entity)
  const observed = { ...entity, observedDateTime: isoTime(moment) }
  return {
    id: stableId(textOf(entity, 'id'), state),
    availableAt: isoTime(at),
    async *read() {
      yield [JSON.stringify(observed)]
    },
  }
}
