import { ChangeSavedSearch, CreateSavedSearch, SavedSearch, SavedSearchList } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const SAVED_SEARCH_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/saved-searches',
    access: 'event.read',
    summary: 'The searches that people keep, by name.',
    reply: SavedSearchList,
    handle: async ({ app, tenantId }) => ({ searches: await app.savedSearches.list(tenantId) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/saved-searches',
    access: 'search.write',
    summary: 'Keep a search, under a name that the tenant has not yet.',
    body: CreateSavedSearch,
    reply: SavedSearch,
    status: 201,
    handle: ({ app, user, tenantId, body }) => app.savedSearches.create(user, tenantId, body),
  }),
  defineRoute({
    method: 'patch',
    path: '/tenants/{tenantId}/saved-searches/{id}',
    access: 'search.write',
    summary: 'Change a search of one’s own, or any as an administrator.',
    body: ChangeSavedSearch,
    reply: SavedSearch,
    handle: ({ app, user, tenantId, param, body }) => app.savedSearches.change(user, tenantId, param('id'), body),
  }),
  defineRoute({
    method: 'delete',
    path: '/tenants/{tenantId}/saved-searches/{id}',
    access: 'search.write',
    summary: 'Delete a search of one’s own, or any as an administrator.',
    status: 204,
    handle: ({ app, user, tenantId, param }) => app.savedSearches.remove(user, tenantId, param('id')),
  }),
]
