import type { Destination } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'

import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { Button } from '#parts/button.tsx'
import { Empty, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { DestinationForm } from './destination-form.tsx'
import { DestinationPanel } from './destination-panel.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/forwarding')

/** Where this tenant's events and alerts are sent on to. */
export function ForwardingPage() {
  const { tenantId } = route.useParams()
  const { data, error, refetch } = useQuery(queries.destinations(tenantId))
  const kinds = useQuery(queries.destinationKinds()).data?.kinds ?? []
  const { reaches } = useUser()
  const mayChange = reaches('administrator')
  const [form, setForm] = useState<Destination | 'new'>()
  const destinations = data?.destinations ?? []
  const add = mayChange ? (
    <Button look="primary" disabled={kinds.length === 0} onClick={() => setForm('new')}>
      New destination
    </Button>
  ) : (
    <span className="text-xs text-ink-3">Administrators add and change destinations.</span>
  )
  return (
    <Page>
      <PageHeader title="Forwarding" actions={add} />
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {data === undefined && !error && <SkeletonRows rows={3} />}
      {data && destinations.length === 0 && (
        <div className="rounded-lg border border-line bg-surface">
          <Empty title="Events stay here">
            Send them on to Elasticsearch or OpenSearch, Splunk, a syslog receiver, a webhook or files. Nothing is lost
            while one of them is down: Cordon remembers how far each got.
          </Empty>
        </div>
      )}
      {destinations.map((destination) => (
        <DestinationPanel
          key={destination.id}
          {...{ tenantId, destination, mayChange }}
          kind={kinds.find(({ id }) => id === destination.kind)?.title ?? destination.kind}
          onEdit={() => setForm(destination)}
        />
      ))}
      {form && kinds.length > 0 && (
        <DestinationForm
          {...{ tenantId, kinds }}
          {...(form !== 'new' && { destination: form })}
          onClose={() => setForm(undefined)}
        />
      )}
    </Page>
  )
}
