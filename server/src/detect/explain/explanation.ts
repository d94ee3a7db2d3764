/**
 * Why a rule matches an event or does not: the rule's own tree, and at each of its leaves what it asks and what the event
 * has there.
 */
export type Explained = ExplainedJoin | ExplainedLeaf

export interface ExplainedJoin {
  kind: 'and' | 'or' | 'not'
  matched: boolean
  terms: Explained[]
}

export interface ExplainedLeaf {
  kind: 'leaf'
  matched: boolean
  /** Absent for a keyword, which is sought in every value. */
  field?: string
  /** In words: `contains "forward"`. */
  asks: string
  /** `absent`: the event has no such field. */
  verdict: 'matched' | 'mismatched' | 'absent'
  /** What the event has there, the first of many and the beginning of long ones; of a keyword the values that hold it. */
  values: string[]
  /** How many values there are beside `values`. */
  more: number
}

export interface Explanation {
  /** The rule's id. */
  rule: string
  title: string
  matched: boolean
  /** Why the rule does not look at such an event at all; then there is no `tree`. */
  passedBy?: string
  tree?: Explained
  /** What the rule asks of the events that it matches together, which one event does not tell. */
  further?: string
}
