import type { LoadedCorrelation, RuleSet } from './rule-set.ts'

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

/** An engine at work on events that come to an end. */
export interface Run<E> {
  /**
   * Takes the next event, with its index, which comes back in matches; gives what rules are known to match so far and was not
   * given before.
   */
  push(event: E, index: number): Match[] | Promise<Match[]>
  /** What was not given yet: what rules match, then where correlations hold, all events known; both in the order of events. */
  end(): Iterable<Match> | AsyncIterable<Match>
}

/** Where correlations hold, in the order of events, of correlations, and of groups. */
export function byPlace(correlations: readonly LoadedCorrelation[]): (a: Match, b: Match) => number {
  const places = new Map(correlations.map(({ id }, place) => [id, place]))
  const groupOf = ({ group }: Match) => JSON.stringify(group)
  return (a, b) =>
    a.index - b.index ||
    places.get(a.rule)! - places.get(b.rule)! ||
    (groupOf(a) < groupOf(b) ? -1 : Number(groupOf(a) > groupOf(b)))
}
