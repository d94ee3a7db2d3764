import type { Investigation } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

import { filterSentences } from '#lib/filter-words.ts'
import { usePreferences } from '#lib/preferences.ts'
import { queries } from '#lib/queries.ts'
import { clockTime, type Zone } from '#lib/time.ts'
import { INVESTIGATION_STATE, number } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { buttonClass } from '#parts/button.tsx'
import { Empty, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { ProgressBar } from '#parts/progress.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/investigations')

const columnsFor = (tenantId: string, zone: Zone): Column<Investigation>[] => [
  {
    id: 'name',
    title: 'Investigation',
    track: 'minmax(0, 1.2fr)',
    cell: ({ id, name }) => (
      <Link
        to="/tenants/$tenantId/investigations/$investigationId"
        params={{ tenantId, investigationId: id }}
        className="font-medium hover:underline"
      >
        {name}
      </Link>
    ),
    sortBy: ({ name }) => name,
  },
  {
    id: 'filter',
    title: 'Filter',
    track: 'minmax(0, 1fr)',
    from: 900,
    cell: ({ filter }) => (
      <span className="text-ink-2">{filterSentences(filter, (iso) => clockTime(iso, zone)).join(' and ')}</span>
    ),
  },
  {
    id: 'state',
    title: 'State',
    track: '96px',
    cell: ({ state }) => <Badge tone={INVESTIGATION_STATE[state].tone}>{INVESTIGATION_STATE[state].word}</Badge>,
    sortBy: ({ state }) => state,
  },
  {
    id: 'progress',
    title: 'Mailboxes',
    track: '170px',
    from: 620,
    cell: ({ name, mailboxesDone, mailboxesTotal }) => (
      <span className="flex items-center gap-2 text-xs text-ink-2">
        <span className="w-16">
          <ProgressBar fraction={mailboxesDone / Math.max(1, mailboxesTotal)} label={`Progress of ${name}`} />
        </span>
        {number(mailboxesDone)} of {number(mailboxesTotal)}
      </span>
    ),
  },
  { id: 'hits', title: 'Hits', track: '64px', cell: ({ hits }) => number(hits), sortBy: ({ hits }) => hits },
  { id: 'by', title: 'Started by', track: '120px', from: 760, cell: ({ createdBy }) => createdBy },
  {
    id: 'when',
    title: 'When',
    track: '100px',
    from: 480,
    cell: ({ createdAt }) => <When at={createdAt} />,
    sortBy: ({ createdAt }) => createdAt,
  },
]

export function InvestigationsPage() {
  const { tenantId } = route.useParams()
  const navigate = useNavigate()
  const { zone } = usePreferences()
  const columns = useMemo(() => columnsFor(tenantId, zone), [tenantId, zone])
  const { data, error, refetch } = useQuery(queries.investigations(tenantId))
  const start = (
    <Link
      to="/tenants/$tenantId/investigations/new"
      params={{ tenantId }}
      search={{}}
      className={buttonClass('primary')}
    >
      New investigation
    </Link>
  )
  return (
    <Page>
      <PageHeader title="Investigations" actions={start} />
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {data === undefined && !error ? (
          <SkeletonRows rows={6} />
        ) : (
          <Table
            label="Investigations"
            rows={data?.investigations ?? []}
            columns={columns}
            idOf={({ id }) => id}
            rowHeight={40}
            onOpen={({ id }) =>
              void navigate({
                to: '/tenants/$tenantId/investigations/$investigationId',
                params: { tenantId, investigationId: id },
              })
            }
            empty={
              <Empty title="No investigations yet">
                An investigation looks for a mail in every mailbox of the tenant, by whatever it is known by (sender,
                subject, links, files and more), and can then remove every copy and prove it. “Hunt” beside a reported
                mail fills it in.
              </Empty>
            }
          />
        )}
      </div>
    </Page>
  )
}
