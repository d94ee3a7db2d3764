import type { ActionRun, Investigation } from '@cordon/api'
import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'

import { queries } from './queries.ts'
import { applyMessage, arrivalsKey } from './stream.ts'

const investigation = { id: 'i', state: 'running', hits: 3 } as Investigation
const actionRun = { id: 'r', investigationId: 'i', state: 'running' } as ActionRun

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
})
