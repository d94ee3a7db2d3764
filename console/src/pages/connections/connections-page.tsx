import type { Connection } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'

import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { buttonClass } from '#parts/button.tsx'
import { ChangedByAdministrators } from '#parts/administrators-only.tsx'
import { CompactRow, Empty, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { TestBadge } from '#parts/test-badge.tsx'
import { When } from '#parts/when.tsx'

const COLUMNS: Column<Connection>[] = [
  {
    id: 'name',
    title: 'Connection',
    track: 'minmax(0, 1fr)',
    cell: ({ id, name }) => (
      <Link to="/connections/$connectionId" params={{ connectionId: id }} className="font-medium hover:underline">
        {name}
      </Link>
    ),
    sortBy: ({ name }) => name,
  },
  {
    id: 'tenant',
    title: 'Tenant',
    track: 'minmax(0, 1fr)',
    cell: ({ tenantName }) => tenantName,
    sortBy: ({ tenantName }) => tenantName,
  },
  { id: 'cloud', title: 'Cloud', track: '140px', from: 760, cell: ({ cloud }) => cloud },
  { id: 'credential', title: 'Credential', track: '110px', from: 860, cell: ({ credentialKind }) => credentialKind },
  { id: 'feeds', title: 'Feeds', track: '64px', from: 640, cell: ({ feeds }) => feeds.length },
  {
    id: 'tested',
    title: 'Tested',
    track: '100px',
    from: 560,
    cell: ({ lastTest }) => lastTest && <When at={lastTest.testedAt} />,
  },
  {
    id: 'health',
    title: 'Health',
    track: '164px',
    cell: (connection) => <Health connection={connection} />,
  },
]

function Health({ connection: { lastTest, warnings } }: { connection: Connection }) {
  return (
    <span className="flex items-center gap-1.5">
      <TestBadge test={lastTest} />
      {warnings.length > 0 && (
        <TriangleAlert aria-label={warnings.map(({ what }) => what).join(' ')} className="size-4 text-warn" />
      )}
    </span>
  )
}

const compact = (connection: Connection) => (
  <CompactRow first={connection.name} second={<Health connection={connection} />} />
)

export function ConnectionsPage() {
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery(queries.connections())
  const { reaches } = useUser()
  const add = reaches('administrator') ? (
    <Link to="/connections/new" className={buttonClass('primary')}>
      New connection
    </Link>
  ) : (
    <ChangedByAdministrators />
  )
  return (
    <Page>
      <PageHeader title="Connections" actions={add} />
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {data === undefined && !error ? (
          <SkeletonRows rows={3} />
        ) : (
          <Table
            label="Connections"
            rows={data?.connections ?? []}
            columns={COLUMNS}
            idOf={({ id }) => id}
            rowHeight={40}
            compactHeight={56}
            compact={compact}
            onOpen={({ id }) => void navigate({ to: '/connections/$connectionId', params: { connectionId: id } })}
            empty={
              <Empty title="No Microsoft 365 tenant is connected">
                Choose what Cordon shall do; it says which permissions that needs and writes the script that grants
                them. Events arrive within minutes after the first test.
              </Empty>
            }
          />
        )}
      </div>
    </Page>
  )
}
