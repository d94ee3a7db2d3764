import type { EcsDocument } from '@cordon/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import type { Pivot } from '#lib/pivots.ts'
import { around, type TimeRange } from '#lib/time-range.ts'
import { duration } from '#lib/time.ts'
import { Button } from '#parts/button.tsx'
import { inputClass } from '#parts/field.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface Props {
  tenantId: string
  event: EcsDocument
  pivots: readonly Pivot[]
  onOpen: (eventId: string) => void
  onPivot: (query: string, range: TimeRange) => void
}

const STEP = 10
const MOST = 100
const AROUND_MS = 15 * 60_000

/** What happened just before and after, of everybody or of the same user, address or session. */
export function Surrounding({ tenantId, event, pivots, onOpen, onPivot }: Props) {
  const [count, setCount] = useState(STEP)
  const [query, setQuery] = useState('')
  const { id } = event.event
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'surrounding', id, count, query],
    queryFn: ({ signal }) =>
      tenantApi(tenantId).surrounding(id, { before: count, after: count, ...(query !== '' && { query }) }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const at = event['@timestamp']
  const rows = data && [...data.after.toReversed(), event, ...data.before]
  return (
    <>
      <div className="flex gap-2 border-b border-line p-2">
        <select
          aria-label="Whose events"
          value={query}
          onChange={({ target }) => setQuery(target.value)}
          className={inputClass}
        >
          <option value="">Everybody’s events</option>
          {pivots.map((pivot) => (
            <option key={pivot.query} value={pivot.query}>
              Same {pivot.kind}: {pivot.value}
            </option>
          ))}
        </select>
        <Button onClick={() => onPivot(query, around(at, AROUND_MS))} title="15 minutes before and after, in the table">
          In the table
        </Button>
      </div>
      {error && (
        <div className="p-3">
          <ProblemBanner error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {!rows && !error && <SkeletonRows rows={8} />}
      {rows && (
        <div className="min-h-0 flex-1 overflow-auto">
          {data.after.length === count && count < MOST && <More onMore={() => setCount(count + STEP)} what="newer" />}
          <ol aria-label="Events around it">
            {rows.map((each) => (
              <li key={each.event.id} ref={each.event.id === id ? toMiddle : undefined}>
                <button
                  type="button"
                  disabled={each.event.id === id}
                  onClick={() => onOpen(each.event.id)}
                  className={`flex min-h-8 w-full items-baseline gap-3 border-b border-line px-3 py-1.5 text-left text-xs max-sm:min-h-10 ${each.event.id === id ? 'bg-accent-soft font-medium' : 'hover:bg-sunken'}`}
                >
                  <span className="w-20 shrink-0 text-right text-ink-3">{distance(each['@timestamp'], at)}</span>
                  <span className="min-w-0 flex-1 break-words">{each.message}</span>
                </button>
              </li>
            ))}
          </ol>
          {data.before.length === count && count < MOST && <More onMore={() => setCount(count + STEP)} what="older" />}
        </div>
      )}
    </>
  )
}

/** Older and newer are seen alike at first. */
const toMiddle = (item: HTMLLIElement | null) => item?.scrollIntoView({ block: 'center' })

function More({ onMore, what }: { onMore: () => void; what: string }) {
  return (
    <Button look="quiet" className="w-full" onClick={onMore}>
      {STEP} {what} ones
    </Button>
  )
}

/** "+12 s", "−4 min 20 s", and "same time". */
function distance(at: string, center: string): string {
  const ms = Date.parse(at) - Date.parse(center)
  if (ms === 0) return 'same time'
  return `${ms < 0 ? '−' : '+'}${duration(Math.abs(ms))}`
}
