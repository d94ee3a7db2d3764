import { useQueries, type QueryKey } from '@tanstack/react-query'
import { useCallback, useState } from 'react'

import type { Page } from './api.ts'

/** Rows that are asked for at once. */
export const PAGE_ROWS = 500

/** Pages that rows `first` to `last` lie in. */
export function pagesOf(first: number, last: number): number[] {
  const from = Math.floor(first / PAGE_ROWS)
  return Array.from({ length: Math.floor(last / PAGE_ROWS) - from + 1 }, (_, index) => from + index)
}

interface Options<Reply, Row> {
  queryKey: QueryKey
  fetchPage: (page: Page, signal: AbortSignal) => Promise<Reply>
  rowsOf: (reply: Reply) => Row[]
  /** Leave what is shown as it is, however old: somebody is reading it. */
  isHeld?: boolean
}

/**
 * A list of any length, of which only the pages in sight are asked for and kept fresh. `onRange` says what is in sight;
 * `rowAt` gives a row once its page is there.
 */
export function usePagedRows<Reply, Row>({ queryKey, fetchPage, rowsOf, isHeld = false }: Options<Reply, Row>) {
  const [pages, setPages] = useState([0])
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...queryKey, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        fetchPage({ limit: PAGE_ROWS, offset: page * PAGE_ROWS }, signal),
      enabled: ({ state }: { state: { data: unknown } }) => !isHeld || state.data === undefined,
    })),
  })
  const onRange = useCallback((first: number, last: number) => {
    const wanted = pagesOf(first, last)
    setPages((before) => (before.join() === wanted.join() ? before : wanted))
  }, [])
  const replyOf = (page: number) => results[pages.indexOf(page)]?.data
  const known = results.find(({ data }) => data !== undefined)?.data
  const [reply, setReply] = useState(known)
  if (known !== undefined && known !== reply) setReply(known)
  const failed = results.find(({ error, data }) => error !== null && data === undefined)
  return {
    /** The newest reply there is, for what it says about the whole list; it stays while another page is on its way. */
    reply,
    error: failed?.error ?? undefined,
    refetch: () => void failed?.refetch(),
    onRange,
    rowAt(index: number): Row | undefined {
      const page = replyOf(Math.floor(index / PAGE_ROWS))
      return page === undefined ? undefined : rowsOf(page)[index % PAGE_ROWS]
    },
  }
}
