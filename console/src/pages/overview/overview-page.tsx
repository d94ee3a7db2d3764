import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useMemo, useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { useArrivals } from '#lib/arrivals.ts'
import { queries } from '#lib/queries.ts'
import { useTenantId } from '#lib/tenant.ts'
import { resolve } from '#lib/time-range.ts'
import { number } from '#lib/words.ts'
import { Histogram } from '#parts/histogram.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { ConnectionHealth, RunningInvestigations } from './aside.tsx'
import { Expiring } from './expiring.tsx'
import { Facts } from './facts.tsx'
import { NewestAlerts } from './newest-alerts.tsx'
import { ReportedMails } from './reported-mails.tsx'
import { WaitingApprovals } from './waiting-approvals.tsx'

export function OverviewPage() {
  const tenantId = useTenantId()
  const { data, error, refetch } = useQuery(queries.overview(tenantId))
  return (
    <Page>
      <PageHeader title="Overview" />
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {data && <Expiring connections={data.connections} />}
      <Facts overview={data} tenantId={tenantId} />
      <WaitingApprovals tenantId={tenantId} />
      <EventRate tenantId={tenantId} eventsLast24h={data?.eventsLast24h} />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <ReportedMails tenantId={tenantId} reports={data?.reports} />
          <NewestAlerts tenantId={tenantId} alerts={data?.newestAlerts} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <RunningInvestigations tenantId={tenantId} investigations={data?.investigations} />
          <ConnectionHealth connections={data?.connections} />
        </div>
      </div>
    </Page>
  )
}

const RANGE = { from: 'now-24h', to: 'now' }
const REDRAW_MS = 4000

/** Events of the last day. Bars may grow while one looks; nothing else on the page moves for them. */
function EventRate({ tenantId, eventsLast24h }: { tenantId: string; eventsLast24h: number | undefined }) {
  const { fresh, settle } = useArrivals(tenantId)
  const [shownAt, setShownAt] = useState(() => Date.now())
  const isDue = fresh > 0
  const redraw = useEffectEvent(() => {
    setShownAt(Date.now())
    settle()
  })
  useEffect(() => {
    if (!isDue) return
    const timer = setTimeout(() => redraw(), REDRAW_MS)
    return () => clearTimeout(timer)
  }, [isDue])

  const range = useMemo(() => resolve(RANGE, shownAt), [shownAt])
  const histogram = useQuery({
    queryKey: [tenantId, 'event-rate', range],
    queryFn: ({ signal }) => tenantApi(tenantId).histogram({ ...range, buckets: 96 }, signal),
    placeholderData: keepPreviousData,
  })
  const coverage = useQuery({ ...queries.coverage(tenantId, range), placeholderData: keepPreviousData })
  const gaps = useMemo(() => coverage.data?.windows.filter((window) => window.state === 'gap') ?? [], [coverage.data])
  return (
    <Panel
      title="Events, last 24 hours"
      actions={
        <>
          <span className="text-sm text-ink-2">
            {eventsLast24h === undefined ? '' : `${number(eventsLast24h)} events`}
          </span>
          <span aria-live="polite" className="min-w-20 text-right text-xs font-medium text-accent">
            {fresh > 0 && `${number(fresh)} new`}
          </span>
          <Link
            to="/tenants/$tenantId/events"
            params={{ tenantId }}
            search={{ ...RANGE, q: '' }}
            className="text-sm text-accent hover:underline"
          >
            Search
          </Link>
        </>
      }
    >
      {histogram.error ? (
        <div className="p-4">
          <ProblemBanner error={histogram.error} onRetry={() => void histogram.refetch()} />
        </div>
      ) : (
        <Histogram histogram={histogram.data} gaps={gaps} className="h-32 p-2" />
      )}
    </Panel>
  )
}
