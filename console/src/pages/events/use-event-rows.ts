import type { EcsDocument } from '@cordon/api'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback } from 'react'

import { tenantApi, type EventFilter } from '#lib/api.ts'

const PAGE_ROWS = 200

/** What a search found, page by page as one scrolls: of ten million events only those that were in sight are ever here. */
export function useEventRows(tenantId: string, filter: EventFilter, order: 'asc' | 'desc') {
  const pages = useInfiniteQuery({
    queryKey: [tenantId, 'events', filter, order],
    queryFn: ({ pageParam, signal }) =>
      tenantApi(tenantId).events(
        { ...filter, order, limit: PAGE_ROWS, ...(pageParam && { cursor: pageParam }) },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    // Every moment of live mode is a search of its own.
    gcTime: 60_000,
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  const loaded = data === undefined ? 0 : (data.pages.length - 1) * PAGE_ROWS + (data.pages.at(-1)?.events.length ?? 0)
  const rowAt = useCallback(
    (index: number): EcsDocument | undefined => data?.pages[Math.floor(index / PAGE_ROWS)]?.events[index % PAGE_ROWS],
    [data],
  )
  const onRange = useCallback(
    (_first: number, last: number) => {
      if (last >= loaded - 1 && hasNextPage && !isFetchingNextPage) void fetchNextPage()
    },
    [loaded, hasNextPage, isFetchingNextPage, fetchNextPage],
  )
  return {
    rowAt,
    onRange,
    loaded,
    total: data?.pages[0]?.total,
    tookMs: data?.pages[0]?.tookMs,
    indexOf: (id: string | undefined) =>
      id === undefined
        ? -1
        : (data?.pages.flatMap(({ events }) => events).findIndex(({ event }) => event.id === id) ?? -1),
    error: pages.isFetchNextPageError ? null : pages.error,
    /** What is there stays when more could not be fetched. */
    moreError: pages.isFetchNextPageError ? pages.error : undefined,
    fetchMore: () => void fetchNextPage(),
    refetch: () => void pages.refetch(),
    isPending: pages.isPending,
    /** Searching, and what is shown is of the search before. */
    isBusy: pages.isFetching && !isFetchingNextPage,
  }
}

export type EventRows = ReturnType<typeof useEventRows>
