import { ChangeValueList, CreateValueList, ValueList, ValueListList } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const VALUE_LIST_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/value-lists',
    access: 'rule.read',
    summary: 'The lists that rules look up by name, with their values.',
    reply: ValueListList,
    handle: async ({ app, tenantId }) => ({ lists: await app.valueLists.list(tenantId) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/value-lists',
    access: 'rule.write',
    summary: 'Make a list, without values yet.',
    body: CreateValueList,
    reply: ValueList,
    status: 201,
    handle: ({ app, user, tenantId, body }) => app.valueLists.create(user, tenantId, body),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/value-lists/{name}',
    access: 'rule.read',
    summary: 'A list with its values.',
    reply: ValueList,
    handle: ({ app, tenantId, param }) => app.valueLists.read(tenantId, param('name')),
  }),
  defineRoute({
    method: 'patch',
    path: '/tenants/{tenantId}/value-lists/{name}',
    access: 'rule.write',
    summary: 'Take values off a list, and put values on it.',
    body: ChangeValueList,
    reply: ValueList,
    handle: ({ app, user, tenantId, param, body }) => app.valueLists.change(user, tenantId, param('name'), body),
  }),
  defineRoute({
    method: 'delete',
    path: '/tenants/{tenantId}/value-lists/{name}',
    access: 'rule.write',
    summary: 'Delete a list with its values; rules that look it up no longer fire.',
    status: 204,
    handle: ({ app, user, tenantId, param }) => app.valueLists.remove(user, tenantId, param('name')),
  }),
]
