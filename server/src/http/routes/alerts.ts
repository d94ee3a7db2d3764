import { Alert, AlertDetail, AlertList, UpdateAlert } from '@cordon/api'
import { z } from 'zod'

import { defineRoute, type Route } from '#http/route.ts'

const AlertListParams = z.object({
  status: z.enum(['open', 'closed', 'suppressed']).optional(),
  ruleId: z.string().optional(),
  assignee: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

export const ALERT_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/alerts',
    access: 'alert.read',
    summary: 'Alerts, newest first.',
    query: AlertListParams,
    reply: AlertList,
    handle: async ({ app, tenantId, query }) => ({ alerts: await app.alerts.list(tenantId, query) }),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/alerts/{id}',
    access: 'alert.read',
    summary: 'An alert with its evidence and its rule.',
    reply: AlertDetail,
    handle: ({ app, tenantId, param }) => app.alerts.read(tenantId, param('id')),
  }),
  defineRoute({
    method: 'patch',
    path: '/tenants/{tenantId}/alerts/{id}',
    access: 'alert.write',
    summary: 'Close an alert with a reason, open it again, give it to somebody, or put it off.',
    body: UpdateAlert,
    reply: Alert,
    handle: ({ app, user, tenantId, param, body }) => app.alerts.update(user, tenantId, param('id'), body),
  }),
]
