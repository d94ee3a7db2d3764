import type { EcsDocument } from '@cordon/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useCallback, useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queryFault } from '#lib/http.ts'
import { fieldsOf } from '#lib/event-search.ts'
import { useHotkeys } from '#lib/hotkeys.ts'
import { narrow } from '#lib/kql.ts'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import type { TimeRange } from '#lib/time-range.ts'
import { IconButton } from '#parts/button.tsx'
import { Dialog } from '#parts/dialog.tsx'
import { KqlGuide } from '#parts/kql-guide.tsx'

import { DocumentPanel } from './document/document-panel.tsx'
import { ExportDialog } from './export/export-dialog.tsx'
import { ExportStrip } from './export/export-strip.tsx'
import { useExport } from './export/use-export.ts'
import { Facets } from './facets/facets.tsx'
import { QueryBar } from './query/query-bar.tsx'
import { EventTable } from './results/event-table.tsx'
import { LiveButton, NewEvents } from './results/live-button.tsx'
import { ResultBar } from './results/result-bar.tsx'
import { SavedMenu } from './saved/saved-menu.tsx'
import { ShareMenu } from './share-menu.tsx'
import { useEventRows } from './use-event-rows.ts'
import { useEventSearch } from './use-event-search.ts'
import { useNewEvents } from './use-new-events.ts'

const BUCKETS = 90

/** Search over everything collected: query, histogram, facets, table, and the document beside it. */
export function EventsPage() {
  const { tenantId, search, filter, now, change, toggleTerm, refresh, moves } = useEventSearch()
  const { facets } = usePreferences()
  const rows = useEventRows(tenantId, filter, search.order ?? 'desc')
  const histogram = useQuery({
    queryKey: [tenantId, 'histogram', filter],
    queryFn: ({ signal }) => tenantApi(tenantId).histogram({ ...filter, buckets: BUCKETS }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  })
  const [isPaused, setPaused] = useState(false)
  const [isAway, setAway] = useState(false)
  const [asking, setAsking] = useState<'facets' | 'export'>()
  const exporting = useExport(tenantId)

  const isLive = search.live === true && moves
  // Nothing moves under somebody who reads.
  const isHeld = isPaused || isAway || search.event !== undefined
  const news = useNewEvents({
    tenantId,
    filter,
    total: rows.isBusy ? undefined : rows.total,
    moves,
    isFollowing: isLive && !isHeld,
    onRefresh: refresh,
  })
  const columns = fieldsOf(search.columns)
  const setColumns = (chosen: readonly string[]) => {
    setPreferences({ eventColumns: chosen.join(',') })
    change({ columns: chosen.join(',') || undefined }, true)
  }
  const toggleColumn = (field: string) =>
    setColumns(columns.includes(field) ? columns.filter((each) => each !== field) : [...columns, field])
  const pivot = (q: string, range?: TimeRange) => change({ q, ...range, event: undefined, saved: undefined })
  const close = () => change({ event: undefined }, true)
  const openId = useCallback((event: string) => change({ event }, search.event !== undefined), [change, search.event])
  const open = useCallback((event: EcsDocument) => openId(event.event.id), [openId])
  const live = (isOn: boolean) => {
    setPaused(false)
    news.startCounting()
    change({ live: isOn ? true : undefined })
    if (isOn) refresh()
  }
  useHotkeys({ Escape: () => search.event !== undefined && close() })

  const index = rows.indexOf(search.event)
  const step = (by: number) => {
    const next = index < 0 ? undefined : rows.rowAt(index + by)
    return next && (() => open(next))
  }
  // What is wrong with the search stands below the query; the rest of the page has nothing to show then.
  const isFaulty = rows.error !== null
  const facetList = <Facets tenantId={tenantId} filter={filter} query={search.q} onTerm={toggleTerm} />

  return (
    <div className="flex h-full min-h-0 flex-col">
      <h1 className="sr-only">Events</h1>
      <QueryBar
        tenantId={tenantId}
        search={search}
        filter={filter}
        error={rows.error}
        onChange={change}
        onRefresh={refresh}
        onRetry={rows.refetch}
      >
        <LiveButton
          isLive={isLive}
          isPaused={isPaused}
          why={liveFault(moves, search.order)}
          onLive={live}
          onPause={setPaused}
        />
        <SavedMenu tenantId={tenantId} search={search} onChange={change} />
        <ShareMenu range={search} now={now} />
        <IconButton label="Export" disabled={!rows.total} onClick={() => setAsking('export')}>
          <Download aria-hidden className="size-4" />
        </IconButton>
      </QueryBar>
      <div className="flex min-h-0 flex-1">
        {facets === 'open' && !isFaulty && (
          <aside
            aria-label="Facets"
            className={`w-60 shrink-0 overflow-auto border-r border-line p-2 max-md:hidden ${search.event === undefined ? '' : 'max-[1700px]:hidden'}`}
          >
            {facetList}
          </aside>
        )}
        <section aria-label="Results" className="flex min-w-0 flex-1 flex-col">
          {queryFault(rows.error) && (
            <div className="overflow-auto p-6">
              <h2 className="mb-3 text-sm font-semibold">What a query looks like</h2>
              <KqlGuide onTry={(q) => change({ q })} />
            </div>
          )}
          {!isFaulty && (
            <>
              <ResultBar
                tenantId={tenantId}
                range={search}
                onRange={change}
                total={rows.total}
                tookMs={rows.tookMs}
                isBusy={rows.isBusy}
                columns={columns}
                onColumns={setColumns}
                onFacets={() => setAsking('facets')}
              >
                <NewEvents isLive={isLive} isHeld={isHeld} came={news.came} waiting={news.waiting} onShow={refresh} />
              </ResultBar>
              <EventTable
                search={search}
                rows={rows}
                histogram={histogram}
                columns={columns}
                activeIndex={index}
                onChange={change}
                onOpen={open}
                onAway={setAway}
              />
            </>
          )}
          {exporting.run && <ExportStrip run={exporting.run} onDismiss={exporting.dismiss} />}
        </section>
        {search.event !== undefined && (
          <DocumentPanel
            key={search.event}
            tenantId={tenantId}
            eventId={search.event}
            columns={columns}
            onTerm={toggleTerm}
            onColumn={toggleColumn}
            onPivot={pivot}
            onNarrow={(term) => change({ q: narrow(search.q, term) })}
            onOpen={openId}
            onStep={{ before: step(-1), after: step(1) }}
            onClose={close}
          />
        )}
      </div>
      {asking === 'facets' && (
        <Dialog side title="Facets" onClose={() => setAsking(undefined)}>
          {facetList}
        </Dialog>
      )}
      {asking === 'export' && rows.total !== undefined && (
        <ExportDialog
          total={rows.total}
          columns={columns}
          onClose={() => setAsking(undefined)}
          onExport={(options) => {
            setAsking(undefined)
            exporting.start(filter, options, rows.total ?? 0)
          }}
        />
      )}
    </div>
  )
}

function liveFault(moves: boolean, order: 'asc' | undefined): string | undefined {
  if (!moves) return 'Live needs a time range that ends now'
  return order === 'asc' ? 'Live needs the newest events first' : undefined
}
