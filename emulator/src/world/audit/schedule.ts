import { random } from '#world/random.ts'
import type { World } from '#world/world.ts'

import { benignRecord } from './benign.ts'
import type { Occasion } from './benign.ts'
import type { AuditRecord } from './records/record.ts'
import type { ContentType } from './content-types.ts'

/**
 * When benign content is published. Time is cut into slots; a slot holds at most one blob of a content type, a pure
 * function of the slot. The 22 hours before the epoch (what a first subscription is known to be filled back with) have
 * slots of a minute; after the epoch live activity has slots of five seconds.
 */

/** `quiet` publishes a tenth of it, `off` nothing after the epoch. */
export type LiveActivity = 'normal' | 'quiet' | 'off'

/** How long before the epoch the first content was published, in milliseconds. */
export const HISTORY = 22 * 3_600_000

const HISTORY_SLOT = 60_000
const LIVE_SLOT = 5_000

/** Chance of a blob in a slot of the history at the busiest hour. */
const BUSY: Record<ContentType, number> = {
  'Audit.AzureActiveDirectory': 0.9,
  'Audit.Exchange': 1,
  'Audit.SharePoint': 0.95,
  'Audit.General': 0.75,
  'DLP.All': 0.12,
}

/** A slot's blob before its records are made. */
export interface ScheduledBlob {
  contentType: ContentType
  slot: number
  /** `contentCreated`, milliseconds. */
  createdAt: number
  /** From when on listings show it: later than `createdAt` for the odd blob. */
  listedAt: number
  size: number
}

const slotAt = (world: World, time: number) =>
  Math.floor((time - world.epoch) / (time < world.epoch ? HISTORY_SLOT : LIVE_SLOT))

const startOf = (world: World, slot: number) => world.epoch + slot * (slot < 0 ? HISTORY_SLOT : LIVE_SLOT)

/** Blobs created in [from, to), those that nobody can list any more left out. */
export function* scheduled(
  world: World,
  live: LiveActivity,
  contentType: ContentType,
  from: number,
  to: number,
): Generator<ScheduledBlob> {
  yield* imagined(world, live, contentType, Math.max(from, world.epoch - HISTORY), to)
}

/** Blobs created in [from, to), also long before the first that was published. */
function* imagined(
  world: World,
  live: LiveActivity,
  contentType: ContentType,
  from: number,
  to: number,
): Generator<ScheduledBlob> {
  const last = live === 'off' ? Math.min(to, world.epoch) : to
  for (let slot = slotAt(world, from); startOf(world, slot) < last; slot++) {
    const blob = blobOf(world, live, contentType, slot)
    if (blob && blob.createdAt >= from && blob.createdAt < last) yield blob
  }
}

function blobOf(world: World, live: LiveActivity, contentType: ContentType, slot: number): ScheduledBlob | undefined {
  const r = random(world.seed, 'slot', contentType, slot)
  const start = startOf(world, slot)
  const history = slot < 0
  const chance = BUSY[contentType] * rhythm(start) * (history ? 1 : live === 'quiet' ? 0.03 : 0.3)
  if (!r.chance(chance)) return undefined
  const createdAt = start + r.between(0, (history ? HISTORY_SLOT : LIVE_SLOT) - 1)
  const late = r.chance(0.02) ? r.between(15_000, 60_000) : 0
  return { contentType, slot, createdAt, listedAt: createdAt + late, size: sizeOf(r, history) * world.activity }
}

/** Mostly a handful, now and then a flood. */
function sizeOf(r: ReturnType<typeof random>, history: boolean): number {
  const draw = r.next()
  if (draw < 0.0015) return 500
  if (draw < 0.012) return r.between(40, 200)
  return 1 + Math.floor(-Math.log(1 - r.next()) * (history ? 7 : 2.5))
}

/** Share of the busiest hour at a time of day (UTC): quiet nights, never silent. */
function rhythm(time: number): number {
  const hour = (time % 86_400_000) / 3_600_000
  return 0.35 + 0.65 * Math.max(0, Math.sin(((hour - 5) / 14) * Math.PI)) ** 0.7
}

/** Positions of a blob's records: its own, then some that another blob has had before. */
function positions(
  world: World,
  live: LiveActivity,
  blob: ScheduledBlob,
): { slot: number; i: number; createdAt: number }[] {
  const own = Array.from({ length: blob.size }, (_, i) => ({ slot: blob.slot, i, createdAt: blob.createdAt }))
  const r = random(world.seed, 'again', blob.contentType, blob.slot)
  if (!r.chance(0.03)) return own
  const earlier = blobOf(world, live, blob.contentType, blob.slot - r.between(1, 3))
  if (!earlier || earlier.createdAt < world.epoch - HISTORY) return own
  const again = Array.from({ length: Math.min(earlier.size, r.between(1, 3)) }, (_, i) => i)
  return [...own, ...again.map((i) => ({ slot: earlier.slot, i, createdAt: earlier.createdAt }))]
}

/** Ids of the records of a blob, without making the records. */
export function recordIds(world: World, live: LiveActivity, blob: ScheduledBlob): string[] {
  return positions(world, live, blob).map(({ slot, i }) =>
    random(world.seed, 'record', blob.contentType, slot, i).guid(),
  )
}

/** The records of a blob. */
export function records(world: World, live: LiveActivity, blob: ScheduledBlob): AuditRecord[] {
  return positions(world, live, blob).map((position) =>
    benignRecord(blob.contentType, occasionOf(world, blob, position)),
  )
}

/**
 * What happened in [from, to) and is told by content of this type, whether or not that content can still be listed: other
 * logs of the same events are made from this. In no order.
 */
export function* occasions(
  world: World,
  live: LiveActivity,
  contentType: ContentType,
  from: number,
  to: number,
): Generator<Occasion> {
  for (const blob of imagined(world, live, contentType, from, to + LONGEST_LATENCY))
    for (let i = 0; i < blob.size; i++) {
      const occasion = occasionOf(world, blob, { slot: blob.slot, i, createdAt: blob.createdAt })
      if (occasion.at >= from && occasion.at < to) yield occasion
    }
}

function occasionOf(
  world: World,
  { contentType }: ScheduledBlob,
  { slot, i, createdAt }: { slot: number; i: number; createdAt: number },
): Occasion {
  const r = random(world.seed, 'record', contentType, slot, i)
  const id = r.guid()
  // Events are counted in whole seconds.
  return { world, r, id, at: Math.floor((createdAt - latency(r)) / 1000) * 1000 }
}

const LONGEST_LATENCY = 20 * 3_600_000

/** From event to publication: minutes, sometimes an hour, rarely most of a day. */
function latency(r: ReturnType<typeof random>): number {
  const draw = r.next()
  if (draw < 0.02) return r.between(3 * 3600, 20 * 3600) * 1000
  if (draw < 0.15) return r.between(1200, 5400) * 1000
  return r.between(60, 1200) * 1000
}
