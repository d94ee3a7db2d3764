import type { Investigation, ReportedMail } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { useHeld } from '#lib/arrivals.ts'
import { prefillOf } from '#lib/hunt-prefill.ts'
import { huntOf } from '#lib/hunted.ts'
import { queries } from '#lib/queries.ts'
import { useTenantId } from '#lib/tenant.ts'
import { count, INVESTIGATION_STATE } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { HuntButton } from '#parts/hunt-button.tsx'
import { Empty, NewPill, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/reports')

/** A report with the investigation that looks for its mail. */
interface Report extends ReportedMail {
  hunt?: Investigation | undefined
}

const COLUMNS: Column<Report>[] = [
  {
    id: 'subject',
    title: 'Mail',
    track: 'minmax(0, 1.3fr)',
    cell: ({ subject }) => (
      <span className="font-medium" title={subject}>
        {subject ?? '(subject not in the report)'}
      </span>
    ),
    sortBy: ({ subject }) => subject ?? '',
  },
  {
    id: 'sender',
    title: 'Sender',
    track: 'minmax(0, 1fr)',
    from: 760,
    cell: ({ sender }) => <span title={sender}>{sender}</span>,
    sortBy: ({ sender }) => sender ?? '',
  },
  {
    id: 'reporter',
    title: 'Reported by',
    track: 'minmax(0, 0.9fr)',
    from: 640,
    cell: ({ reporter }) => <span title={reporter}>{reporter}</span>,
    sortBy: ({ reporter }) => reporter,
  },
  {
    id: 'when',
    title: 'When',
    track: '96px',
    cell: ({ reportedAt }) => <When at={reportedAt} />,
    sortBy: ({ reportedAt }) => reportedAt,
  },
  {
    id: 'alert',
    title: 'Alert',
    track: '64px',
    from: 900,
    cell: (report) => <AlertLink {...report} />,
  },
  {
    id: 'hunt',
    title: 'Investigation',
    track: '150px',
    cell: (report) => <HuntLink {...report} />,
    sortBy: ({ hunt }) => hunt?.createdAt ?? '',
  },
  {
    id: 'go',
    title: '',
    track: '96px',
    cell: (report) => <Hunt {...report} />,
  },
]

const compact = (report: Report) => <CompactReport {...report} />

/** Mail that people reported, each with what became of it and one step from a hunt for its copies. */
export function ReportsPage() {
  const { tenantId } = route.useParams()
  const { data, error, refetch } = useQuery(queries.overview(tenantId))
  const hunts = useQuery(queries.investigations(tenantId)).data?.investigations
  const { shown, fresh, release } = useHeld(data?.reports ?? [], (report) => report.eventId)
  const reports = shown.map((report): Report => ({ ...report, hunt: huntOf(report, hunts ?? []) }))
  return (
    <Page>
      <PageHeader
        title="Reports"
        actions={<NewPill fresh={fresh} noun={fresh === 1 ? 'report' : 'reports'} onShow={release} />}
      />
      <p className="-mt-3 text-sm text-ink-2">
        {data
          ? `${count(data.reports.length, 'mail')} reported in the last 7 days`
          : 'Mail reported in the last 7 days'}
        . “Hunt” looks for every copy of one.
      </p>
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {data === undefined && !error ? (
          <SkeletonRows rows={6} />
        ) : (
          <Table
            label="Reports"
            rows={reports}
            columns={COLUMNS}
            idOf={({ eventId }) => eventId}
            rowHeight={44}
            compactHeight={92}
            compact={compact}
            empty={
              <Empty title="No mail was reported in the last 7 days">
                When somebody presses “Report phishing” in Outlook, the mail appears here with a button that hunts every
                copy.
              </Empty>
            }
          />
        )}
      </div>
    </Page>
  )
}

function Hunt(report: Report) {
  return <HuntButton tenantId={useTenantId()} prefill={prefillOf(report)} title="Hunt" />
}

function AlertLink({ alertId }: Report) {
  const tenantId = useTenantId()
  if (alertId === undefined) return <span className="text-ink-3">None</span>
  return (
    <Link
      to="/tenants/$tenantId/alerts/$alertId"
      params={{ tenantId, alertId }}
      className="text-accent hover:underline"
    >
      Open
    </Link>
  )
}

function HuntLink({ hunt }: Report) {
  const tenantId = useTenantId()
  if (hunt === undefined) return <span className="text-ink-3">Not yet</span>
  const { word, tone } = INVESTIGATION_STATE[hunt.state]
  return (
    <Link
      to="/tenants/$tenantId/investigations/$investigationId"
      params={{ tenantId, investigationId: hunt.id }}
      className="inline-flex items-center gap-1.5 hover:underline"
    >
      <Badge tone={tone}>{word}</Badge>
      {count(hunt.hits, 'hit')}
    </Link>
  )
}

function CompactReport(report: Report) {
  const { subject, sender, reporter, reportedAt, hunt } = report
  return (
    <span className="flex items-center gap-3">
      <span className="min-w-0 flex-1 space-y-0.5">
        <span className="block truncate font-medium">{subject ?? '(subject not in the report)'}</span>
        <span className="block truncate text-xs text-ink-3">from {sender ?? 'unknown'}</span>
        <span className="block truncate text-xs text-ink-3">
          {reporter} · <When at={reportedAt} />
        </span>
        {hunt && (
          <span className="block text-xs">
            <HuntLink {...report} />
          </span>
        )}
      </span>
      <Hunt {...report} />
    </span>
  )
}
