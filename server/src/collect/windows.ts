import type { Checkpoint, LedgerWindow } from '#domain/coverage.ts'

import type { Span, Windowing } from './feed.ts'

/**
 * Which windows a pass visits. Windows lie on multiples of the feed's window length, so that a pass that starts anew finds
 * the rows of the one before. All times here are milliseconds, in whole seconds: Microsoft's finest grain.
 */
export interface Plan {
  /** Oldest first. */
  visits: Visit[]
  /** What became available here and is no longer kept: nothing collects it any more. */
  lost: Span | undefined
  /** Windows left open behind what is still kept: to be closed as gaps. */
  abandoned: LedgerWindow[]
}

export interface Visit {
  window: Span
  /** The part of it to list now: not the future, and not what is no longer kept. */
  listed: Span
  previous: LedgerWindow | undefined
}

export interface PlanInput {
  windowing: Windowing
  checkpoint: Checkpoint | undefined
  /** The feed's windows since {@link planFrom}. */
  existing: readonly LedgerWindow[]
  now: number
  /** How far back the first pass of all begins. */
  lookbackMs: number
}

const SECOND = 1000

/** From when on {@link planWindows} must know the windows that exist. */
export function planFrom({ windowing, checkpoint, now }: Omit<PlanInput, 'existing'>): number {
  const until = endOf(windowing, now)
  return Math.min(checkpoint ? Date.parse(checkpoint.until) : until, until - windowing.reconcileMs)
}

export function planWindows({ windowing, checkpoint, existing, now, lookbackMs }: PlanInput): Plan {
  const { windowMs, retentionMs, overlapMs, reconcileMs } = windowing
  const until = endOf(windowing, now)
  const oldest = Math.ceil((now - retentionMs) / SECOND) * SECOND
  const reached = checkpoint ? Date.parse(checkpoint.until) : Math.max(oldest, floorTo(windowMs, now - lookbackMs))
  const start = Math.max(reached, oldest)

  // Once per window length everything recent is listed again, in between only what is young.
  const isReconciling = floorTo(windowMs, reached) !== floorTo(windowMs, until)
  const recent = until - (isReconciling ? reconcileMs : overlapMs)

  const rows = existing.map((row) => ({ row, from: Date.parse(row.from), to: Date.parse(row.to) }))
  const again = rows.filter(
    ({ row, from, to }) => to > oldest && from < until && (to > recent || (to > start && row.state !== 'complete')),
  )
  const visits: Visit[] = again.map(({ row, from, to }) => ({
    window: { from, to },
    listed: { from: Math.max(from, oldest), to: Math.min(to, until) },
    previous: row,
  }))

  for (let from = start; from < until;) {
    const at = from
    const covering = rows.find((row) => row.from <= at && at < row.to)
    if (covering) {
      from = covering.to
      continue
    }
    const next = Math.min(...rows.filter((row) => row.from > at).map((row) => row.from))
    const to = Math.min(floorTo(windowMs, from) + windowMs, next)
    visits.push({ window: { from, to }, listed: { from, to: Math.min(to, until) }, previous: undefined })
    from = to
  }

  const lostFrom = Math.max(reached, ...rows.filter(({ to }) => to <= oldest).map(({ to }) => to))
  return {
    visits: visits.sort((a, b) => a.window.from - b.window.from),
    lost: checkpoint && lostFrom < oldest ? { from: lostFrom, to: oldest } : undefined,
    abandoned: rows
      .filter(({ row, to }) => to <= oldest && to > reached && row.state !== 'complete')
      .map(({ row }) => row),
  }
}

/** Where a pass at `now` ends. */
export function endOf(windowing: Windowing, now: number): number {
  return floorTo(SECOND, now - windowing.settleMs)
}

function floorTo(step: number, ms: number): number {
  return Math.floor(ms / step) * step
}
