import {
  EventExportParams,
  EventPage,
  EventSearchParams,
  FacetParams,
  Facets,
  Histogram,
  HistogramParams,
  ROWS_HEADER,
  StoredEvent,
  Surrounding,
  SurroundingParams,
  TopValues,
  TopValuesParams,
} from '@cordon/api'

import { fileOf } from '#http/download.ts'
import { defineRoute, type Route } from '#http/route.ts'

import { EVENT_FIELD_ROUTES } from './event-fields.ts'

export const EVENT_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events',
    access: 'event.read',
    summary: 'A page of events, newest first unless asked otherwise.',
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
    path: '/tenants/{tenantId}/events/facets',
    access: 'event.read',
    summary: 'The most frequent values of several fields, in one pass over the events.',
    query: FacetParams,
    reply: Facets,
    handle: ({ app, tenantId, query }) => app.search.facets(tenantId, query),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events/export',
    access: 'event.export',
    summary: 'Everything that matches as a file, oldest first, sent while it is read: NDJSON, CSV or Parquet.',
    query: EventExportParams,
    async handle({ app, user, tenantId, query }) {
      const file = await app.exportEvents(user, tenantId, query)
      return fileOf(file, { [ROWS_HEADER]: String(file.rows) })
    },
  }),
  ...EVENT_FIELD_ROUTES,
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events/{id}',
    access: 'event.read',
    summary: 'One event with its original.',
    reply: StoredEvent,
    handle: ({ app, tenantId, param }) => app.search.read(tenantId, param('id')),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events/{id}/surrounding',
    access: 'event.read',
    summary: 'What happened before and after an event.',
    query: SurroundingParams,
    reply: Surrounding,
    handle: ({ app, tenantId, param, query }) => app.search.surrounding(tenantId, param('id'), query),
  }),
]
