import { parseRange, type TimeRange } from './time-range.ts'

/** The whole state of the events page, as it stands in the address. */
export interface EventSearch extends TimeRange {
  q: string
  /** The event whose document is open beside the table. */
  event?: string
  live?: true
}

/** An address as a state; nonsense in it becomes the default instead of an error. */
export function parseEventSearch(search: Record<string, unknown>): EventSearch {
  const text = (value: unknown) => (value === undefined || value === null ? '' : String(value))
  return {
    ...parseRange(search['from'], search['to']),
    q: text(search['q']),
    ...(search['event'] !== undefined && { event: text(search['event']) }),
    ...((search['live'] === true || search['live'] === 'true') && { live: true as const }),
  }
}
