import { ApiToken, ApiTokenList, CreateApiToken } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const TOKEN_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tokens',
    access: 'signed-in',
    summary: 'Your API tokens, without the tokens themselves.',
    reply: ApiTokenList,
    handle: async ({ app, user }) => ({ tokens: await app.apiTokens.list(user.id) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tokens',
    access: 'signed-in',
    summary: 'Make an API token; the reply is the only place that ever shows it.',
    body: CreateApiToken,
    reply: ApiToken,
    status: 201,
    handle: ({ app, user, body }) => app.apiTokens.create(user, body),
  }),
  defineRoute({
    method: 'delete',
    path: '/tokens/{id}',
    access: 'signed-in',
    summary: 'Remove an API token; programs that use it are locked out at once.',
    status: 204,
    handle: ({ app, user, param }) => app.apiTokens.remove(user, user.id, param('id')),
  }),
  defineRoute({
    method: 'get',
    path: '/users/{userId}/tokens',
    access: 'user.write',
    summary: 'Somebody’s API tokens, without the tokens themselves.',
    reply: ApiTokenList,
    handle: async ({ app, param }) => ({ tokens: await app.apiTokens.list(param('userId')) }),
  }),
  defineRoute({
    method: 'delete',
    path: '/users/{userId}/tokens/{id}',
    access: 'user.write',
    summary: 'Remove somebody’s API token.',
    status: 204,
    handle: ({ app, user, param }) => app.apiTokens.remove(user, param('userId'), param('id')),
  }),
]
