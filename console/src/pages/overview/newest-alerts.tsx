import type { Alert } from '@cordon/api'
import { Link } from '@tanstack/react-router'

import { useHeld } from '#lib/arrivals.ts'
import { AlertList } from '#parts/alert-list.tsx'
import { Empty, NewPill, Panel, SkeletonRows } from '#parts/panel.tsx'

export function NewestAlerts({ tenantId, alerts }: { tenantId: string; alerts: Alert[] | undefined }) {
  const { shown, fresh, release } = useHeld(alerts ?? [], (alert) => alert.id)
  return (
    <Panel
      title="Newest alerts"
      actions={
        <>
          <NewPill fresh={fresh} noun={fresh === 1 ? 'alert' : 'alerts'} onShow={release} />
          <Link to="/tenants/$tenantId/alerts" params={{ tenantId }} className="text-sm text-accent hover:underline">
            All alerts
          </Link>
        </>
      }
    >
      {alerts === undefined ? (
        <SkeletonRows />
      ) : shown.length === 0 ? (
        <Empty title="No alerts">A rule that matches an event makes an alert; the newest ones are listed here.</Empty>
      ) : (
        <AlertList tenantId={tenantId} alerts={shown} />
      )}
    </Panel>
  )
}
