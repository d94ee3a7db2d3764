import type { EcsDocument, Histogram as HistogramReply } from '@cordon/api'
import { useMemo } from 'react'

import type { EventSearch, EventSearchChange } from '#lib/event-search.ts'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import type { EventRows } from '#pages/events/use-event-rows.ts'
import { Grid } from '#parts/grid.tsx'
import { Histogram } from '#parts/histogram.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { columnsOf, COMPACT_EVENT_PX, compactEvent } from './columns.tsx'
import { NoEvents } from './no-events.tsx'

interface Props {
  search: EventSearch
  rows: EventRows
  histogram: { data: HistogramReply | undefined; error: unknown; refetch: () => unknown }
  columns: readonly string[]
  activeIndex: number
  onChange: (change: EventSearchChange) => void
  onOpen: (event: EcsDocument) => void
  onAway: (isAway: boolean) => void
}

/** What was found: over time, and one by one. */
export function EventTable({ search, rows, histogram, columns: fields, activeIndex, onChange, onOpen, onAway }: Props) {
  const { columnWidths } = usePreferences()
  const chosen = fields.join()
  const columns = useMemo(() => columnsOf(chosen.split(','), columnWidths), [chosen, columnWidths])
  return (
    <>
      <div className="relative shrink-0 border-b border-line px-2 pb-1">
        {histogram.error ? (
          <ProblemBanner error={histogram.error} onRetry={() => void histogram.refetch()} />
        ) : (
          <Histogram
            histogram={histogram.data}
            onZoom={(from, to) => onChange({ from, to })}
            className="h-24 max-sm:h-20"
          />
        )}
      </div>
      <div
        aria-busy={rows.isBusy}
        className={`min-h-0 flex-1 bg-surface transition-opacity ${rows.isBusy && !rows.isPending ? 'opacity-60 delay-300' : ''}`}
      >
        {rows.isPending ? (
          <SkeletonRows rows={10} />
        ) : rows.loaded === 0 ? (
          <NoEvents query={search.q} onQuery={(q) => onChange({ q })} onRange={onChange} />
        ) : (
          <Grid
            label="Events"
            fill
            rows={rows.loaded}
            rowAt={rows.rowAt}
            keyOf={(index) => rows.rowAt(index)?.event.id ?? String(index)}
            columns={columns}
            compact={compactEvent}
            compactHeight={COMPACT_EVENT_PX}
            activeIndex={activeIndex}
            onOpen={onOpen}
            onRange={rows.onRange}
            onAway={onAway}
            onResize={(column, px) => setPreferences({ columnWidths: { ...columnWidths, [column]: px } })}
            sortOf={({ id }) =>
              id === '@timestamp'
                ? {
                    direction: search.order ?? 'desc',
                    onSort: () => onChange({ order: search.order === 'asc' ? undefined : 'asc' }),
                  }
                : undefined
            }
          />
        )}
      </div>
      {rows.moreError && (
        <div className="border-t border-line p-2">
          <ProblemBanner error={rows.moreError} onRetry={rows.fetchMore} />
        </div>
      )}
    </>
  )
}
