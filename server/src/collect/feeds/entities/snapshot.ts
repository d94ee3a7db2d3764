import { z } from 'zod'

import type { FeedBatch, FeedContext, Span, Windowing } from '#collect/feed.ts'
import { readGraph, textOf, type GraphItem, type GraphList } from '#collect/graph-list.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime } from '#domain/clock.ts'
import { stableId } from '#domain/ids.ts'

/**
 * Snapshots of what has no clock of its own: Graph tells of a user what he is now, neither what he was nor since when. So all
 * are listed every few hours, at moments that lie on multiples of the interval, and each state is a batch of its own, known
 * by its content: what has not changed since is stored already and is not stored again. What changes and changes back while
 * no process remembers it (over a restart) is told once only.
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
  const entities = knownOf(context.microsoft, type)
  yield* readGraph(context, list, async function* (pages) {
    for await (const page of complete ? complete(pages) : pages) {
      yield page.map((entity) => toBatch(entities, { '@odata.type': type, ...entity }, moment, at))
    }
  })
}

export interface Snapshot {
  /** Graph's: `#microsoft.graph.user`. */
  type: string
  /** Adds what other lists know of them. */
  complete?: (pages: AsyncIterable<GraphItem[]>) => AsyncIterable<GraphItem[]>
}

function toBatch(known: Known, entity: GraphItem, moment: number, at: number): FeedBatch {
  const observed = { ...entity, observedDateTime: isoTime(moment) }
  return {
    id: identify(known, textOf(entity, 'id'), JSON.stringify(entity), moment),
    availableAt: isoTime(at),
    async *read() {
      yield [JSON.stringify(observed)]
    },
  }
}

/** The states of each entity so far, oldest first as they were first seen, and how the newest is identified. */
type Known = Map<string, { states: Set<string>; newest: string; id: string }>

/** Per connection and list; forgotten when the process ends. */
const known = new WeakMap<Microsoft, Map<string, Known>>()

function knownOf(microsoft: Microsoft, type: string): Known {
  const lists = known.get(microsoft) ?? new Map<string, Known>()
  known.set(microsoft, lists)
  const list: Known = lists.get(type) ?? new Map()
  lists.set(type, list)
  return list
}

/** A state is known by its content; one that an entity returns to, by the moment as well: else it would pass for the first. */
function identify(entities: Known, entity: string, content: string, moment: number): string {
  const state = stableId(entity, content)
  const before = entities.get(entity)
  if (before?.newest === state) return before.id
  const id = before?.states.has(state) ? stableId(state, isoTime(moment)) : state
  entities.set(entity, { states: new Set([...(before?.states ?? []), state]), newest: state, id })
  return id
}
