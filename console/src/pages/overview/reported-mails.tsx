import type { ReportedMail } from '@cordon/api'
import { Link } from '@tanstack/react-router'

import { useHeld } from '#lib/arrivals.ts'
import { prefillOf } from '#lib/hunt-prefill.ts'
import { buttonClass } from '#parts/button.tsx'
import { HuntButton } from '#parts/hunt-button.tsx'
import { Empty, NewPill, Panel, SkeletonRows } from '#parts/panel.tsx'
import { When } from '#parts/when.tsx'

/** Mail that people reported, each one step from a hunt for its copies. */
export function ReportedMails({ tenantId, reports }: { tenantId: string; reports: ReportedMail[] | undefined }) {
  const { shown, fresh, release } = useHeld(reports ?? [], (report) => report.eventId)
  return (
    <Panel
      title="Reported mail"
      actions={
        <>
          <NewPill fresh={fresh} noun="reported" onShow={release} />
          <Link to="/tenants/$tenantId/reports" params={{ tenantId }} className="text-sm text-accent hover:underline">
            All reports
          </Link>
        </>
      }
    >
      {reports === undefined ? (
        <SkeletonRows rows={3} />
      ) : shown.length === 0 ? (
        <Empty title="No mail was reported in the last 7 days">
          When somebody presses “Report phishing” in Outlook, the mail appears here with a button that hunts every copy.
        </Empty>
      ) : (
        <ul className="max-h-80 divide-y divide-line overflow-auto">
          {shown.map((report) => (
            <li key={report.eventId} className="flex items-center gap-3 px-4 py-2 text-sm">
              <div className="min-w-0 flex-1">
                <p className="truncate font-medium">{report.subject ?? 'Subject not given'}</p>
                <p className="truncate text-ink-2">
                  <When at={report.reportedAt} /> · from {report.sender ?? 'an unknown sender'} · reported by{' '}
                  {report.reporter}
                </p>
              </div>
              {report.alertId && (
                <Link
                  to="/tenants/$tenantId/alerts/$alertId"
                  params={{ tenantId, alertId: report.alertId }}
                  className={buttonClass('quiet', 'max-sm:hidden')}
                >
                  Alert
                </Link>
              )}
              <HuntButton tenantId={tenantId} prefill={prefillOf(report)} title="Hunt" />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
