import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'

import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { Button } from '#parts/button.tsx'
import { Empty, Page, PageHeader, Panel, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { NewListDialog } from './new-list-dialog.tsx'
import { ValueListPanel } from './value-list-panel.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/value-lists')

/** What rules look up by name: the tenant knows it, a rule cannot. */
export function ValueListsPage() {
  const { tenantId } = route.useParams()
  const { data, error, refetch } = useQuery(queries.valueLists(tenantId))
  const { reaches } = useUser()
  const mayChange = reaches('responder')
  const [isAdding, setAdding] = useState(false)
  const make = (
    <Button look="primary" onClick={() => setAdding(true)}>
      New list…
    </Button>
  )
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/tenants/$tenantId/rules" params={{ tenantId }}>
            Rules
          </Link>
        }
        title="Lists"
        actions={mayChange && make}
      />
      <p className="max-w-prose text-sm text-ink-2">
        A rule looks a list up with <code className="font-mono">expand: '%NAME%'</code>. What changes here counts from
        the next event on.
      </p>
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {data === undefined && !error && <SkeletonRows rows={6} />}
      {data?.lists.length === 0 && (
        <Panel title="No lists yet">
          <Empty title="Nothing to look up" action={mayChange && make}>
            Keep the countries where people work, accounts of services, or addresses and domains of an attack here, each
            with a note and until when it counts.
          </Empty>
        </Panel>
      )}
      {data?.lists.map((list) => (
        <ValueListPanel key={list.name} tenantId={tenantId} list={list} mayChange={mayChange} />
      ))}
      {isAdding && <NewListDialog tenantId={tenantId} onClose={() => setAdding(false)} />}
    </Page>
  )
}
