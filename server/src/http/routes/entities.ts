import { DeviceEntity, ServicePrincipalEntity, UserEntity } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const ENTITY_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/users/{name}',
    access: 'action.plan',
    summary: 'A user as Microsoft holds it now, with its alerts and what was done on it.',
    reply: UserEntity,
    handle: ({ app, tenantId, param }) => app.entities.user(tenantId, param('name')),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/devices/{name}',
    access: 'action.plan',
    summary: 'A device as Defender for Endpoint holds it now, with its alerts and what was done on it.',
    reply: DeviceEntity,
    handle: ({ app, tenantId, param }) => app.entities.device(tenantId, param('name')),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/service-principals/{name}',
    access: 'action.plan',
    summary: 'An application as the directory holds it now, with its alerts and what was done on it.',
    reply: ServicePrincipalEntity,
    handle: ({ app, tenantId, param }) => app.entities.servicePrincipal(tenantId, param('name')),
  }),
]
