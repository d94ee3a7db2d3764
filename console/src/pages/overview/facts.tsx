import type { Overview } from '@cordon/api'
import { Link } from '@tanstack/react-router'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

import { useFeedTitle } from '#lib/feed-title.ts'
import { count, number } from '#lib/words.ts'
import { Severity, SEVERITY_ORDER } from '#parts/badge.tsx'
import { Skeleton } from '#parts/panel.tsx'
import { When } from '#parts/when.tsx'

/** The four facts at first glance. */
export function Facts({ overview, tenantId }: { overview: Overview | undefined; tenantId: string }) {
  return (
    <div className="grid grid-cols-2 gap-4 max-sm:gap-3 lg:grid-cols-4">
      <Fact title="Open alerts">{overview && <OpenAlerts openAlerts={overview.openAlerts} tenantId={tenantId} />}</Fact>
      <Fact title="Reports, last 7 days">
        {overview && (
          <>
            <Big>
              <Link
                to="/tenants/$tenantId/reports"
                params={{ tenantId }}
                className="hover:underline"
                aria-label={count(overview.reports.length, 'report')}
              >
                {number(overview.reports.length)}
              </Link>
            </Big>
            <Small>
              {overview.reports[0] ? (
                <>
                  newest <When at={overview.reports[0].reportedAt} />
                </>
              ) : (
                'nobody reported a mail'
              )}
            </Small>
          </>
        )}
      </Fact>
      <Fact title="Mail removed this week">
        {overview && (
          <>
            <Big>{number(overview.mailRemovedThisWeek)}</Big>
            <Small>{overview.mailRemovedThisWeek === 1 ? 'message' : 'messages'}, each verified</Small>
          </>
        )}
      </Fact>
      <Fact title="Coverage">
        {overview && <Coverage tenantId={tenantId} feeds={overview.feeds} quarantined={overview.quarantined} />}
      </Fact>
    </div>
  )
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section
      aria-label={title}
      className="flex min-h-28 flex-col gap-1 rounded-lg border border-line bg-surface p-4 max-sm:p-3"
    >
      <h2 className="text-sm text-ink-2">{title}</h2>
      {children ?? (
        <>
          <Skeleton className="h-8 w-16" />
          <Skeleton className="h-4 w-28" />
        </>
      )}
    </section>
  )
}

const Big = ({ children }: { children: ReactNode }) => <p className="text-2xl font-semibold">{children}</p>
const Small = ({ children }: { children: ReactNode }) => <p className="text-xs text-ink-3">{children}</p>

function OpenAlerts({ openAlerts, tenantId }: { openAlerts: Overview['openAlerts']; tenantId: string }) {
  const total = Object.values(openAlerts).reduce((sum, each) => sum + each, 0)
  return (
    <>
      <Big>
        <Link
          to="/tenants/$tenantId/alerts"
          params={{ tenantId }}
          className="hover:underline"
          aria-label={count(total, 'open alert')}
        >
          {number(total)}
        </Link>
      </Big>
      <div className="flex flex-wrap gap-1">
        {SEVERITY_ORDER.filter((severity) => openAlerts[severity]).map((severity) => (
          <Severity key={severity} severity={severity} count={openAlerts[severity]!} />
        ))}
        {total === 0 && <Small>nothing waits for you</Small>}
      </div>
    </>
  )
}

type CoverageProps = Pick<Overview, 'feeds' | 'quarantined'> & { tenantId: string }

function Coverage({ tenantId, feeds, quarantined }: CoverageProps) {
  const titleOf = useFeedTitle()
  const behind = feeds.filter((feed) => feed.state !== 'current')
  const current = feeds.length > 0 && behind.length === 0
  const Icon = current ? CircleCheck : TriangleAlert
  return (
    <>
      <p className={`flex items-center gap-2 text-lg leading-8 font-semibold ${current ? 'text-good' : 'text-warn'}`}>
        <Icon aria-hidden className="size-5 shrink-0" />
        <Link to="/tenants/$tenantId/coverage" params={{ tenantId }} className="hover:underline">
          {feeds.length === 0
            ? 'No feeds'
            : current
              ? 'All current'
              : `${behind.length} of ${feeds.length} not current`}
        </Link>
      </p>
      {behind.slice(0, 3).map((feed) => (
        <p key={`${feed.connectionId} ${feed.feed}`} className="truncate text-xs text-ink-2" title={feed.reason}>
          {titleOf(feed.feed)}: {{ behind: 'behind', gap: 'has a gap', never: 'never read', current: '' }[feed.state]}
        </p>
      ))}
      {current && <Small>{count(feeds.length, 'feed')}, nothing missing</Small>}
      {quarantined > 0 && <Small>{count(quarantined, 'record')} in quarantine</Small>}
    </>
  )
}
