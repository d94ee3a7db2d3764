import type { Overview } from '@cordon/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { coverageByFeed } from '#lib/coverage.ts'
import type { CoverageSearch } from '#lib/coverage-search.ts'
import { queries } from '#lib/queries.ts'
import { resolve } from '#lib/time-range.ts'
import { useNow } from '#lib/time.ts'

/** How a feed stands now. */
export type Standing = Overview['feeds'][number]

const MINUTE_MS = 60_000

/** The ledger and how each feed stands now, both kept fresh; of one connection where `search` names one. */
export function useCoverage(tenantId: string, { days, connection }: CoverageSearch) {
  const minute = useNow(MINUTE_MS)
  // Up to the end of this minute, so that what is being read now is in the picture.
  const span = useMemo(() => resolve({ from: `now-${days ?? 1}d`, to: 'now' }, minute + MINUTE_MS), [days, minute])
  const overview = useQuery({ ...queries.overview(tenantId), refetchInterval: 10_000 })
  const coverage = useQuery({
    ...queries.coverage(tenantId, span),
    placeholderData: keepPreviousData,
    refetchInterval: days === undefined ? 5000 : 30_000,
  })
  const standings = useMemo(
    () => overview.data?.feeds.filter((feed) => connection === undefined || feed.connectionId === connection),
    [overview.data, connection],
  )
  const rows = useMemo(
    () => (coverage.data && standings ? coverageByFeed(coverage.data.windows, standings) : undefined),
    [coverage.data, standings],
  )
  return {
    span,
    /** Undefined until both are known. */
    rows,
    standings,
    connections: overview.data?.connections ?? [],
    error: coverage.error ?? overview.error,
    retry: () => void Promise.all([coverage.refetch(), overview.refetch()]),
  }
}
