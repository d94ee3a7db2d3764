import {
  ChangeDestination,
  CreateDestination,
  DeadLetterList,
  DeadLetterParams,
  Destination,
  DestinationKindList,
  DestinationList,
  DestinationTest,
  SettledLetters,
} from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

const LIST = '/tenants/{tenantId}/destinations'
const ONE = `${LIST}/{id}`

/** Where events and alerts are sent on to. */
export const DESTINATION_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/destination-kinds',
    access: 'signed-in',
    summary: 'Kinds of destinations, with their settings as JSON Schema.',
    reply: DestinationKindList,
    handle: async ({ app }) => ({ kinds: app.destinations.choices() }),
  }),
  defineRoute({
    method: 'get',
    path: LIST,
    access: 'forward.read',
    summary: 'The tenant’s destinations, with how far behind each is.',
    reply: DestinationList,
    handle: async ({ app, tenantId }) => ({ destinations: await app.destinations.list(tenantId) }),
  }),
  defineRoute({
    method: 'post',
    path: LIST,
    access: 'forward.write',
    summary: 'Add a destination. Sending begins at once.',
    body: CreateDestination,
    reply: Destination,
    status: 201,
    handle: ({ app, user, tenantId, body }) => app.destinations.create(user, tenantId, body),
  }),
  defineRoute({
    method: 'get',
    path: ONE,
    access: 'forward.read',
    summary: 'One destination.',
    reply: Destination,
    handle: ({ app, tenantId, param }) => app.destinations.read(tenantId, param('id')),
  }),
  defineRoute({
    method: 'patch',
    path: ONE,
    access: 'forward.write',
    summary: 'Change, pause or resume a destination. It goes on where it was. Another address needs the secret again.',
    body: ChangeDestination,
    reply: Destination,
    handle: ({ app, user, tenantId, param, body }) => app.destinations.change(user, tenantId, param('id'), body),
  }),
  defineRoute({
    method: 'delete',
    path: ONE,
    access: 'forward.write',
    summary: 'Remove a destination, its secret, its place and its dead letters.',
    status: 204,
    handle: ({ app, user, tenantId, param }) => app.destinations.remove(user, tenantId, param('id')),
  }),
  defineRoute({
    method: 'post',
    path: `${ONE}/test`,
    access: 'forward.write',
    summary: 'Send one marked event, and tell what the destination answered.',
    reply: DestinationTest,
    handle: ({ app, user, tenantId, param }) => app.destinations.test(user, tenantId, param('id')),
  }),
  defineRoute({
    method: 'get',
    path: `${ONE}/dead-letters`,
    access: 'forward.read',
    summary: 'What the destination refused, with its reasons.',
    query: DeadLetterParams,
    reply: DeadLetterList,
    handle: async ({ app, tenantId, param, query }) => ({
      letters: await app.destinations.deadLetters(tenantId, param('id'), query),
    }),
  }),
  defineRoute({
    method: 'post',
    path: `${ONE}/dead-letters/retry`,
    access: 'forward.write',
    summary: 'Have all dead letters sent again.',
    reply: SettledLetters,
    handle: async ({ app, user, tenantId, param }) => ({
      count: await app.destinations.retryLetters(user, tenantId, param('id')),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: `${ONE}/dead-letters`,
    access: 'forward.write',
    summary: 'Give up all dead letters.',
    reply: SettledLetters,
    handle: async ({ app, user, tenantId, param }) => ({
      count: await app.destinations.discardLetters(user, tenantId, param('id')),
    }),
  }),
]
