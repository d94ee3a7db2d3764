/**
 * A search over events, as a tree. `parseQuery` (kql.ts) makes it from the text people type, the event store turns it into
 * SQL with bound parameters; neither knows the other.
 */
export type EventQuery =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; terms: EventQuery[] }
  | { kind: 'not'; term: EventQuery }
  /** The field has any value. */
  | { kind: 'exists'; field: string }
  /** Equal without case. In a wildcard value `*` is any length, `\*` a star and `\\` a backslash. */
  | { kind: 'match'; field: string; value: string; wildcard: boolean }
  | { kind: 'range'; field: string; operator: 'gt' | 'gte' | 'lt' | 'lte'; value: string }
  /** Address inside a CIDR block. */
  | { kind: 'cidr'; field: string; block: string }
  /** All words of the text occur in the event's sentence. */
  | { kind: 'text'; text: string }

/** A half-open span of event time: from ≤ t < to, ISO. */
export interface TimeRange {
  from: string
  to: string
}
