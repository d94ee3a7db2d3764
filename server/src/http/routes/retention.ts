import { Retention, SetRetention } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const RETENTION_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/retention',
    access: 'event.read',
    summary: 'How long the events of each dataset are kept, and what there is of them.',
    reply: Retention,
    handle: ({ app, tenantId }) => app.retention.read(tenantId),
  }),
  defineRoute({
    method: 'patch',
    path: '/tenants/{tenantId}/retention',
    access: 'retention.write',
    summary: 'Set how long events are kept; those that are older are deleted for good, from now on.',
    body: SetRetention,
    reply: Retention,
    handle: ({ app, user, tenantId, body }) => app.retention.set(user, tenantId, body),
  }),
]
