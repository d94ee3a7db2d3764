import type { Alert } from '@cordon/api'
import { Link } from '@tanstack/react-router'

import { useHeld } from '#lib/arrivals.ts'
import { Severity } from '#parts/badge.tsx'
import { Empty, NewPill, Panel, SkeletonRows } from '#parts/panel.tsx'
import { When } from '#parts/when.tsx'

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
        <ul className="divide-y divide-line">
          {shown.map((alert) => (
            <li key={alert.id}>
              <Link
                to="/tenants/$tenantId/alerts/$alertId"
                params={{ tenantId, alertId: alert.id }}
                className="grid grid-cols-[104px_minmax(0,1fr)_auto] items-center gap-3 px-4 py-2 text-sm hover:bg-sunken/60 max-sm:grid-cols-[minmax(0,1fr)_auto]"
              >
                <span className="max-sm:col-span-2">
                  <Severity severity={alert.severity} />
                </span>
                <span className="min-w-0">
                  <span className="block truncate font-medium">{alert.ruleTitle}</span>
                  <span className="block truncate text-ink-2">{alert.sentence}</span>
                </span>
                <span className="text-xs text-ink-3">
                  <When at={alert.lastEventAt} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
