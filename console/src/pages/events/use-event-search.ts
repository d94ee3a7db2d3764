import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'

import type { EventFilter } from '#lib/api.ts'
import { changeEventSearch, type EventSearchChange } from '#lib/event-search.ts'
import { fieldTerm, narrow, senseOf, widen, type Sense } from '#lib/kql.ts'
import { isRelative, resolve } from '#lib/time-range.ts'

const route = getRouteApi('/frame/tenants/$tenantId/events')

/**
 * The search that stands in the address. `now` in it means the moment of the last search, so that paging, histogram and
 * facets all speak of the same span; {@link refresh} moves that moment on.
 */
export function useEventSearch() {
  const { tenantId } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [now, setNow] = useState(() => Date.now())

  const { from, to, q } = search
  const filter = useMemo<EventFilter>(
    () => ({ ...resolve({ from, to }, now), ...(q.trim() !== '' && { query: q }) }),
    [from, to, q, now],
  )
  const refresh = useCallback(() => setNow(Date.now()), [])
  const change = useCallback(
    (changes: EventSearchChange, replace = false) => {
      // A new search is a new moment; opening a document is not.
      if ('q' in changes || 'from' in changes) setNow(Date.now())
      void navigate({ replace, search: (before) => changeEventSearch(before, changes) })
    },
    [navigate],
  )
  /** Asks for the value, or for what is without it; asked for already, it is no longer. */
  const toggleTerm = useCallback(
    (field: string, value: unknown, sense: Sense) => {
      const term = fieldTerm(field, value, sense)
      change({ q: senseOf(q, field, String(value)) === sense ? widen(q, term) : narrow(q, term) })
    },
    [change, q],
  )
  return { tenantId, search, filter, now, change, toggleTerm, refresh, moves: isRelative(search) }
}
