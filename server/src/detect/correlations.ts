import type { Detection } from '#domain/alert.ts'
import type { CorrelationHit } from '#domain/rule.ts'

import type { KnownUntil } from './correlate/absence.ts'
import { type Change, Correlator, type JudgedFrom, LIMITS, type Losses } from './correlate/correlator.ts'
import type { LoadedCorrelation } from './rule-set.ts'
import { spanOf } from './words.ts'

/** Hits are kept so much longer than correlations reach, milliseconds: for events that come later than these remember. */
export const KEPT_FOR_LATE_MS = 86_400_000

/** Correlations at work on what the rules under them matched. */
export interface Correlations {
  /** Whether a hit is too late to be judged with what is remembered; one that something waits for is taken in nevertheless. */
  isLate(hit: CorrelationHit): boolean
  /** A detection for every event of a window in which a correlation now holds, be the hit late or told again. */
  push(hit: CorrelationHit): Detection[]
  /** A detection for every event of which it is known now that nothing followed. */
  pass(until: KnownUntil): Detection[]
  /** The same as push without a word: it happened before anybody asked. */
  remember(hit: CorrelationHit): void
  readonly losses: Losses
}

/**
 * @param lateness how much older than the newest a hit may be, milliseconds; as {@link LIMITS} have it when absent.
 * @param judgedFrom before which moments correlations say nothing.
 */
export function createCorrelations(
  correlations: readonly LoadedCorrelation[],
  { lateness = LIMITS.latenessMs, judgedFrom }: { lateness?: number; judgedFrom?: JudgedFrom } = {},
): Correlations {
  const correlator = new Correlator<string>(correlations, { ...LIMITS, latenessMs: lateness }, judgedFrom)
  let newest = -Infinity
  const take = ({ eventId, time, rules, facts, sentence }: CorrelationHit) => {
    const moment = Date.parse(time)
    newest = Math.max(newest, moment)
    return correlator.push({ id: eventId, time: moment, ref: sentence, rules, facts })
  }
  return {
    losses: correlator.losses,
    isLate: ({ time }) => Date.parse(time) < newest - lateness,
    push: (hit) => take(hit).flatMap(detectionsOf),
    pass: (until) => correlator.pass(until).flatMap(detectionsOf),
    remember: (hit) => void take(hit),
  }
}

/**
 * How long after an event a hit of its correlations can matter, milliseconds: the longest timespan, chains and what is waited for
 * added up. What was seen before something new is read from stored events (sql/past.ts), and not from hits.
 */
export function reachOf(correlations: readonly LoadedCorrelation[]): number {
  const reach = new Map<string, number>()
  // Each comes after those it is over.
  for (const { id, type, rules, timespanS, latenessS = 0 } of correlations) {
    const ownMs = type === 'first_seen' ? 0 : (timespanS + latenessS) * 1000
    reach.set(id, ownMs + Math.max(0, ...rules.map((rule) => reach.get(rule) ?? 0)))
  }
  return Math.max(0, ...reach.values())
}

function detectionsOf({ correlation, group, aggregate, seen, evidence }: Change<string>): Detection[] {
  if (aggregate === undefined || !correlation.alerts) return []
  return toDetections(correlation, { group, aggregate, sentence: seen.ref, evidence: evidence() })
}

/** A correlation that holds for a group at an event. */
export interface Firing {
  group: readonly string[]
  aggregate: number
  /** The event's sentence. */
  sentence: string
  /** The events for which it holds; time in milliseconds. */
  evidence: readonly { id: string; time: number }[]
}

/** A detection for every event of a firing. */
export function toDetections(correlation: LoadedCorrelation, firing: Firing): Detection[] {
  const { id, title, level, attack } = correlation
  const { group, aggregate } = firing
  const sentence = `${tell(correlation, aggregate)}${group.length > 0 ? ` for ${group.join(', ')}` : ''}. ${firing.sentence}`
  return firing.evidence.map((each) => ({
    ruleId: id,
    ruleTitle: title,
    severity: level,
    attack,
    groupKey: group.join(' · ').toLowerCase(),
    eventId: each.id,
    eventTime: new Date(each.time).toISOString(),
    sentence,
  }))
}

/** What it came to: "12 events within 10 minutes". */
function tell({ type, fields, timespanS, rules }: LoadedCorrelation, aggregate: number): string {
  const within = `within ${spanOf(timespanS)}`
  const number = Number(aggregate.toFixed(2))
  const field = fields.join(' and ')
  if (type === 'absence') return `What should follow did not come ${within}`
  if (type === 'first_seen') return `First in ${spanOf(timespanS)}`
  if (type === 'speed') return `${number} km/h between two places`
  if (type === 'event_count') return `${number} events ${within}`
  if (type === 'value_count') return `${number} different values of ${field} ${within}`
  if (type === 'temporal') return `${number} of ${rules.length} things seen ${within}`
  if (type === 'temporal_ordered') return `${number} of ${rules.length} steps in order ${within}`
  const what = { value_sum: 'Sum', value_avg: 'Average', value_percentile: 'Percentile' }[type]
  return `${what} of ${field} is ${number} ${within}`
}
