import {
  CloudList,
  Connection,
  ConnectionList,
  ConnectionTest,
  CreateConnection,
  CreateExchangeConnection,
} from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const CONNECTION_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/clouds',
    access: 'connection.read',
    summary: 'Clouds and feeds a connection may use.',
    reply: CloudList,
    handle: async ({ app }) => app.connections.choices(),
  }),
  defineRoute({
    method: 'get',
    path: '/connections',
    access: 'connection.read',
    summary: 'All connections, of every tenant.',
    reply: ConnectionList,
    handle: async ({ app }) => ({ connections: await app.connections.list() }),
  }),
  defineRoute({
    method: 'post',
    path: '/connections',
    access: 'connection.write',
    summary: 'Add a connection and test it. It is kept whatever the test says.',
    body: CreateConnection,
    reply: Connection,
    status: 201,
    handle: ({ app, user, body }) => app.connections.create(user, body),
  }),
  defineRoute({
    method: 'post',
    path: '/connections/exchange',
    access: 'connection.write',
    summary: 'Add a connection to an Exchange server on premises and test it. It is kept whatever the test says.',
    body: CreateExchangeConnection,
    reply: Connection,
    status: 201,
    handle: ({ app, user, body }) => app.connections.createExchange(user, body),
  }),
  defineRoute({
    method: 'get',
    path: '/connections/{id}',
    access: 'connection.read',
    summary: 'One connection with its newest test.',
    reply: Connection,
    handle: ({ app, param }) => app.connections.read(param('id')),
  }),
  defineRoute({
    method: 'delete',
    path: '/connections/{id}',
    access: 'connection.write',
    summary: 'Remove a connection and its credential; what was collected stays.',
    status: 204,
    handle: ({ app, user, param }) => app.connections.remove(user, param('id')),
  }),
  defineRoute({
    method: 'post',
    path: '/connections/{id}/test',
    access: 'connection.write',
    summary: 'Test a connection: a verdict per permission.',
    reply: ConnectionTest,
    handle: ({ app, user, param }) => app.connections.test(user, param('id')),
  }),
]
