import type { EcsDocument } from '@cordon/api'
import { useCallback, useMemo } from 'react'

import { textAt, userOf } from '#lib/ecs.ts'
import { useHotkeys } from '#lib/hotkeys.ts'
import { fieldTerm, narrow } from '#lib/kql.ts'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import { count } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Histogram } from '#parts/histogram.tsx'
import { CompactRow, Empty, NewPill, SkeletonRows } from '#parts/panel.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

import { DocumentPanel } from './document-panel.tsx'
import { Facets } from './facets.tsx'
import { QueryBar } from './query-bar.tsx'
import { useEventSearch } from './use-event-search.ts'

const OUTCOME_TONE = { success: 'good', failure: 'bad', unknown: 'quiet' } as const

const COLUMNS: Column<EcsDocument>[] = [
  { id: 'time', title: 'Time', track: '172px', cell: (event) => <When at={event['@timestamp']} exact /> },
  {
    id: 'sentence',
    title: 'What happened',
    track: 'minmax(0, 1fr)',
    cell: (event) => <span title={event.message}>{event.message}</span>,
  },
  { id: 'user', title: 'User', track: '200px', from: 760, cell: userOf },
  {
    id: 'source',
    title: 'Source IP',
    track: '130px',
    from: 900,
    cell: (event) => <span className="font-mono text-xs">{textAt(event, 'source.ip')}</span>,
  },
  {
    id: 'outcome',
    title: 'Outcome',
    track: '84px',
    from: 620,
    cell: ({ event: { outcome } }) => outcome && <Badge tone={OUTCOME_TONE[outcome]}>{outcome}</Badge>,
  },
  { id: 'dataset', title: 'Dataset', track: '96px', from: 1040, cell: (event) => event.event.dataset },
]

const compact = (event: EcsDocument) => (
  <CompactRow
    first={event.message}
    second={
      <>
        <When at={event['@timestamp']} exact />
        <span className="truncate">{event.event.action}</span>
      </>
    }
  />
)

const NO_EVENTS: EcsDocument[] = []

/** Search over everything collected: query, histogram, facets, table, and the document beside it. */
export function EventsPage() {
  const { tenantId, search, filter, change, refresh, fresh, isLive, pages, histogram } = useEventSearch()
  const { facets } = usePreferences()
  const events = useMemo(() => pages.data?.pages.flatMap((page) => page.events) ?? NO_EVENTS, [pages.data])
  const total = pages.data?.pages[0]?.total
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const addTerm = (field: string, value: unknown, sense: 'in' | 'out') =>
    change({ q: narrow(search.q, fieldTerm(field, value, sense)) })
  const close = () => change({ event: undefined }, true)
  useHotkeys({ Escape: close })

  return (
    <div className="flex h-full min-h-0 flex-col">
      <h1 className="sr-only">Events</h1>
      <QueryBar search={search} error={pages.error} isLive={isLive} onChange={change} onRefresh={refresh} />
      <div className="flex min-h-0 flex-1">
        {facets === 'open' && !pages.isError && (
          <Facets tenantId={tenantId} filter={filter} onFilter={addTerm} yields={search.event !== undefined} />
        )}
        <section aria-label="Results" className="flex min-w-0 flex-1 flex-col">
          <div className="flex h-10 shrink-0 items-center gap-3 px-3 text-sm text-ink-2">
            <Button
              look="quiet"
              className="-ml-2 max-md:hidden"
              aria-pressed={facets === 'open'}
              onClick={() => setPreferences({ facets: facets === 'open' ? 'folded' : 'open' })}
            >
              Facets
            </Button>
            <output className="flex-1">
              {total !== undefined && count(total, 'event')}
              {pages.isFetching && !isFetchingNextPage && ' · searching…'}
            </output>
            {!isLive && <NewPill fresh={fresh} noun={fresh === 1 ? 'event' : 'events'} onShow={refresh} />}
          </div>
          {!pages.isError && (
            <Histogram
              histogram={histogram.data}
              onZoom={(from, to) => change({ from, to })}
              className="h-24 shrink-0 border-b border-line px-2 pb-1"
            />
          )}
          <div className="min-h-0 flex-1 bg-surface">
            {pages.isError ? undefined : pages.isPending ? (
              <SkeletonRows rows={10} />
            ) : (
              <Table
                label="Events"
                fill
                compact={compact}
                rows={events}
                columns={COLUMNS}
                idOf={(event) => event.event.id}
                activeId={search.event}
                onOpen={(event) => change({ event: event.event.id }, search.event !== undefined)}
                onEnd={onEnd}
                empty={<NoEvents hasQuery={search.q !== ''} onWiden={() => change({ from: 'now-30d', to: 'now' })} />}
              />
            )}
          </div>
        </section>
        {search.event !== undefined && (
          <DocumentPanel
            key={search.event}
            tenantId={tenantId}
            eventId={search.event}
            onFilter={addTerm}
            onClose={close}
          />
        )}
      </div>
    </div>
  )
}

function NoEvents({ hasQuery, onWiden }: { hasQuery: boolean; onWiden: () => void }) {
  return (
    <Empty title="No events here" action={<Button onClick={onWiden}>Look at the last 30 days</Button>}>
      {hasQuery
        ? 'Nothing in this span matches the query. Remove a condition or widen the time range.'
        : 'Nothing was collected for this span. Connections shows what each feed has read; “npx cordon import” takes files.'}
    </Empty>
  )
}
