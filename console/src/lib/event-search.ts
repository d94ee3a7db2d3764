import { preferences } from './preferences.ts'
import { parseRange, type TimeRange } from './time-range.ts'

/** The whole state of the events page, as it stands in the address. */
export interface EventSearch extends TimeRange {
  q: string
  /** Fields that the table shows, with a comma between; the time always stands before them. */
  columns?: string
  /** Oldest first; newest first otherwise. */
  order?: 'asc'
  /** The event whose document is open beside the table. */
  event?: string
  live?: true
  /** The saved search that this began as. */
  saved?: string
}

/** What a control changes; `undefined` takes the entry out of the address. */
export type EventSearchChange = { [Key in keyof EventSearch]?: EventSearch[Key] | undefined }

export const DEFAULT_COLUMNS = ['message', 'user.name', 'source.ip', 'event.outcome', 'event.dataset']

const textOf = (value: unknown) => (value === undefined || value === null ? '' : String(value))

/** An address as a state; nonsense in it becomes the default instead of an error. Columns nobody named are those chosen last. */
export function parseEventSearch(search: Record<string, unknown>): EventSearch {
  const text = (name: 'event' | 'saved') => (textOf(search[name]) === '' ? {} : { [name]: textOf(search[name]) })
  return {
    ...parseRange(search['from'], search['to']),
    q: textOf(search['q']),
    columns: fieldsOf(textOf(search['columns']) || preferences().eventColumns).join(',') || DEFAULT_COLUMNS.join(','),
    ...(search['order'] === 'asc' && { order: 'asc' as const }),
    ...text('event'),
    ...(textOf(search['live']) === 'true' && { live: true as const }),
    ...text('saved'),
  }
}

/** The state after a change. A span that does not move along ends live mode, and so does reading from the oldest on. */
export function changeEventSearch(before: EventSearch, change: EventSearchChange): EventSearch {
  const after = parseEventSearch({ ...before, ...change })
  if (after.to === 'now' && after.order === undefined) return after
  const { live: _live, ...rest } = after
  return rest
}

/** The fields in such a list, each once. */
export function fieldsOf(columns = ''): string[] {
  return [...new Set(columns.split(',').map((field) => field.trim()))].filter((field) => field !== '')
}

/** What a saved search keeps. */
export interface SearchContent {
  query: string
  from: string
  to: string
  columns: string[]
}

export const contentOf = ({ q, from, to, columns }: EventSearch): SearchContent => ({
  query: q,
  from,
  to,
  columns: fieldsOf(columns),
})

/** Whether the search on the page is still the one that was saved. */
export function isUnchanged(search: EventSearch, saved: SearchContent): boolean {
  const now = contentOf(search)
  const columns = saved.columns.length === 0 ? now.columns : saved.columns
  return (
    now.query.trim() === saved.query.trim() &&
    now.from === saved.from &&
    now.to === saved.to &&
    now.columns.join() === columns.join()
  )
}
