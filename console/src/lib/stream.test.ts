import type { ActionRun, Investigation } from '@cordon/api'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { queries } from './queries.ts'
import { applyMessage, arrivalsKey } from './stream.ts'

const investigation = { id: 'i', state: 'running', hits: 3 } as Investigation
const actionRun = { id: 'r', investigationId: 'i', state: 'running' } as ActionRun

afterEach(() => {
  vi.useRealTimers()
})

describe('news from the stream', () => {
  it('adds up the events that arrived', () => {
    const client = new QueryClient()
    applyMessage(client, 't', { kind: 'events', count: 3, newest: '' })
    applyMessage(client, 't', { kind: 'events', count: 4, newest: '' })
    expect(client.getQueryData(arrivalsKey('t'))).toBe(7)
    expect(client.getQueryData(arrivalsKey('other'))).toBeUndefined()
  })

  it('replaces an investigation by its newer self', () => {
    const client = new QueryClient()
    applyMessage(client, 't', { kind: 'investigation', investigation })
    expect(client.getQueryData(queries.investigation('t', 'i').queryKey)).toEqual(investigation)
  })

  it('renews an action run that is on the page and keeps its targets; one that is not stays unknown', () => {
    const client = new QueryClient()
    const { queryKey } = queries.actionRun('t', 'r')
    applyMessage(client, 't', { kind: 'action-run', actionRun })
    expect(client.getQueryData(queryKey)).toBeUndefined()
    client.setQueryData(queryKey, { actionRun, targets: [] })
    applyMessage(client, 't', { kind: 'action-run', actionRun: { ...actionRun, state: 'done' } })
    expect(client.getQueryData(queryKey)).toEqual({ actionRun: { ...actionRun, state: 'done' }, targets: [] })
  })

  it('fetches the journal of a huge run again only when it has ended', () => {
    vi.useFakeTimers()
    const client = new QueryClient()
    const { queryKey } = queries.actionRun('t', 'r')
    const huge = { ...actionRun, targetsTotal: 100_000 }
    client.setQueryData(queryKey, { actionRun: huge, targets: [] })
    applyMessage(client, 't', { kind: 'action-run', actionRun: huge })
    vi.advanceTimersByTime(10_000)
    expect(client.getQueryState(queryKey)?.isInvalidated).toBe(false)
    applyMessage(client, 't', { kind: 'action-run', actionRun: { ...huge, state: 'done' } })
    expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true)
  })
})
