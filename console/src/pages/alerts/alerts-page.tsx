import type { Alert } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

import { useHeld } from '#lib/arrivals.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { number } from '#lib/words.ts'
import { Severity, SEVERITY_ORDER } from '#parts/badge.tsx'
import { buttonClass } from '#parts/button.tsx'
import { CompactRow, Empty, NewPill, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

import { AlertState } from './alert-state.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/alerts')

const STATUSES = [
  { status: undefined, title: 'Open' },
  { status: 'suppressed', title: 'Put off' },
  { status: 'closed', title: 'Closed' },
  { status: 'all', title: 'All' },
] as const

const EMPTY = {
  open: 'No open alerts',
  suppressed: 'No alert is put off',
  closed: 'No closed alerts',
  all: 'No alerts',
} as const

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
    id: 'assignee',
    title: 'Whose',
    track: '110px',
    from: 760,
    cell: (alert) => <span className="truncate text-ink-2">{alert.assignee}</span>,
    sortBy: (alert) => alert.assignee ?? '',
  },
  {
    id: 'status',
    title: 'Status',
    track: '84px',
    from: 640,
    cell: (alert) => <AlertState alert={alert} />,
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
  const { status, rule, mine } = route.useSearch()
  const { name } = useUser()
  const navigate = useNavigate()
  const columns = useMemo(() => columnsFor(tenantId), [tenantId])
  const compact = useMemo(() => compactFor(tenantId), [tenantId])
  const asked = status === 'all' ? undefined : (status ?? 'open')
  const { data, error, refetch } = useQuery(
    queries.alerts(tenantId, {
      ...(asked && { status: asked }),
      ...(rule !== undefined && { ruleId: rule }),
      ...(mine && { assignee: name }),
    }),
  )
  const { shown, fresh, release } = useHeld(data?.alerts ?? [], (alert) => alert.id)
  return (
    <Page>
      <PageHeader
        title="Alerts"
        actions={<NewPill fresh={fresh} noun={fresh === 1 ? 'alert' : 'alerts'} onShow={release} />}
      />
      <nav aria-label="Status" className="flex flex-wrap gap-1">
        {STATUSES.map((each) => (
          <Link
            key={each.title}
            to="/tenants/$tenantId/alerts"
            params={{ tenantId }}
            search={{
              ...(each.status && { status: each.status }),
              ...(rule !== undefined && { rule }),
              ...(mine && { mine }),
            }}
            aria-current={each.status === status ? 'true' : undefined}
            className={buttonClass(each.status === status ? 'secondary' : 'quiet')}
          >
            {each.title}
          </Link>
        ))}
        <Link
          to="/tenants/$tenantId/alerts"
          params={{ tenantId }}
          search={{ ...(status && { status }), ...(rule !== undefined && { rule }), ...(!mine && { mine: true }) }}
          aria-current={mine ? 'true' : undefined}
          className={buttonClass(mine ? 'secondary' : 'quiet', 'sm:ml-auto')}
        >
          Mine
        </Link>
      </nav>
      {rule !== undefined && (
        <p className="flex flex-wrap items-center gap-2 text-sm text-ink-2">
          Of one rule: {data?.alerts[0]?.ruleTitle ?? rule}
          <Link
            to="/tenants/$tenantId/alerts"
            params={{ tenantId }}
            search={status ? { status } : {}}
            className="text-accent hover:underline"
          >
            All rules
          </Link>
        </p>
      )}
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
              <Empty title={EMPTY[asked ?? 'all']}>
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
