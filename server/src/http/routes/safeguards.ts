import { ChangeSafeguards, Safeguards, StopActing } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const SAFEGUARD_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/safeguards',
    access: 'action.read',
    summary: 'Whether acting is stopped, by whom and why, and which actions only run as shadow.',
    reply: Safeguards,
    handle: ({ app, tenantId }) => app.safeguards.read(tenantId),
  }),
  defineRoute({
    method: 'patch',
    path: '/tenants/{tenantId}/safeguards',
    access: 'safeguard.write',
    summary: 'Choose which actions only run as shadow.',
    body: ChangeSafeguards,
    reply: Safeguards,
    handle: ({ app, user, tenantId, body }) => app.safeguards.setShadowActions(user, tenantId, body.shadowActions),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/acting/stop',
    access: 'safeguard.write',
    summary: 'Stop all acting in the tenant: running actions hold before their next target, and nothing begins.',
    body: StopActing,
    status: 204,
    handle: ({ app, user, tenantId, body }) => app.safeguards.stop(user, tenantId, body.reason),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/acting/resume',
    access: 'safeguard.write',
    summary: 'Let actions of the tenant go on.',
    status: 204,
    handle: ({ app, user, tenantId }) => app.safeguards.resume(user, tenantId),
  }),
  defineRoute({
    method: 'post',
    path: '/acting/stop',
    access: 'safeguard.write',
    summary: 'Stop all acting of the installation, in every tenant.',
    body: StopActing,
    status: 204,
    handle: ({ app, user, body }) => app.safeguards.stop(user, undefined, body.reason),
  }),
  defineRoute({
    method: 'post',
    path: '/acting/resume',
    access: 'safeguard.write',
    summary: 'Let actions go on, where no tenant is stopped by itself.',
    status: 204,
    handle: ({ app, user }) => app.safeguards.resume(user, undefined),
  }),
]
