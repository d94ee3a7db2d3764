import { Link } from '@tanstack/react-router'

import { useApprovals } from '#lib/approvals.ts'
import { useUser } from '#lib/rights.ts'
import { buttonClass } from '#parts/button.tsx'
import { Panel } from '#parts/panel.tsx'
import { When } from '#parts/when.tsx'

/** Plans that wait for a second pair of eyes; nothing where none does. */
export function WaitingApprovals({ tenantId }: { tenantId: string }) {
  const { name } = useUser()
  const waiting = useApprovals(tenantId) ?? []
  if (waiting.length === 0) return null
  return (
    <Panel title="Waiting for approval" className="border-accent/60">
      <ul className="divide-y divide-line">
        {waiting.slice(0, 6).map(({ id, effect, createdBy, createdAt, expiresAt }) => (
          <li key={id} className="flex items-center gap-3 px-4 py-2 text-sm">
            <div className="min-w-0 flex-1">
              <p className="font-medium break-words">{effect}</p>
              <p className="text-xs text-ink-3">
                planned by {createdBy} <When at={createdAt} />, expires <When at={expiresAt} />
              </p>
            </div>
            <Link
              to="/tenants/$tenantId/action-runs/$actionRunId"
              params={{ tenantId, actionRunId: id }}
              className={buttonClass(name.toLowerCase() === createdBy.toLowerCase() ? 'secondary' : 'primary')}
            >
              {name.toLowerCase() === createdBy.toLowerCase() ? 'Open' : 'Review'}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
