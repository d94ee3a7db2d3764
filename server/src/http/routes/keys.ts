import { KeyRotation } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const KEY_ROUTES: Route[] = [
  defineRoute({
    method: 'post',
    path: '/keys/rotate',
    access: 'connection.write',
    summary: 'Replace the key that seals credentials, and seal them anew; goes on with a rotation that was cut off.',
    reply: KeyRotation,
    handle: ({ app, user }) => app.keys.rotate(user),
  }),
]
