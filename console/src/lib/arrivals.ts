import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { arrivalsKey } from './stream.ts'

/** Events that arrived since `settle` was last called: what an "N new" pill says. */
export function useArrivals(tenantId: string): { fresh: number; settle: () => void } {
  const { data: total = 0 } = useQuery<number>({
    queryKey: arrivalsKey(tenantId),
    queryFn: () => 0,
    enabled: false,
    initialData: 0,
    staleTime: Infinity,
    gcTime: Infinity,
  })
  const [settled, setSettled] = useState(total)
  return { fresh: Math.max(0, total - settled), settle: () => setSettled(total) }
}

/**
 * A live list that does not move under the reader: entries already shown are updated in place, new ones wait behind a
 * pill until `release`. An empty list has nothing to protect and fills at once.
 */
export function useHeld<T>(items: readonly T[], idOf: (item: T) => string) {
  const [shownIds, setShownIds] = useState<ReadonlySet<string>>(new Set())
  const ids = items.map(idOf)
  const kept = items.filter((item) => shownIds.has(idOf(item)))
  if (kept.length === 0 && items.length > 0) setShownIds(new Set(ids))
  return {
    shown: kept.length === 0 ? items : kept,
    fresh: kept.length === 0 ? 0 : ids.filter((id) => !shownIds.has(id)).length,
    release: () => setShownIds(new Set(ids)),
  }
}
