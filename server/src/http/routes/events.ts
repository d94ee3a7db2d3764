import {
  EventPage,
  EventSearchParams,
  Histogram,
  HistogramParams,
  StoredEvent,
  TopValues,
  TopValuesParams,
} from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const EVENT_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events',
    access: 'event.read',
    summary: 'A page of events, newest first.',
    query: EventSearchParams,
    reply: EventPage,
    handle: ({ app, tenantId, query }) => app.search.page(tenantId, query),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events/histogram',
    access: 'event.read',
    summary: 'Counts over time.',
    query: HistogramParams,
    reply: Histogram,
    handle: ({ app, tenantId, query }) => app.search.histogram(tenantId, query),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events/top',
    access: 'event.read',
    summary: 'The most frequent values of a field.',
    query: TopValuesParams,
    reply: TopValues,
    handle: async ({ app, tenantId, query }) => ({ values: await app.search.topValues(tenantId, query) }),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events/{id}',
    access: 'event.read',
    summary: 'One event with its original.',
    reply: StoredEvent,
    handle: ({ app, tenantId, param }) => app.search.read(tenantId, param('id')),
  }),
]
