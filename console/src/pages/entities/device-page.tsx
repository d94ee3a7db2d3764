import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'

import { queries } from '#lib/queries.ts'
import { Badge } from '#parts/badge.tsx'
import { PendingPage } from '#parts/pending-page.tsx'
import { When } from '#parts/when.tsx'

import { Entity, Fact } from './entity.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/devices/$name')

export function DevicePage() {
  const { tenantId, name } = route.useParams()
  const { data, error, refetch } = useQuery(queries.deviceEntity(tenantId, name))
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { address, name: platform, healthStatus, lastSeen, isIsolated } = data.state
  return (
    <Entity tenantId={tenantId} on="device" entity={data} title={address}>
      <Fact title="Platform">{platform}</Fact>
      {isIsolated !== undefined && (
        <Fact title="Network">
          {isIsolated ? <Badge tone="warn">Isolated</Badge> : <Badge tone="good">Connected</Badge>}
        </Fact>
      )}
      {healthStatus && (
        <Fact title="Sensor">
          <Badge tone={healthStatus === 'Active' ? 'good' : 'warn'}>{healthStatus}</Badge>
        </Fact>
      )}
      {lastSeen && (
        <Fact title="Last seen">
          <When at={lastSeen} />
        </Fact>
      )}
    </Entity>
  )
}
