import type { EcsDocument } from '@cordon/api'

import { textAt, userOf, valuesAt } from '#lib/ecs.ts'
import { DEFAULT_COLUMNS } from '#lib/event-search.ts'
import { Badge } from '#parts/badge.tsx'
import { CompactRow } from '#parts/panel.tsx'
import type { Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

/** How the events table shows a field; one without an entry here is its values. */
interface Look extends Pick<Column<EcsDocument>, 'title' | 'cell'> {
  px: number
  /** Of the columns that nobody chose: how wide the table must be for this one to be there, px. */
  from?: number
}

const OUTCOME_TONE = { success: 'good', failure: 'bad', unknown: 'quiet' } as const
const TIME_PX = 172
const OTHER_PX = 180

const mono = (field: string) => (event: EcsDocument) => (
  <span className="font-mono text-xs">{textAt(event, field)}</span>
)

const LOOKS: Record<string, Look> = {
  message: {
    title: 'What happened',
    px: 300,
    cell: (event) => <span title={event.message}>{event.message}</span>,
  },
  'user.name': {
    title: 'User',
    px: 220,
    from: 1000,
    cell: (event) => <span title={userOf(event)}>{userOf(event)}</span>,
  },
  'source.ip': { title: 'Source IP', px: 130, from: 1120, cell: mono('source.ip') },
  'event.outcome': {
    title: 'Outcome',
    px: 92,
    from: 560,
    cell: ({ event: { outcome } }) => outcome && <Badge tone={OUTCOME_TONE[outcome]}>{outcome}</Badge>,
  },
  'event.dataset': { title: 'Dataset', px: 110, from: 1220, cell: (event) => event.event.dataset },
  'event.action': { title: 'Action', px: 190, cell: (event) => event.event.action },
}

/** What a column of the field is called. */
export const columnTitle = (field: string) => LOOKS[field]?.title ?? field

function columnOf(field: string, widths: Record<string, number>): Column<EcsDocument> & Pick<Look, 'from'> {
  const { px, ...look } = LOOKS[field] ?? {
    title: field,
    px: OTHER_PX,
    cell: (event: EcsDocument) => {
      const text = valuesAt(event, field).join(', ')
      return <span title={text}>{text}</span>
    },
  }
  const width = widths[field]
  const track = width !== undefined ? `${width}px` : field === 'message' ? `minmax(${px}px, 1fr)` : `${px}px`
  return { id: field, track, px: width ?? px, ...look }
}

/**
 * The time, and the fields chosen. Columns that nobody chose give way where there is no room, also to those that were added to
 * them; of a choice of one's own all are there, and the table scrolls sideways. Without the sentence the last one takes the
 * room that is left.
 */
export function columnsOf(fields: readonly string[], widths: Record<string, number>): Column<EcsDocument>[] {
  const chosen = fields.map((field) => columnOf(field, widths))
  const isAddedTo = DEFAULT_COLUMNS.every((field, index) => fields[index] === field)
  const addedPx = chosen.slice(DEFAULT_COLUMNS.length).reduce((sum, { px = 0 }) => sum + px, 0)
  for (const [index, column] of chosen.entries()) {
    if (isAddedTo && index < DEFAULT_COLUMNS.length && column.from !== undefined) column.from += addedPx
    else delete column.from
  }
  const last = chosen.at(-1)
  if (last !== undefined && !fields.includes('message')) last.track = `minmax(${last.px}px, 1fr)`
  const time: Column<EcsDocument> = {
    id: '@timestamp',
    title: 'Time',
    track: `${widths['@timestamp'] ?? TIME_PX}px`,
    px: widths['@timestamp'] ?? TIME_PX,
    cell: (event) => <When at={event['@timestamp']} exact />,
  }
  return [time, ...chosen]
}

/** An event where there is no room for columns, and px of it. */
export const COMPACT_EVENT_PX = 76

export const compactEvent = (event: EcsDocument) => (
  <CompactRow
    first={<span className="line-clamp-2 leading-5 whitespace-normal">{event.message}</span>}
    second={
      <>
        <When at={event['@timestamp']} exact />
        {event.event.outcome === 'failure' && <Badge tone="bad">failure</Badge>}
        <span className="truncate">{event.event.action}</span>
      </>
    }
  />
)
