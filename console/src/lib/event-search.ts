import { parseRange, type TimeRange } from './time-range.ts'

/** The whole state of the events page, as it stands in the address. */
export interface EventSearch extends TimeRange {
  q: string
  /** The event whose document is open beside the table. */
  event?: string
  live?: true
}

/** What a control changes; `undefined` takes the entry out of the address. */
export type EventSearchChange = { [Key in keyof EventSearch]?: EventSearch[Key] | undefined }

const textOf = (value: unknown) => (value === undefined || value === null ? '' : String(value))

/** An address as a state; nonsense in it becomes the default instead of an error. */
export function parseEventSearch(search: Record<string, unknown>): EventSearch {
  return {
    ...parseRange(search['from'], search['to']),
    q: textOf(search['q']),
    ...(textOf(search['event']) !== '' && { event: textOf(search['event']) }),
    ...(textOf(search['live']) === 'true' && { live: true as const }),
  }
}

/** The state after a change. A span that does not move along ends live mode. */
export function changeEventSearch(before: EventSearch, change: EventSearchChange): EventSearch {
  const after = parseEventSearch({ ...before, ...change })
  if (after.to === 'now') return after
  const { live: _live, ...rest } = after
  return rest
}
