import { getRouteApi, Link } from '@tanstack/react-router'

import { total, type FeedCoverage } from '#lib/coverage.ts'
import type { CoverageSearch } from '#lib/coverage-search.ts'
import { number } from '#lib/words.ts'
import { buttonClass } from '#parts/button.tsx'
import { Empty, Page, PageHeader, Panel, Skeleton } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { Feeds } from './feeds.tsx'
import { useCoverage, type Standing } from './use-coverage.ts'

const route = getRouteApi('/frame/tenants/$tenantId/coverage')

/** Nothing lost, nothing twice, and where it is not so, why: every feed's windows along time. */
export function CoveragePage() {
  const { tenantId } = route.useParams()
  const search = route.useSearch()
  const coverage = useCoverage(tenantId, search)
  const { rows, standings, error, retry } = coverage
  return (
    <Page>
      <PageHeader
        above={
          search.connection && (
            <Link to="/tenants/$tenantId/coverage" params={{ tenantId }} search={{}}>
              All connections
            </Link>
          )
        }
        title="Coverage"
        actions={<Days search={search} />}
      />
      {error && <ProblemBanner error={error} onRetry={retry} />}
      {standings?.length === 0 ? (
        <Panel title="Feeds">
          <Empty
            title="No feed is collected"
            action={
              <Link to="/connections" className={buttonClass()}>
                Connections
              </Link>
            }
          >
            Each feed of a connection is a row here: a picture of what was read, hour by hour, with every gap and its
            reason.
          </Empty>
        </Panel>
      ) : (
        !(error && rows === undefined) && (
          <>
            <Numbers rows={rows} standings={standings} />
            <Feeds title="Feeds" {...{ tenantId, search, coverage }} />
          </>
        )
      )}
    </Page>
  )
}

const SPANS = [
  { days: undefined, title: '24 hours' },
  { days: 7, title: '7 days' },
  { days: 30, title: '30 days' },
] as const

function Days({ search: { days, connection } }: { search: CoverageSearch }) {
  const { tenantId } = route.useParams()
  return (
    <nav aria-label="Time shown" className="flex rounded-md border border-line-strong/60 p-0.5">
      {SPANS.map((each) => (
        <Link
          key={each.title}
          to="/tenants/$tenantId/coverage"
          params={{ tenantId }}
          search={{ ...(each.days && { days: each.days }), ...(connection && { connection }) }}
          className={`rounded px-2.5 py-1 text-sm ${each.days === days ? 'bg-accent-soft font-medium text-accent' : 'text-ink-2 hover:bg-sunken'}`}
          activeProps={{ 'aria-current': each.days === days ? 'true' : undefined }}
        >
          {each.title}
        </Link>
      ))}
    </nav>
  )
}

/** The sums over all feeds shown. */
function Numbers({ rows, standings }: { rows: FeedCoverage[] | undefined; standings: Standing[] | undefined }) {
  const sum = (of: (row: FeedCoverage) => number) => rows?.reduce((all, row) => all + of(row), 0)
  const current = standings?.filter(({ state }) => state === 'current').length ?? 0
  const gaps = sum((row) => row.gaps.length)
  const facts = [
    {
      title: 'Feeds current',
      value: standings && `${current} of ${standings.length}`,
      tone: standings && current < standings.length ? 'text-warn' : 'text-good',
    },
    { title: 'Gaps', value: gaps, tone: gaps ? 'text-bad' : '' },
    { title: 'Kept', value: sum(({ tally }) => tally.kept) },
    { title: 'Late', value: sum(({ tally }) => tally.late) },
    { title: 'Duplicates', value: sum(({ tally }) => tally.duplicates) },
    { title: 'Excluded', value: sum(({ tally }) => total(tally.excluded) + total(tally.dropped)) },
    { title: 'Quarantined', value: sum(({ tally }) => total(tally.quarantined)) },
  ]
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4 lg:grid-cols-7">
      {facts.map(({ title, value, tone = '' }) => (
        <div
          key={title}
          className="bg-surface px-4 py-2.5 max-lg:last:col-span-full max-lg:last:flex max-lg:last:items-baseline max-lg:last:gap-3"
        >
          <dt className="text-xs text-ink-3">{title}</dt>
          <dd className={`text-lg font-semibold ${tone}`}>
            {value === undefined ? (
              <Skeleton className="h-6 w-12" />
            ) : typeof value === 'number' ? (
              number(value)
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
