import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'

import { queries } from '#lib/queries.ts'
import { Badge } from '#parts/badge.tsx'
import { PendingPage } from '#parts/pending-page.tsx'
import { When } from '#parts/when.tsx'

import { Entity, Fact } from './entity.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/users/$name')

export function UserPage() {
  const { tenantId, name } = route.useParams()
  const { data, error, refetch } = useQuery(queries.userEntity(tenantId, name))
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { address, name: displayName, accountEnabled, isSynced, isGuest, sessionsValidFrom, roles, risk } = data.state
  return (
    <Entity tenantId={tenantId} on="user" entity={data} title={displayName}>
      <Fact title="Signs in as">{address}</Fact>
      <Fact title="Account">
        {accountEnabled ? <Badge tone="good">Enabled</Badge> : <Badge tone="bad">Disabled</Badge>}
      </Fact>
      <Fact title="Kind">
        {isGuest ? 'Guest' : 'Member'}
        {isSynced && ', mastered on premises'}
      </Fact>
      {risk && (
        <Fact title="Risk">
          <Badge tone={risk.state === 'atRisk' || risk.state === 'confirmedCompromised' ? 'bad' : 'quiet'}>
            {risk.level === 'none' || risk.level === risk.state ? risk.state : `${risk.state}, ${risk.level}`}
          </Badge>
        </Fact>
      )}
      {roles && <Fact title="Directory roles">{roles.length > 0 ? roles.join(', ') : 'None'}</Fact>}
      {sessionsValidFrom && (
        <Fact title="Sessions count from">
          <When at={sessionsValidFrom} />
        </Fact>
      )}
    </Entity>
  )
}
