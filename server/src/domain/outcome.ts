import type { NormalizedEvent } from './event.ts'

/** Why a record was dropped: a closed list, counted per feed and shown. */
export const DROP_REASONS = {
  empty: 'The record has no content.',
} as const

export type DropReason = keyof typeof DROP_REASONS

/** How normalizing one record ends. Nothing disappears: kept, dropped with a reason, or quarantined at a named step. */
export type NormalizeOutcome = ({ outcome: 'kept' } & NormalizedEvent) | Dropped | Quarantined

export interface Dropped {
  outcome: 'dropped'
  reason: DropReason
}

export interface Quarantined {
  outcome: 'quarantined'
  /** The named step that failed: `parse`, `time`, `exchange-item`, … */
  step: string
  /** What went wrong, one sentence, without the record's content. */
  error: string
  /** The record's own text, kept so that it can be replayed. */
  original: string
}

/** Counts of one batch or one import; they always add up to `read`. */
export interface IntakeCounts {
  read: number
  kept: number
  /** Records whose identity was already there (in this batch or in the store). */
  duplicates: number
  dropped: Partial<Record<DropReason, number>>
  /** Records left out by the feed's settings, by the setting that named them; absent where none was. */
  excluded?: Record<string, number>
  /** By step. */
  quarantined: Record<string, number>
}

/** The counts of nothing. */
export const NO_COUNTS: IntakeCounts = { read: 0, kept: 0, duplicates: 0, dropped: {}, quarantined: {} }

/** Both counts as one. */
export function addCounts(a: IntakeCounts, b: IntakeCounts): IntakeCounts {
  return {
    read: a.read + b.read,
    kept: a.kept + b.kept,
    duplicates: a.duplicates + b.duplicates,
    dropped: addEach(a.dropped, b.dropped),
    ...((a.excluded ?? b.excluded) && { excluded: addEach(a.excluded ?? {}, b.excluded ?? {}) }),
    quarantined: addEach(a.quarantined, b.quarantined),
  }
}

function addEach(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const total = { ...a }
  for (const [name, count] of Object.entries(b)) total[name] = (total[name] ?? 0) + count
  return total
}
