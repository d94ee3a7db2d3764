import { ChangeUser, CreatedUser, CreateUser, NewPassword, User, UserList, UserSessionList } from '@cordon/api'

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
  defineRoute({
    method: 'patch',
    path: '/users/{id}',
    access: 'user.write',
    summary: 'Change roles or whether somebody may sign in; their sessions and API tokens end at once.',
    body: ChangeUser,
    reply: User,
    handle: ({ app, user, param, body }) => app.users.change(user, param('id'), body),
  }),
  defineRoute({
    method: 'delete',
    path: '/users/{id}',
    access: 'user.write',
    summary: 'Remove somebody, with their sessions and API tokens. What they did stays in the audit log.',
    status: 204,
    handle: ({ app, user, param }) => app.users.remove(user, param('id')),
  }),
  defineRoute({
    method: 'post',
    path: '/users/{id}/password',
    access: 'user.write',
    summary: 'Give somebody a new password, which only this reply shows; their sessions end.',
    reply: NewPassword,
    handle: ({ app, user, param }) => app.users.resetPassword(user, param('id')),
  }),
  defineRoute({
    method: 'get',
    path: '/users/{id}/sessions',
    access: 'user.write',
    summary: 'Where somebody is signed in.',
    reply: UserSessionList,
    handle: async ({ app, param }) => ({ sessions: await app.sessions.list(param('id')) }),
  }),
  defineRoute({
    method: 'delete',
    path: '/users/{id}/sessions/{sessionId}',
    access: 'user.write',
    summary: 'End one of somebody’s sessions.',
    status: 204,
    handle: ({ app, user, param }) => app.sessions.end(user, param('id'), param('sessionId')),
  }),
]
