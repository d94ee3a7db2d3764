import type { RuleSet } from './rule-set.ts'

/** A rule or a correlation that holds at an event: what `cordon detect` prints. */
export interface Match {
  /** The id of the rule or correlation. */
  rule: string
  title: string
  /** Of the event, from zero. */
  index: number
  /** Of correlations: the values that the event's group shares, and what was counted, summed or averaged. */
  group?: string[]
  aggregate?: number
}

/** An event as a file has it; `_t` is its time in epoch seconds. */
export type PlainEvent = Readonly<Record<string, unknown>>

/** Something that says which rules match which events: the stream, or SQL over stored events. */
export interface Engine {
  /** Every match, in no order. */
  run(rules: RuleSet, events: readonly PlainEvent[]): Promise<Match[]>
}
