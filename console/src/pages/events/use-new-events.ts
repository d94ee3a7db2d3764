import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'

import { tenantApi, type EventFilter } from '#lib/api.ts'
import { useArrivals } from '#lib/arrivals.ts'

interface Options {
  tenantId: string
  filter: EventFilter
  /** Events that are found now; undefined while searching. */
  total: number | undefined
  /** Whether the span ends now, so that what arrives can belong to it. */
  moves: boolean
  /** Whether new events are to be shown as they come. */
  isFollowing: boolean
  onRefresh: () => void
}

const CALM_MS = 1500
const SETTLE_MS = 100

/**
 * Events that arrived since the search and match it. The stream says that something arrived; how much of it matches is
 * counted from the same beginning to now, so that also events that Microsoft tells late are there. Followed, they are
 * shown at once and `came` counts them.
 */
export function useNewEvents({ tenantId, filter, total, moves, isFollowing, onRefresh }: Options) {
  const arrivals = useArrivals(tenantId)
  const [came, setCame] = useState(0)
  const [searched, setSearched] = useState(filter)
  if (searched !== filter) {
    setSearched(filter)
    arrivals.settle()
  }
  const arrived = useSampled(moves ? arrivals.fresh : 0, CALM_MS)
  const { data: now } = useQuery({
    queryKey: [tenantId, 'arrived', filter, arrived],
    queryFn: async ({ signal }) => {
      const to = new Date().toISOString()
      return (await tenantApi(tenantId).events({ ...filter, to, limit: 1 }, signal)).total
    },
    enabled: moves && arrived > 0 && total !== undefined,
    placeholderData: (before: number | undefined, query) => (query?.queryKey[2] === filter ? before : undefined),
    gcTime: 10_000,
    staleTime: Infinity,
  })
  const waiting = arrived === 0 || now === undefined || total === undefined ? 0 : Math.max(0, now - total)
  const follow = useEffectEvent((count: number) => {
    setCame((before) => before + count)
    onRefresh()
  })
  useEffect(() => {
    if (!isFollowing || waiting === 0) return
    const timer = setTimeout(() => follow(waiting), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [isFollowing, waiting])
  return { waiting, came, startCounting: () => setCame(0) }
}

/** `value` as it was at most `ms` ago, however fast it changes. */
function useSampled<T>(value: T, ms: number): T {
  const [sampled, setSampled] = useState(value)
  const take = useEffectEvent(() => setSampled(value))
  const isDue = sampled !== value
  useEffect(() => {
    if (!isDue) return
    const timer = setTimeout(() => take(), ms)
    return () => clearTimeout(timer)
  }, [isDue, ms])
  return sampled
}
