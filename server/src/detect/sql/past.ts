import { Correlator, type JudgedFrom, LIMITS } from '#detect/correlate/correlator.ts'
import { KEPT_FOR_LATE_MS, reachOf } from '#detect/correlations.ts'
import type { LoadedCorrelation, LoadedRule } from '#detect/rule-set.ts'
import { createDetector } from '#detect/runner.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { CorrelationHit } from '#domain/rule.ts'
import type { EventHunt } from '#store/event-store.ts'

import { openHistory } from './history.ts'

/** What correlations have to know of the time before somebody asked them, to say what is new. */
export interface Past {
  /** In the order of time. Of many with the same values there are two or three for each timespan. */
  hits: CorrelationHit[]
  /** Before that, correlations do not know enough. */
  judgedFrom: JudgedFrom
}

export interface PastRequest {
  tenantId: TenantId
  rules: readonly LoadedRule[]
  correlations: readonly LoadedCorrelation[]
  /** Of the time that is to be judged, milliseconds; as long as hits are kept, and what comes, where absent. */
  span: { from?: number; until?: number }
  signal: AbortSignal
}

/** @throws AppError QUERY_TOO_LARGE where the store's limits end it; what the signal's reason is. */
export type ReadPast = (request: PastRequest) => Promise<Past>

/** Nothing is too late. */
const BOUNDS = { ...LIMITS, latenessMs: Infinity, groups: 1_000_000 }
const DAY_MS = 86_400_000

/** Reads from stored events what their own time lets go of: for each correlation that has to learn, its whole timespan. */
export function createReadPast(hunt: EventHunt, clock: Clock): ReadPast {
  return async ({ tenantId, rules, correlations, span, signal }) => {
    const learners = correlations.filter(({ learningS }) => learningS !== undefined)
    if (learners.length === 0) return { hits: [], judgedFrom: new Map() }
    const { from = clock.now() - KEPT_FOR_LATE_MS - reachOf(correlations), until = clock.now() + DAY_MS } = span
    const begins = from - 1000 * Math.max(...learners.map(({ timespanS }) => timespanS))
    const under = new Set(learners.flatMap((each) => each.rules))
    const detector = createDetector(
      rules.filter(({ id }) => under.has(id)),
      correlations,
    )
    const request = { tenantId, from: isoTime(begins), to: isoTime(until), signal }
    const history = await openHistory(hunt, request, detector.rules, () => false)
    const correlator = new Correlator<CorrelationHit>(learners, BOUNDS)
    for await (const { event } of history.candidates()) {
      const { hit } = detector.detect(event)
      if (hit) correlator.push({ ...hit, id: hit.eventId, time: Date.parse(hit.time), ref: hit })
    }
    const hits = new Map([...correlator.remembered()].map(({ ref }) => [ref.eventId, ref]))
    const begun = history.begun === undefined ? clock.now() : Math.max(history.begun, begins)
    return {
      hits: [...hits.values()].sort((a, b) => Date.parse(a.time) - Date.parse(b.time)),
      judgedFrom: new Map(learners.map(({ id, learningS = 0 }) => [id, Math.max(from, begun + learningS * 1000)])),
    }
  }
}
