import {
  CreateInvestigation,
  EstimateInvestigation,
  Investigation,
  InvestigationDays,
  InvestigationEstimate,
  InvestigationList,
  InvestigationMailbox,
  InvestigationMailboxes,
  InvestigationPeople,
  MailHits,
} from '@cordon/api'
import { z } from 'zod'

import { defineRoute, type Route } from '#http/route.ts'

const Page = z.object({
  limit: z.coerce.number().int().min(1).max(10_000).default(1000),
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
})

const MailboxParams = Page.extend({
  state: InvestigationMailbox.shape.state.exactOptional(),
  name: z.string().min(1).max(200).exactOptional(),
})

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
    method: 'post',
    path: '/tenants/{tenantId}/investigations/estimate',
    access: 'investigation.write',
    summary: 'What an investigation would cost: mailboxes, requests, time.',
    body: EstimateInvestigation,
    reply: InvestigationEstimate,
    handle: ({ app, tenantId, body }) => app.investigations.estimate(tenantId, body),
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
  ...(['pause', 'resume'] as const).map((verb) =>
    defineRoute({
      method: 'post',
      path: `/tenants/{tenantId}/investigations/{id}/${verb}`,
      access: 'investigation.write',
      summary: verb === 'pause' ? 'Hold it before the next mailbox.' : 'Let it go on where it was.',
      reply: Investigation,
      handle: ({ app, user, tenantId, param }) => app.investigations[verb](user, tenantId, param('id')),
    }),
  ),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/investigations/{id}/duplicate',
    access: 'investigation.write',
    summary: 'The same again, over what is there now.',
    reply: Investigation,
    status: 201,
    handle: ({ app, user, tenantId, param }) => app.investigations.duplicate(user, tenantId, param('id')),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/investigations/{id}/follow-up',
    access: 'investigation.write',
    summary: 'Find out who did what with the hits, and where further copies are; when the search has ended, or now.',
    reply: Investigation,
    handle: ({ app, user, tenantId, param }) => app.investigations.followUp(user, tenantId, param('id')),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations/{id}/people',
    access: 'investigation.read',
    summary: 'Who opened, answered, passed on and clicked it, with evidence; and copies that could not be reached.',
    query: Page,
    reply: InvestigationPeople,
    handle: ({ app, tenantId, param, query }) => app.investigations.people(tenantId, param('id'), query),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations/{id}/days',
    access: 'investigation.read',
    summary: 'What was found and done on each day: the daily summary of an investigation that watches.',
    reply: InvestigationDays,
    handle: async ({ app, tenantId, param }) => ({ days: await app.investigations.days(tenantId, param('id')) }),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations/{id}/mailboxes',
    access: 'investigation.read',
    summary: 'How each mailbox stands, by name.',
    query: MailboxParams,
    reply: InvestigationMailboxes,
    handle: ({ app, tenantId, param, query }) => app.investigations.mailboxes(tenantId, param('id'), query),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations/{id}/hits',
    access: 'investigation.read',
    summary: 'Messages that matched, newest first.',
    query: Page,
    reply: MailHits,
    handle: async ({ app, tenantId, param, query }) => ({
      hits: await app.investigations.hits(tenantId, param('id'), query),
    }),
  }),
]
