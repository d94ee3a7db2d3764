import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { ticksOf } from '#lib/coverage.ts'
import type { CoverageSearch } from '#lib/coverage-search.ts'
import { useFeedTitle } from '#lib/feed-title.ts'
import { usePreferences } from '#lib/preferences.ts'
import { axisTime, zoneOffset } from '#lib/time.ts'
import { Panel, SkeletonRows } from '#parts/panel.tsx'

import { FeedRow, rowClass } from './feed-row.tsx'
import { Legend } from './looks.tsx'
import { Axis } from './strip.tsx'
import type { useCoverage } from './use-coverage.ts'

interface Props {
  title: string
  actions?: ReactNode
  tenantId: string
  search: CoverageSearch
  coverage: ReturnType<typeof useCoverage>
}

/** A row a feed under the connection it is read through, all along one axis of time. */
export function Feeds({ title, actions, tenantId, search, coverage }: Props) {
  const { rows, standings, span, connections } = coverage
  const { zone } = usePreferences()
  const titleOf = useFeedTitle()
  const ticks = (most: number) =>
    ticksOf(span, most, zoneOffset(span.to, zone)).map((at) => ({ at, label: axisTime(at, zone) }))
  return (
    <Panel
      title={title}
      actions={
        <>
          <span className="max-md:hidden">
            <Legend />
          </span>
          {actions}
        </>
      }
    >
      {rows === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        [...Map.groupBy(rows, ({ connectionId }) => connectionId)].map(([connectionId, own]) => (
          <section key={connectionId} aria-label={connections.find(({ id }) => id === connectionId)?.name}>
            <header className={`${rowClass} border-b border-line bg-sunken/50 py-1.5 text-xs`}>
              <Link
                to="/connections/$connectionId"
                params={{ connectionId }}
                className="truncate font-medium hover:underline"
              >
                {connections.find(({ id }) => id === connectionId)?.name ?? connectionId}
              </Link>
              <span className="max-sm:hidden">
                <Axis ticks={ticks(8)} span={span} />
              </span>
              <span className="sm:hidden">
                <Axis ticks={ticks(4)} span={span} />
              </span>
              <span className="text-right text-ink-3 max-sm:hidden">Behind</span>
              <span className="text-right text-ink-3 max-sm:hidden">Kept</span>
            </header>
            <ul className="divide-y divide-line">
              {own.map((row) => (
                <FeedRow
                  key={row.feed}
                  {...{ tenantId, span, search }}
                  coverage={row}
                  title={titleOf(row.feed)}
                  standing={standings?.find((each) => each.connectionId === connectionId && each.feed === row.feed)}
                />
              ))}
            </ul>
          </section>
        ))
      )}
      <footer className="border-t border-line px-4 py-2 md:hidden">
        <Legend />
      </footer>
    </Panel>
  )
}
