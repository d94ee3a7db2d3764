import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'

import { queries } from '#lib/queries.ts'
import { count } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { PendingPage } from '#parts/pending-page.tsx'

import { Entity, Fact } from './entity.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/service-principals/$name')

export function ServicePrincipalPage() {
  const { tenantId, name } = route.useParams()
  const { data, error, refetch } = useQuery(queries.servicePrincipalEntity(tenantId, name))
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { address, name: displayName, accountEnabled, registeredBy, consents, appRoles } = data.state
  return (
    <Entity tenantId={tenantId} on="service-principal" entity={data} title={displayName}>
      <Fact title="Application ID">{address}</Fact>
      <Fact title="Gets tokens">
        {accountEnabled ? <Badge tone="good">Enabled</Badge> : <Badge tone="bad">Disabled</Badge>}
      </Fact>
      <Fact title="Registered by">{REGISTERED_BY[registeredBy]}</Fact>
      {consents && <Fact title="Consented by">{whoConsented(consents)}</Fact>}
      {consents && consents.scopes.length > 0 && (
        <Fact title="Allowed on behalf of people">{consents.scopes.join(', ')}</Fact>
      )}
      {appRoles && (
        <Fact title="Allowed on its own">
          {appRoles.map(({ resource, roles }) => `${count(roles, 'app role')} of ${resource}`).join(', ') || 'Nothing'}
        </Fact>
      )}
    </Entity>
  )
}

const REGISTERED_BY = {
  'this tenant': 'This tenant',
  'another tenant': 'Another tenant',
  Microsoft: 'Microsoft',
  unknown: 'Unknown',
}

function whoConsented({ forEverybody, users }: { forEverybody: boolean; users: number }): string {
  const some = users > 0 ? [count(users, 'user')] : []
  return [...(forEverybody ? ['An administrator, for everybody'] : []), ...some].join(', and ') || 'Nobody'
}
