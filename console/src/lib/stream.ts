import { StreamMessage, type ActionRunDetail } from '@cordon/api'
import { useQueryClient, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { tenantApi } from './api.ts'
import { hitsKey, mailboxesKey, peopleKey, queries } from './queries.ts'
import { isActive, isRunActive } from './words.ts'

/**
 * Server-sent events of the tenant one looks at. A message either replaces a cached object by its newer self, or marks a
 * list as old; lists are fetched again at most once in {@link CALM_MS}, so that a burst of events is one request. When
 * work ends, its lists follow at once: “Done” never stands above rows that are not.
 */
const CALM_MS = 1500
const REOPEN_MS = 5000
/** The journal of a run with more targets is many megabytes: it is fetched at the beginning and at the end only. */
export const MOST_LIVE_TARGETS = 5000

/** Events that came over the stream since it was opened; pages compare with what they had when they last fetched. */
export const arrivalsKey = (tenantId: string): QueryKey => [tenantId, 'arrivals']

const waiting = new Set<string>()

function refreshSoon(client: QueryClient, queryKey: QueryKey): void {
  const name = JSON.stringify(queryKey)
  if (waiting.has(name)) return
  waiting.add(name)
  setTimeout(() => {
    waiting.delete(name)
    void client.invalidateQueries({ queryKey })
  }, CALM_MS)
}

function refreshNow(client: QueryClient, queryKey: QueryKey): void {
  void client.invalidateQueries({ queryKey })
}

/** What one message means for the caches. */
export function applyMessage(client: QueryClient, tenantId: string, message: StreamMessage): void {
  switch (message.kind) {
    case 'events':
      client.setQueryData<number>(arrivalsKey(tenantId), (before) => (before ?? 0) + message.count)
      break
    case 'alert':
      refreshSoon(client, [tenantId, 'alerts'])
      refreshSoon(client, [tenantId, 'alert', message.alert.id])
      break
    case 'investigation': {
      const { id, state } = message.investigation
      const refresh = isActive(state) ? refreshSoon : refreshNow
      client.setQueryData(queries.investigation(tenantId, id).queryKey, message.investigation)
      refresh(client, queries.investigations(tenantId).queryKey)
      refresh(client, mailboxesKey(tenantId, id))
      refresh(client, hitsKey(tenantId, id))
      refresh(client, peopleKey(tenantId, id))
      break
    }
    case 'safeguards':
      client.setQueryData(queries.safeguards(tenantId).queryKey, message.safeguards)
      break
    case 'action-run': {
      const { id, investigationId, state, targetKind, targetsTotal } = message.actionRun
      const refresh = isRunActive(state) ? refreshSoon : refreshNow
      client.setQueryData(queries.actionRun(tenantId, id).queryKey, (before: ActionRunDetail | undefined) =>
        before === undefined ? undefined : { ...before, actionRun: message.actionRun },
      )
      if (!isRunActive(state) || targetsTotal <= MOST_LIVE_TARGETS) {
        refresh(client, queries.actionRun(tenantId, id).queryKey)
      }
      refresh(client, [tenantId, 'action-runs'])
      // Pages of users and devices show what was done on them, and how they stand after it.
      refresh(client, [tenantId, `${targetKind}s`])
      if (investigationId !== undefined) refresh(client, hitsKey(tenantId, investigationId))
      break
    }
  }
  refreshSoon(client, queries.overview(tenantId).queryKey)
}

/** Keeps the stream of the tenant open while mounted; true while it is connected. */
export function useStream(tenantId: string): boolean {
  const client = useQueryClient()
  const [connected, setConnected] = useState(false)
  useEffect(() => {
    if (tenantId === '') return
    let source: EventSource | undefined
    let reopening: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource(tenantApi(tenantId).streamAddress)
      source.addEventListener('open', () => setConnected(true))
      source.addEventListener('error', () => {
        setConnected(false)
        // The browser reconnects by itself after a lost connection, but not after an answer that is no stream.
        if (source?.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS)
      })
      source.addEventListener('message', (event: MessageEvent<string>) => {
        const message = StreamMessage.safeParse(JSON.parse(event.data))
        if (message.success) applyMessage(client, tenantId, message.data)
      })
    }
    open()
    return () => {
      clearTimeout(reopening)
      source?.close()
      setConnected(false)
    }
  }, [client, tenantId])
  return connected
}
