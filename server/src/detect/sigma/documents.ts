import type { Severity } from '#domain/alert.ts'

import type { Expression } from './expression.ts'
import type { Place } from './problem.ts'

/**
 * What a Sigma file may hold: rules over single events, correlations over what rules match, and filters that tune rules
 * without touching them. One file may hold several, as YAML documents.
 */
export type SigmaDocument = SigmaRule | SigmaCorrelation | SigmaFilter

/** What every document says of itself. */
export interface SigmaHead {
  /** The document's `id`; without one its `name`, or its `title`. */
  id: string
  /** Whether it says its `id`; ids of its own are unique in a rule set. */
  hasId: boolean
  name?: string
  title: string
  description: string
  status?: string
  author?: string
  license?: string
  date?: string
  modified?: string
  references: string[]
  /** The document's text, for people to read. */
  yaml: string
  /** One-based line of the file where the document begins. */
  line: number
}

/** What a document that raises alerts says of them. */
export interface SigmaAlerting {
  level: Severity
  /** Tags as written. */
  tags: string[]
  /** Tags without `attack.`: tactics and techniques. */
  attack: string[]
  falsePositives: string[]
}

/** Where a rule's events come from. A name that is absent means any. */
export interface Logsource {
  product?: string
  service?: string
  category?: string
}

export interface SigmaRule extends SigmaHead, SigmaAlerting {
  kind: 'rule'
  logsource: Logsource
  expression: Expression
  /** Our own key `cordon.group-by`: event fields whose values make one alert. */
  groupBy: string[]
  /** Our own keys `cordon.first-seen`, `cordon.speed` and `cordon.absence`. */
  judgment?: Judgment
}

/**
 * What is asked of the events that a rule matches together, where Sigma has no words for it: a correlation over the rule alone.
 * A rule set has it as that.
 */
export type Judgment = FirstSeen | Speed | Absence

/** Events whose values of some fields no matching event had in the timespan before. */
export interface FirstSeen {
  type: 'first_seen'
  groupBy: string[]
  timespanS: number
  /** Nothing is new while the history is younger than these seconds. */
  learningS: number
}

/** Two events of a group, one after the other, at places that nobody travels between in that time. */
export interface Speed {
  type: 'speed'
  groupBy: string[]
  /** At most so long apart, in seconds. */
  timespanS: number
  fasterThanKmh: number
  /** Of places nearer than that nothing is said: how exact an address's place is nobody knows. */
  fartherThanKm: number
}

/** Events that nothing of the same group followed which should have: of some rules, or of the rule itself where it names none. */
export interface Absence extends Pick<SigmaCorrelation, 'rules' | 'places' | 'groupBy' | 'aliases'> {
  type: 'absence'
  /** What follows at `t` lies in `(t, t + timespan]`. */
  timespanS: number
  /** So long events are waited for that come late, in seconds. */
  latenessS: number
}

/** What correlation rules may say. */
export type SigmaCorrelationType =
  | 'event_count'
  | 'value_count'
  | 'temporal'
  | 'temporal_ordered'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'

export type CorrelationType = SigmaCorrelationType | Judgment['type']

export interface SigmaCorrelation extends SigmaHead, SigmaAlerting {
  kind: 'correlation'
  type: CorrelationType
  /**
   * Ids or names of rules and correlations; for `temporal_ordered` in the order they must come, for `absence` what is followed and
   * then what may follow it.
   */
  rules: string[]
  /** Where each of `rules` stands. */
  places: Record<string, Place>
  /** Event fields, or aliases. Empty: one group of everything. */
  groupBy: string[]
  /** Seconds; the window at an event is `[t - timespan, t]`, both ends in; of `absence` it is `(t, t + timespan]`. */
  timespanS: number
  /** Alias → rule → the field that the alias stands for in that rule's events. */
  aliases: Record<string, Record<string, string>>
  /** Whether the rules referred to raise alerts of their own as well. */
  generate: boolean
  /** `condition.field`: what is counted, summed or averaged. Several: distinct tuples (`value_count` alone). */
  fields: string[]
  /** Of `value_percentile`, 0 to 100. */
  percentile?: number
  /** Of `first_seen`: see {@link FirstSeen}. */
  learningS?: number
  /** Of `speed`: see {@link Speed}. */
  fartherThanKm?: number
  /** Of `absence`: see {@link Absence}. */
  latenessS?: number
  condition: CorrelationCondition
}

/** All thresholds must hold (a range has two); or, for temporal types, rules joined by and, or, not. */
export type CorrelationCondition =
  | { kind: 'threshold'; all: Threshold[] }
  | { kind: 'rules'; expression: RuleExpression }

export interface Threshold {
  operator: 'lt' | 'lte' | 'gt' | 'gte' | 'eq' | 'neq'
  value: number
}

/** Which rules were seen in the window. */
export type RuleExpression =
  | { kind: 'and' | 'or'; terms: RuleExpression[] }
  | { kind: 'not'; term: RuleExpression }
  | { kind: 'rule'; rule: string }

export interface SigmaFilter extends SigmaHead {
  kind: 'filter'
  logsource: Logsource
  rules: string[] | 'any'
  /** Where each of `rules` stands. */
  places: Record<string, Place>
  /** A rule that the filter fits matches where its own expression and this one hold. */
  expression: Expression
}
