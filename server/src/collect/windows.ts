import { isoTime } from '#domain/clock.ts'
import type { Checkpoint, LedgerWindow } from '#domain/coverage.ts'

import type { Span, Windowing } from './feed.ts'
import { isUnfinished } from './gap-reason.ts'
import { newRow } from './open-window.ts'

/**
 * Which windows a pass visits. Windows lie on multiples of the feed's window length, so that a pass that starts anew finds
 * the rows of the one before. All times here are milliseconds, in whole seconds: Microsoft's finest grain.
 */
export interface Plan {
  /** Where the pass ends: the newest that may be listed now. */
  until: number
  /** Oldest first. */
  visits: Visit[]
  /** What became available here was never listed and is no longer kept. */
  lost: Span[]
  /** Windows left unfinished that are no longer kept: to be closed as gaps. */
  abandoned: LedgerWindow[]
}

export interface Visit {
  window: Span
  /** The part of it to list now: not the future, and not what is no longer kept. */
  listed: Span
  /** Whether some of it was never listed and is no longer kept. */
  isCut: boolean
  previous: LedgerWindow | undefined
}

export interface PlanInput {
  windowing: Windowing
  checkpoint: Checkpoint | undefined
  /** The feed's windows in {@link planRange}, oldest first. */
  existing: readonly LedgerWindow[]
  now: number
  /** How far back the first pass of all begins. */
  lookbackMs: number
}

const SECOND = 1000
const DAY = 24 * 60 * 60 * SECOND

/** The windows that {@link planWindows} must know: all that Microsoft may still add to, and the newly abandoned. */
export function planRange({ windowing, checkpoint, now }: Pick<PlanInput, 'windowing' | 'checkpoint' | 'now'>): Span {
  const from = Math.min(oldestKept(windowing, now), checkpoint ? Date.parse(checkpoint.until) : Infinity) - DAY
  return { from, to: endOf(windowing, now) + windowing.windowMs }
}

export function planWindows({ windowing, checkpoint, existing, now, lookbackMs }: PlanInput): Plan {
  const { windowMs } = windowing
  const until = endOf(windowing, now)
  const oldest = oldestKept(windowing, now)
  const rows = existing.map((row) => ({ row, from: Date.parse(row.from), to: Date.parse(row.to) }))
  // A first pass that failed left its window: the next one begins no later.
  const begun = Math.min(floorTo(windowMs, now - lookbackMs), ...rows.map(({ from }) => from))
  const reached = checkpoint ? Date.parse(checkpoint.until) : Math.max(oldest, begun)
  const isKept = ({ from, to }: Span): boolean => to > oldest && from < until

  const due = rows
    .filter((each) => isKept(each) && isDue(each.row, each.to, { windowing, now, until }))
    .map(({ row, from, to }): Visit => ({
      window: { from, to },
      listed: { from: Math.max(from, oldest), to: Math.min(to, until) },
      isCut: isUnfinished(row) && Math.max(from, reached) < oldest,
      previous: row,
    }))
  const unlisted = holes(rows, { from: Math.max(reached, oldest), to: floorTo(windowMs, until) + windowMs })
    .flatMap((hole) => onGrid(windowMs, hole))
    .filter(isKept)
    .map((window): Visit => ({
      window,
      listed: { from: window.from, to: Math.min(window.to, until) },
      isCut: false,
      previous: undefined,
    }))

  return {
    until,
    visits: [...due, ...unlisted].sort((a, b) => a.window.from - b.window.from),
    lost: checkpoint ? holes(rows, { from: reached, to: oldest }) : [],
    abandoned: rows.filter(({ row, to }) => to <= oldest && isUnfinished(row)).map(({ row }) => row),
  }
}

/**
 * The feed's windows that touch a span, as far as Microsoft still keeps it: those that `existing` has, and new ones for the rest.
 * Oldest first.
 */
export function windowsOf(
  windowing: Windowing,
  existing: readonly LedgerWindow[],
  span: Span,
  now: number,
): LedgerWindow[] {
  const kept = { from: Math.max(span.from, oldestKept(windowing, now)), to: Math.min(span.to, endOf(windowing, now)) }
  const rows = existing.map((row) => ({ row, from: Date.parse(row.from), to: Date.parse(row.to) }))
  const there = rows.filter(({ from, to }) => to > kept.from && from < kept.to).map(({ row }) => row)
  const whole = { from: floorTo(windowing.windowMs, kept.from), to: kept.to }
  const fresh = kept.from < kept.to ? holes(rows, whole).flatMap((hole) => onGrid(windowing.windowMs, hole)) : []
  return [...there, ...fresh.map((each) => newRow(each, isoTime(now)))].sort((a, b) => a.from.localeCompare(b.from))
}

/** The parts of `span` that no row covers. */
function holes(rows: readonly Span[], span: Span): Span[] {
  const found: Span[] = []
  let at = span.from
  for (const { from, to } of rows) {
    if (at < from && at < span.to) found.push({ from: at, to: Math.min(from, span.to) })
    at = Math.max(at, to)
  }
  if (at < span.to) found.push({ from: at, to: span.to })
  return found
}

/** `span` cut at the multiples of `windowMs`. */
function onGrid(windowMs: number, span: Span): Span[] {
  const cuts: Span[] = []
  for (let from = span.from; from < span.to;) {
    const to = Math.min(floorTo(windowMs, from) + windowMs, span.to)
    cuts.push({ from, to })
    from = to
  }
  return cuts
}

/** Where a pass at `now` ends. */
function endOf(windowing: Windowing, now: number): number {
  return floorTo(SECOND, now - windowing.settleMs)
}

function oldestKept(windowing: Windowing, now: number): number {
  return Math.ceil((now - windowing.retentionMs) / SECOND) * SECOND
}

/**
 * Whether a window that exists is to be listed again: it is unfinished, or so young that the service's index may be behind,
 * or it has not been listed since it was old enough to be settled; the latter once per window length.
 */
function isDue(
  row: LedgerWindow,
  to: number,
  { windowing, now, until }: { windowing: Windowing; now: number; until: number },
): boolean {
  if (isUnfinished(row) || to > until - windowing.overlapMs) return true
  const listedAt = Date.parse(row.updatedAt)
  if (row.requestedAt !== undefined && Date.parse(row.requestedAt) > listedAt) return true
  return listedAt < to + windowing.reconcileMs && now - listedAt >= windowing.windowMs
}

function floorTo(step: number, ms: number): number {
  return Math.floor(ms / step) * step
}
