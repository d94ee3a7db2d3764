import type { Alert } from '@cordon/api'
import { Link } from '@tanstack/react-router'

import { Severity } from './badge.tsx'
import { When } from './when.tsx'

/** Alerts in a narrow place, each the way to its page. */
export function AlertList({ tenantId, alerts }: { tenantId: string; alerts: readonly Alert[] }) {
  return (
    <ul className="divide-y divide-line">
      {alerts.map((alert) => (
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
  )
}
