import type { Detection } from '#domain/alert.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { NormalizedEvent } from '#domain/event.ts'
import { stableId, type TenantId } from '#domain/ids.ts'
import type { IntakeCounts, NormalizeOutcome, Quarantined } from '#domain/outcome.ts'
import type { EventStore } from '#store/event-store.ts'
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
  /** Normalizes records; touches no store, so it can run while the batch before is being committed. */
  prepare(source: Source, records: readonly string[]): Prepared
  /** Stores, detects and alerts. Resolves when all of it is durable. Commit batches of one source one after the other. */
  commit(prepared: Prepared): Promise<IntakeCounts>
}

/** Where records come from. */
export interface Source {
  tenantId: TenantId
  dataset: string
  /** The feed's id, or the name of the imported file: shown beside what was quarantined. */
  origin: string
}

export interface Prepared {
  source: Source
  read: number
  /** One per event id, in the order read. */
  events: NormalizedEvent[]
  dropped: IntakeCounts['dropped']
  quarantined: Quarantined[]
}

/** What the pipeline is joined from. */
export interface PipelineParts {
  /** One record's text in a dataset → its outcome; throws DATASET_NAME_UNKNOWN. */
  normalizerOf(dataset: string): (record: string) => NormalizeOutcome
  detector: { detect(events: readonly NormalizedEvent[]): Detection[] }
  events: Pick<EventStore, 'storedIds' | 'insert'>
  records: Pick<RecordStore, 'alerts' | 'quarantine'>
  bus: Bus
  clock: Clock
}

export function createPipeline({ normalizerOf, detector, events, records, bus, clock }: PipelineParts): Pipeline {
  return {
    prepare(source, texts) {
      const normalize = normalizerOf(source.dataset)
      const prepared: Prepared = { source, read: texts.length, events: [], dropped: {}, quarantined: [] }
      const seen = new Set<string>()
      for (const text of texts) {
        const outcome = normalize(text)
        if (outcome.outcome === 'dropped') {
          prepared.dropped[outcome.reason] = (prepared.dropped[outcome.reason] ?? 0) + 1
        } else if (outcome.outcome === 'quarantined') {
          prepared.quarantined.push(outcome)
        } else if (!seen.has(outcome.event.event.id)) {
          seen.add(outcome.event.event.id)
          prepared.events.push(outcome)
        }
      }
      return prepared
    },

    async commit({ source, read, events: kept, dropped, quarantined }) {
      const { tenantId, dataset, origin } = source
      const fresh = await unstored(events, tenantId, kept)
      if (quarantined.length > 0) await records.quarantine.add(tenantId, { dataset, origin }, quarantined)
      if (fresh.length > 0) await events.insert(tenantId, contentToken(fresh), fresh)
      const detections = detector.detect(kept)
      const changed =
        detections.length > 0 ? await records.alerts.record(tenantId, detections, isoTime(clock.now())) : []

      if (fresh.length > 0) bus.publish(tenantId, { kind: 'events', count: fresh.length, newest: newestOf(fresh) })
      for (const alert of changed) bus.publish(tenantId, { kind: 'alert', alert })
      const refused = sum(Object.values(dropped)) + quarantined.length
      return {
        read,
        kept: fresh.length,
        duplicates: read - refused - fresh.length,
        dropped,
        quarantined: Object.fromEntries(
          Object.entries(Object.groupBy(quarantined, ({ step }) => step)).map(([step, all]) => [step, all!.length]),
        ),
      }
    },
  }
}

async function unstored(
  events: Pick<EventStore, 'storedIds'>,
  tenantId: TenantId,
  kept: readonly NormalizedEvent[],
): Promise<NormalizedEvent[]> {
  if (kept.length === 0) return []
  const stored = await events.storedIds(
    tenantId,
    kept.map(({ event }) => event.event.id),
    kept.map(({ event }) => event['@timestamp']),
  )
  return kept.filter(({ event }) => !stored.has(event.event.id))
}

/**
 * Names what is inserted by its content. Not by the batch it came from: after a crash a batch may come back with only
 * some of its events missing, and a token already used would make the store skip them.
 */
function contentToken(events: readonly NormalizedEvent[]): string {
  return stableId(...events.map(({ event }) => event.event.id))
}

function newestOf(events: readonly NormalizedEvent[]): string {
  return events.reduce((newest, { event }) => (event['@timestamp'] > newest ? event['@timestamp'] : newest), '')
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
