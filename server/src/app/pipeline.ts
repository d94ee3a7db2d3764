import type { Detected } from '#detect/runner.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { NormalizedEvent } from '#domain/event.ts'
import { stableId, type TenantId } from '#domain/ids.ts'
import type { IntakeCounts, NormalizeOutcome, Quarantined } from '#domain/outcome.ts'
import { normalizeAll, type Normalizer } from '#normalize/normalizer.ts'
import type { EncodedEvent, EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Bus } from './bus.ts'

/**
 * The stages joined: normalize → store → detect → alert. The one way in for a feed and for an imported file.
 *
 * Exactly once, whatever is repeated: every step may run again on the same records and change nothing. Events have
 * deterministic ids and only new ones are stored; detection runs over *all* kept events of a batch, old ones too, because a
 * crash may have come between storing and alerting; an event counts once per rule in the alerts.
 */
export interface Pipeline {
  /**
   * Normalizes records, detects in them and encodes them; touches no store, so it can run while the batch before is being
   * committed. A few events are done with before the next are made: what waits is small.
   */
  prepare(source: Source, records: readonly string[]): Prepared
  /**
   * Stores, detects and alerts; resolves when all of it is durable, with the counts of each batch. Several batches of one
   * tenant cost little more than one: the store's price is by the statement. May be called again before it resolves.
   */
  commit(batches: readonly Prepared[]): Promise<IntakeCounts[]>
}

/** Where records come from. */
export interface Source {
  tenantId: TenantId
  dataset: string
  /** The feed's id, or the name of the imported file: shown beside what was quarantined. */
  origin: string
  /** When the records came, ISO 8601, where that is known and stays: those that say no time themselves are placed there. */
  arrivedAt?: string
}

export interface Prepared {
  source: Source
  read: number
  /** One per event id, in the order read. */
  events: PreparedEvent[]
  dropped: IntakeCounts['dropped']
  quarantined: Quarantined[]
}

export interface PreparedEvent extends EncodedEvent, Detected {}

/** What the pipeline is joined from. */
export interface PipelineParts {
  /** Throws DATASET_NAME_UNKNOWN. */
  normalizerOf(dataset: string): Normalizer
  /** The tenant's rules as they are just now. */
  detectorOf(tenantId: TenantId): { detect(event: NormalizedEvent): Detected }
  /** Hears that correlations of the tenant have something to look at. */
  correlate(tenantId: TenantId): void
  events: Pick<EventStore, 'encode' | 'storedIds' | 'insert'>
  records: Pick<RecordStore, 'alerts' | 'correlationHits' | 'quarantine'>
  bus: Bus
  clock: Clock
}

export function createPipeline(parts: PipelineParts): Pipeline {
  const { normalizerOf, detectorOf, events, records, bus, clock } = parts
  const claims = createClaims(events)
  return {
    prepare(source, texts) {
      const normalizer = normalizerOf(source.dataset)
      const detector = detectorOf(source.tenantId)
      const prepared: Prepared = { source, read: texts.length, events: [], dropped: {}, quarantined: [] }
      const seen = new Set<string>()
      for (let from = 0; from < texts.length; from += AT_ONCE) {
        const outcomes = normalizeAll(normalizer, texts.slice(from, from + AT_ONCE), source.arrivedAt)
        const fresh = outcomes.flatMap((outcome) => (sortOut(outcome, prepared, seen) ? [outcome] : []))
        const detected = fresh.map((event) => detector.detect(event))
        for (const [at, event] of fresh.entries()) {
          const { tenantId, id, timeMs, row } = events.encode(source.tenantId, event)
          prepared.events.push({ tenantId, id, timeMs, row, ...detected[at]! })
        }
      }
      return prepared
    },

    async commit(batches) {
      const tenantId = batches[0]!.source.tenantId
      const kept = [...new Map(batches.flatMap((batch) => batch.events.map((event) => [event.id, event]))).values()]
      const fresh = await claims.claim(tenantId, kept)
      const hits = fresh.flatMap(({ hit }) => hit ?? [])
      try {
        for (const { source, quarantined } of batches) {
          if (quarantined.length > 0) await records.quarantine.add(tenantId, source, quarantined)
        }
        // Before their events: what is stored is not fresh any more, and would not be told after a crash.
        if (hits.length > 0) await records.correlationHits.add(tenantId, hits)
        if (fresh.length > 0) await events.insert(tenantId, contentToken(fresh), fresh)
      } finally {
        claims.release(tenantId, fresh)
      }
      if (hits.length > 0) parts.correlate(tenantId)
      const detections = kept.flatMap((event) => event.detections)
      const changed =
        detections.length > 0 ? await records.alerts.record(tenantId, detections, isoTime(clock.now())) : []

      if (fresh.length > 0) bus.publish(tenantId, { kind: 'events', count: fresh.length, newest: newestOf(fresh) })
      for (const alert of changed) bus.publish(tenantId, { kind: 'alert', alert })
      const unclaimed = new Set(fresh.map(({ id }) => id))
      return batches.map((batch) => countsOf(batch, unclaimed))
    },
  }
}

/**
 * So many events go through each stage before they go through the next. Measured: one by one costs a fifth more, presumably as
 * the stages drive each other out of the caches of the processor and of V8. Far more would live until the collector copies them.
 */
export const AT_ONCE = 64

/** Writes down what is not kept; true for an event that is, and was not there before. */
function sortOut(outcome: NormalizeOutcome, prepared: Prepared, seen: Set<string>): outcome is Kept {
  if (outcome.outcome === 'dropped') {
    prepared.dropped[outcome.reason] = (prepared.dropped[outcome.reason] ?? 0) + 1
  } else if (outcome.outcome === 'quarantined') {
    prepared.quarantined.push(outcome)
  } else if (!seen.has(outcome.event.event.id)) {
    seen.add(outcome.event.event.id)
    return true
  }
  return false
}

type Kept = Extract<NormalizeOutcome, { outcome: 'kept' }>

/** The counts of a batch. An event that several batches brought counts as kept in the first, which claims it. */
function countsOf({ read, events, dropped, quarantined }: Prepared, unclaimed: Set<string>): IntakeCounts {
  const kept = events.filter(({ id }) => unclaimed.delete(id)).length
  const byStep: IntakeCounts['quarantined'] = {}
  for (const { step } of quarantined) byStep[step] = (byStep[step] ?? 0) + 1
  const refused = Object.values(dropped).reduce((total, count) => total + count, quarantined.length)
  return { read, kept, duplicates: read - refused - kept, dropped, quarantined: byStep }
}

/** Which events are to be stored by whom, while several commits are under way. */
interface Claims {
  /** Those of `kept` that are neither stored nor claimed; they are the caller's until released. */
  claim(tenantId: TenantId, kept: readonly PreparedEvent[]): Promise<PreparedEvent[]>
  release(tenantId: TenantId, events: readonly PreparedEvent[]): void
}

function createClaims(events: Pick<EventStore, 'storedIds'>): Claims {
  const claimed = new Map<TenantId, Set<string>>()
  let turn: Promise<unknown> = Promise.resolve()

  async function decide(tenantId: TenantId, kept: readonly PreparedEvent[]): Promise<PreparedEvent[]> {
    if (kept.length === 0) return []
    const ids = claimed.get(tenantId) ?? new Set<string>()
    claimed.set(tenantId, ids)
    // As it was when the store was asked: what another commit stores and releases meanwhile, the answer may lack.
    const others = new Set(ids)
    const stored = await events.storedIds(tenantId, kept)
    const fresh = kept.filter(({ id }) => !stored.has(id) && !others.has(id))
    for (const { id } of fresh) ids.add(id)
    return fresh
  }

  return {
    claim(tenantId, kept) {
      // One after another, so that nobody claims between another's question and answer.
      const decided = turn.then(() => decide(tenantId, kept))
      turn = decided.catch(() => undefined)
      return decided
    },
    release(tenantId, released) {
      const ids = claimed.get(tenantId)
      for (const { id } of released) ids?.delete(id)
      if (ids?.size === 0) claimed.delete(tenantId)
    },
  }
}

/**
 * Names what is inserted by its content. Not by the batch it came from: after a crash a batch may come back with only
 * some of its events missing, and a token already used would make the store skip them.
 */
function contentToken(events: readonly PreparedEvent[]): string {
  return stableId(...events.map(({ id }) => id))
}

function newestOf(events: readonly PreparedEvent[]): string {
  return isoTime(events.reduce((newest, { timeMs }) => Math.max(newest, timeMs), -Infinity))
}
