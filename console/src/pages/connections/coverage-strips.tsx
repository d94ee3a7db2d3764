import type { CoverageWindow } from '@cordon/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { coverageByFeed, placeOf, type FeedCoverage } from '#lib/coverage.ts'
import { usePreferences } from '#lib/preferences.ts'
import { queries } from '#lib/queries.ts'
import { resolve, type TimeRange } from '#lib/time-range.ts'
import { clockTime, useNow } from '#lib/time.ts'
import { count, feedName } from '#lib/words.ts'
import { Panel, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

const LOOKS: Record<CoverageWindow['state'], string> = {
  complete: 'bg-good',
  'in-progress': 'bg-accent/50',
  gap: 'hatch-bad',
}
const WORDS: Record<CoverageWindow['state'], string> = {
  complete: 'complete',
  'in-progress': 'in progress',
  gap: 'gap',
}

/** What was read in the last day, feed by feed: nothing lost, and where something is, why. */
export function CoverageStrips(props: { tenantId: string; connectionId: string; feeds: string[] }) {
  const { tenantId, connectionId, feeds } = props
  const minute = useNow(60_000)
  const span = useMemo(() => resolve({ from: 'now-24h', to: 'now' }, minute), [minute])
  const { data, error, refetch } = useQuery({
    ...queries.coverage(tenantId, span),
    placeholderData: keepPreviousData,
  })
  return (
    <Panel title="Coverage, last 24 hours" actions={<Legend />}>
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows rows={5} />}
      <ul className="divide-y divide-line">
        {data &&
          coverageByFeed(data.windows, connectionId, feeds).map((coverage) => (
            <Strip key={coverage.feed} coverage={coverage} span={span} />
          ))}
      </ul>
    </Panel>
  )
}

function Legend() {
  return (
    <span className="flex gap-3 text-xs text-ink-2 max-sm:hidden">
      {(['complete', 'in-progress', 'gap'] as const).map((state) => (
        <span key={state} className="flex items-center gap-1.5">
          <span aria-hidden className={`size-2.5 rounded-sm ${LOOKS[state]}`} />
          {WORDS[state]}
        </span>
      ))}
    </span>
  )
}

function Strip({ coverage, span }: { coverage: FeedCoverage; span: TimeRange }) {
  const { zone } = usePreferences()
  const { feed, windows, gaps, complete, inProgress, kept } = coverage
  const summary = `${feedName(feed)}: ${complete} complete, ${inProgress} in progress, ${count(gaps.length, 'gap')}`
  const spanOf = (window: CoverageWindow) => `${clockTime(window.from, zone)} to ${clockTime(window.to, zone)}`
  return (
    <li className="space-y-1 px-4 py-2.5 text-sm">
      <div className="grid items-center gap-x-4 gap-y-1 sm:grid-cols-[200px_minmax(0,1fr)_150px]">
        <span className="truncate font-medium">{feedName(feed)}</span>
        <figure aria-label={summary} className="relative h-4 overflow-hidden rounded bg-sunken">
          {windows.map((window) => {
            const { left, width } = placeOf(window, span)
            return (
              <span
                key={`${window.from} ${window.to}`}
                title={`${WORDS[window.state]}: ${spanOf(window)}, ${window.stored} of ${count(window.listed, 'batch', 'batches')}${window.reason ? `. ${window.reason}` : ''}`}
                className={`absolute inset-y-0 ${LOOKS[window.state]}`}
                style={{ left: `${left}%`, width: `max(2px, ${width}%)` }}
              />
            )
          })}
        </figure>
        <span className="text-right text-xs text-ink-3 max-sm:text-left">
          {windows.length === 0 ? 'nothing read yet' : `${count(kept, 'record')} kept`}
        </span>
      </div>
      {gaps.map((gap) => (
        <p key={gap.from} className="text-xs text-bad sm:pl-54">
          Gap {spanOf(gap)}: {gap.reason ?? 'no reason was recorded'}
        </p>
      ))}
    </li>
  )
}
