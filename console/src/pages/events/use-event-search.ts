import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react'

import { tenantApi, type EventFilter } from '#lib/api.ts'
import { useArrivals } from '#lib/arrivals.ts'
import { changeEventSearch, type EventSearchChange } from '#lib/event-search.ts'
import { isRelative, resolve } from '#lib/time-range.ts'

const route = getRouteApi('/frame/tenants/$tenantId/events')
const LIVE_MS = 2000

/**
 * The search that stands in the address, and what it found. `now` in it means the moment of the last search, so that
 * paging, histogram and facets all speak of the same span; live mode and the pill move that moment on.
 */
export function useEventSearch() {
  const { tenantId } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const arrivals = useArrivals(tenantId)
  const [now, setNow] = useState(() => Date.now())

  const { from, to, q } = search
  const filter = useMemo<EventFilter>(
    () => ({ ...resolve({ from, to }, now), ...(q.trim() !== '' && { query: q }) }),
    [from, to, q, now],
  )
  const refresh = () => {
    setNow(Date.now())
    arrivals.settle()
  }
  const change = useCallback(
    (changes: EventSearchChange, replace = false) => {
      // A new search is a new moment; opening a document is not.
      if ('q' in changes || 'from' in changes) setNow(Date.now())
      void navigate({ replace, search: (before) => changeEventSearch(before, changes) })
    },
    [navigate],
  )
  const isLive = search.live === true && isRelative(search)
  const isDue = isLive && arrivals.fresh > 0
  const follow = useEffectEvent(refresh)
  useEffect(() => {
    if (!isDue) return
    const timer = setTimeout(() => follow(), LIVE_MS)
    return () => clearTimeout(timer)
  }, [isDue])

  const pages = useInfiniteQuery({
    queryKey: [tenantId, 'events', filter],
    queryFn: ({ pageParam, signal }) =>
      tenantApi(tenantId).events({ ...filter, limit: 200, ...(pageParam && { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const histogram = useQuery({
    queryKey: [tenantId, 'histogram', filter],
    queryFn: ({ signal }) => tenantApi(tenantId).histogram({ ...filter, buckets: 80 }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const fresh = isRelative(search) ? arrivals.fresh : 0
  return { tenantId, search, filter, change, refresh, fresh, isLive, pages, histogram }
}
