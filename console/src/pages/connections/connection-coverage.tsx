import { Link } from '@tanstack/react-router'

import { Feeds } from '#pages/coverage/feeds.tsx'
import { useCoverage } from '#pages/coverage/use-coverage.ts'
import { ProblemBanner } from '#parts/problem.tsx'

/** The last day of a connection's feeds; a row or a window opens the coverage page there. */
export function ConnectionCoverage({ tenantId, connectionId }: { tenantId: string; connectionId: string }) {
  const search = { connection: connectionId }
  const coverage = useCoverage(tenantId, search)
  if (coverage.error) return <ProblemBanner error={coverage.error} onRetry={coverage.retry} />
  return (
    <Feeds
      title="Coverage, last 24 hours"
      {...{ tenantId, search, coverage }}
      actions={
        <Link
          to="/tenants/$tenantId/coverage"
          params={{ tenantId }}
          search={search}
          className="text-sm whitespace-nowrap text-accent hover:underline"
        >
          Open coverage
        </Link>
      }
    />
  )
}
