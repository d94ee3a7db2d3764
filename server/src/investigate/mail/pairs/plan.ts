import { isoTime } from '#domain/clock.ts'
import type { MailFilter } from '#domain/mail-filter.ts'

import { coverOf } from './cover.ts'
import type { PairQuestion, PairSource, Term } from './pair.ts'

/** What to ask a source, and what its answer will be worth. */
export interface Plan {
  source: PairSource
  /** `exact`: everything that the filter matches within the time it reaches. */
  kind: Term['kind']
  /** Why an answer may lack something, known before it is asked. */
  gaps: string[]
  question: Omit<PairQuestion, 'microsoft'>
}

export interface NoPlan {
  source: PairSource
  /** Why it is not asked. */
  unable: string
}

/** A message may wait in a queue of Exchange between the moment that it is recorded with and its arrival. */
const LONGEST_QUEUE_MS = 24 * 3_600_000
/** Records and mailboxes do not count by one clock. */
const SKEW_MS = 5 * 60_000

/** The plan for a filter (cleaned by cleanFilter), or why the source is of no use for it. `now` in milliseconds. */
export function planFor(
  source: PairSource,
  { where, receivedFrom, receivedTo }: MailFilter,
  now: number,
): Plan | NoPlan {
  const cover = coverOf(where, (condition) => source.term(condition))
  if (!cover) return { source, unable: 'it can look for none of these conditions.' }
  const oldest = now - source.reachMs + SKEW_MS
  const wanted = receivedFrom === undefined ? -Infinity : Date.parse(receivedFrom) - LONGEST_QUEUE_MS
  const until = receivedTo === undefined ? Infinity : Date.parse(receivedTo) + SKEW_MS
  const [from, to] = [Math.max(wanted, oldest), Math.min(until, now)]
  if (from >= to) return { source, unable: `it does not reach back before ${isoTime(oldest)}.` }
  const question = { branches: cover.branches, from, to }
  const tooMuch = source.tooMuch(question)
  if (tooMuch !== undefined) return { source, unable: tooMuch }
  const published = now - source.delayMs
  const gaps = [
    ...(cover.kind === 'hint' ? ['It cannot look for all of the conditions.'] : []),
    ...(wanted < oldest ? [`It reaches back to ${isoTime(oldest)}.`] : []),
    ...(until > published ? [`Mail after ${isoTime(published)} may not be in it yet.`] : []),
  ]
  return { source, kind: cover.kind, gaps, question }
}
