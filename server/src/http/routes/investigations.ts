import { CreateInvestigation, Investigation, InvestigationList, InvestigationMailboxes, MailHits } from '@cordon/api'

import { defineRoute, type Route } from '#http/route.ts'

export const INVESTIGATION_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations',
    access: 'investigation.read',
    summary: 'Investigations, newest first.',
    reply: InvestigationList,
    handle: async ({ app, tenantId }) => ({ investigations: await app.investigations.list(tenantId) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/investigations',
    access: 'investigation.write',
    summary: 'Hunt a mail over the mailboxes; it starts at once.',
    body: CreateInvestigation,
    reply: Investigation,
    status: 201,
    handle: ({ app, user, tenantId, body }) => app.investigations.create(user, tenantId, body),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations/{id}',
    access: 'investigation.read',
    summary: 'An investigation with its progress.',
    reply: Investigation,
    handle: ({ app, tenantId, param }) => app.investigations.read(tenantId, param('id')),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/investigations/{id}/stop',
    access: 'investigation.write',
    summary: 'Stop; the hits found so far stay.',
    reply: Investigation,
    handle: ({ app, user, tenantId, param }) => app.investigations.stop(user, tenantId, param('id')),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations/{id}/mailboxes',
    access: 'investigation.read',
    summary: 'How each mailbox stands.',
    reply: InvestigationMailboxes,
    handle: async ({ app, tenantId, param }) => ({
      mailboxes: await app.investigations.mailboxes(tenantId, param('id')),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations/{id}/hits',
    access: 'investigation.read',
    summary: 'Messages that matched.',
    reply: MailHits,
    handle: async ({ app, tenantId, param }) => ({ hits: await app.investigations.hits(tenantId, param('id')) }),
  }),
]
