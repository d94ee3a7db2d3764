/** An event as correlations remember it. */
export interface Seen<R> {
  /** Unique among events; orders those of one time. */
  id: string
  /** Milliseconds since the epoch. */
  time: number
  /** What the caller wants back with a hold. */
  ref: R
  /** Texts of the fields that correlations ask for, as far as it has any. */
  facts: Readonly<Record<string, readonly string[]>>
}

/** Degrees. */
export interface Place {
  latitude: number
  longitude: number
}

/** An event in one group of one correlation. */
export interface Entry<R> {
  seen: Seen<R>
  /** Which of the correlation's rules matched it: positions in `rules`, ascending. */
  rules: number[]
  /** What is counted or summed, or where it was; undefined when the event has no such field, or no number in it. */
  value: string | number | Place | undefined
  /** What the correlation came to at this event; undefined where it does not hold. */
  holds: number | undefined
}

/** What a window comes to, kept up while events enter in the order of time and leave in the same order. */
export interface Aggregate {
  add(entry: Entry<unknown>): void
  drop(entry: Entry<unknown>): void
  /** The number that the condition is about, where the condition holds; `from` is the window's beginning. */
  result(from: number): number | undefined
}
