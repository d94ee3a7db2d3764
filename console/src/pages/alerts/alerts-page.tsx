import type { Alert } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

import { useHeld } from '#lib/arrivals.ts'
import { queries } from '#lib/queries.ts'
import { number } from '#lib/words.ts'
import { Badge, Severity, SEVERITY_ORDER } from '#parts/badge.tsx'
import { buttonClass } from '#parts/button.tsx'
import { CompactRow, Empty, NewPill, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/alerts')

const STATUSES = [
  { status: undefined, title: 'Open' },
  { status: 'closed', title: 'Closed' },
  { status: 'all', title: 'All' },
] as const

const columnsFor = (tenantId: string): Column<Alert>[] => [
  {
    id: 'severity',
    title: 'Severity',
    track: '120px',
    cell: (alert) => <Severity severity={alert.severity} />,
    sortBy: (alert) => SEVERITY_ORDER.indexOf(alert.severity),
  },
  {
    id: 'alert',
    title: 'Alert',
    track: 'minmax(0, 1fr)',
    cell: (alert) => (
      <Link
        to="/tenants/$tenantId/alerts/$alertId"
        params={{ tenantId, alertId: alert.id }}
        className="hover:underline"
      >
        <span className="font-medium">{alert.ruleTitle}</span>
        <span className="text-ink-2"> · {alert.sentence}</span>
      </Link>
    ),
    sortBy: (alert) => alert.ruleTitle,
  },
  {
    id: 'events',
    title: 'Events',
    track: '72px',
    from: 560,
    cell: (alert) => number(alert.eventCount),
    sortBy: (alert) => alert.eventCount,
  },
  {
    id: 'status',
    title: 'Status',
    track: '84px',
    from: 640,
    cell: (alert) => <Badge tone={alert.status === 'open' ? 'busy' : 'quiet'}>{alert.status}</Badge>,
  },
  {
    id: 'when',
    title: 'Last event',
    track: '110px',
    from: 420,
    cell: (alert) => <When at={alert.lastEventAt} />,
    sortBy: (alert) => alert.lastEventAt,
  },
]

const compactFor = (tenantId: string) => (alert: Alert) => (
  <CompactRow
    first={
      <Link to="/tenants/$tenantId/alerts/$alertId" params={{ tenantId, alertId: alert.id }} className="font-medium">
        {alert.ruleTitle}
      </Link>
    }
    second={
      <>
        <Severity severity={alert.severity} />
        <When at={alert.lastEventAt} />
        <span className="truncate">{alert.sentence}</span>
      </>
    }
  />
)

export function AlertsPage() {
  const { tenantId } = route.useParams()
  const { status } = route.useSearch()
  const navigate = useNavigate()
  const columns = useMemo(() => columnsFor(tenantId), [tenantId])
  const compact = useMemo(() => compactFor(tenantId), [tenantId])
  const asked = status === 'all' ? undefined : (status ?? 'open')
  const { data, error, refetch } = useQuery(queries.alerts(tenantId, asked))
  const { shown, fresh, release } = useHeld(data?.alerts ?? [], (alert) => alert.id)
  return (
    <Page>
      <PageHeader
        title="Alerts"
        actions={<NewPill fresh={fresh} noun={fresh === 1 ? 'alert' : 'alerts'} onShow={release} />}
      />
      <nav aria-label="Status" className="flex gap-1">
        {STATUSES.map((each) => (
          <Link
            key={each.title}
            to="/tenants/$tenantId/alerts"
            params={{ tenantId }}
            search={each.status ? { status: each.status } : {}}
            aria-current={each.status === status ? 'true' : undefined}
            className={buttonClass(each.status === status ? 'secondary' : 'quiet')}
          >
            {each.title}
          </Link>
        ))}
      </nav>
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {data === undefined && !error ? (
          <SkeletonRows rows={8} />
        ) : (
          <Table
            label="Alerts"
            rows={shown}
            columns={columns}
            idOf={(alert) => alert.id}
            compact={compact}
            onOpen={(alert) =>
              void navigate({ to: '/tenants/$tenantId/alerts/$alertId', params: { tenantId, alertId: alert.id } })
            }
            empty={
              <Empty title={asked === 'closed' ? 'No closed alerts' : 'No open alerts'}>
                A rule that matches an event makes an alert. One alert gathers all events of the same rule and subject
                while it is open.
              </Empty>
            }
          />
        )}
      </div>
    </Page>
  )
}
