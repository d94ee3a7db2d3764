import { EventFields, FieldValuesParams, PromotedField, PromotedFields, PromoteField, TopValues } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

/** The fields of events: which there are, what their values are, and which have a column of their own. */
export const EVENT_FIELD_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events/fields',
    access: 'event.read',
    summary: 'The fields that can be searched, by name.',
    reply: EventFields,
    handle: ({ app, tenantId }) => app.eventFields.list(tenantId),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/events/values',
    access: 'event.read',
    summary: 'Values of a field that begin so, the most frequent first.',
    query: FieldValuesParams,
    reply: TopValues,
    handle: async ({ app, tenantId, query }) => ({ values: await app.search.topValues(tenantId, query) }),
  }),
  defineRoute({
    method: 'get',
    path: '/promoted-fields',
    access: 'event.read',
    summary: 'The fields of documents that were given a column of their own, for all tenants.',
    reply: PromotedFields,
    handle: async ({ app }) => ({ fields: await app.eventFields.promoted() }),
  }),
  defineRoute({
    method: 'post',
    path: '/promoted-fields',
    access: 'field.write',
    summary: 'Give a field of the documents a column of its own: fast for new events at once, for old ones soon.',
    body: PromoteField,
    reply: PromotedField,
    status: 201,
    handle: ({ app, user, body }) => app.eventFields.promote(user, body),
  }),
  defineRoute({
    method: 'delete',
    path: '/promoted-fields/{name}',
    access: 'field.write',
    summary: 'Take the column away again; the field stays in the documents.',
    status: 204,
    handle: ({ app, user, param }) => app.eventFields.demote(user, param('name')),
  }),
]
