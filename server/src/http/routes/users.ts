import { CreatedUser, CreateUser, UserList } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const USER_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/users',
    access: 'user.write',
    summary: 'Who may sign in.',
    reply: UserList,
    handle: async ({ app }) => ({ users: await app.users.list() }),
  }),
  defineRoute({
    method: 'post',
    path: '/users',
    access: 'user.write',
    summary: 'Add somebody who may sign in; a password that was made up is only in this reply.',
    body: CreateUser,
    reply: CreatedUser,
    status: 201,
    handle: ({ app, user, body }) => app.users.create(user, body),
  }),
]
