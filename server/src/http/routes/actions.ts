import {
  ActionList,
  ActionRun,
  ActionRunDetail,
  ActionRunList,
  ApprovalLink,
  ApproveActionRun,
  ExecuteActionRun,
  PlanActionRun,
  RejectActionRun,
} from '@cordon/api'
import { z } from 'zod'

import { defineRoute, type Route } from '#http/route.ts'

const ActionRunListParams = z.object({
  investigationId: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

export const ACTION_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/actions',
    access: 'signed-in',
    summary: 'What Cordon can do, and whether it can be undone.',
    reply: ActionList,
    handle: async ({ app }) => ({ actions: app.actions.catalog() }),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/action-runs',
    access: 'action.read',
    summary: 'Action runs, newest first.',
    query: ActionRunListParams,
    reply: ActionRunList,
    handle: async ({ app, tenantId, query }) => ({ actionRuns: await app.actions.list(tenantId, query) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/action-runs',
    access: 'action.plan',
    summary: 'Plan an action on messages or users; changes nothing at Microsoft.',
    body: PlanActionRun,
    reply: ActionRunDetail,
    status: 201,
    handle: ({ app, user, tenantId, body }) => app.actions.plan(user, tenantId, body),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/action-runs/{id}',
    access: 'action.read',
    summary: 'An action run with the journal of every target.',
    reply: ActionRunDetail,
    handle: ({ app, tenantId, param }) => app.actions.read(tenantId, param('id')),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/action-runs/{id}/approval-link',
    access: 'action.plan',
    summary: 'What a link for an approver carries: proof of what the plan is now.',
    reply: ApprovalLink,
    handle: ({ app, user, tenantId, param }) => app.actions.approvalLink(user, tenantId, param('id')),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/action-runs/{id}/approve',
    access: 'action.approve',
    summary: 'Approve a plan that somebody else made and that needs it.',
    body: ApproveActionRun,
    reply: ActionRun,
    handle: ({ app, user, tenantId, param, body }) => app.actions.approve(user, tenantId, param('id'), body),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/action-runs/{id}/reject',
    access: 'action.approve',
    summary: 'End a plan: it can no longer be carried out.',
    body: RejectActionRun,
    reply: ActionRun,
    handle: ({ app, user, tenantId, param, body }) => app.actions.reject(user, tenantId, param('id'), body),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/action-runs/{id}/execute',
    access: 'action.execute',
    summary: 'Carry out what was planned.',
    body: ExecuteActionRun,
    reply: ActionRun,
    handle: ({ app, user, tenantId, param, body }) =>
      app.actions.execute(user, tenantId, param('id'), body.confirmTargets),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/action-runs/{id}/revert',
    access: 'action.execute',
    summary: 'Put back what the run changed, where Microsoft allows it.',
    reply: ActionRun,
    handle: ({ app, user, tenantId, param }) => app.actions.revert(user, tenantId, param('id')),
  }),
]
