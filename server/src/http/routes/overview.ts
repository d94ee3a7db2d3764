import { BackFill, BackFillRequest, Coverage, Overview } from '@cordon/api'
import { z } from 'zod'

import { defineRoute, type Route } from '#http/route.ts'

const CoverageParams = z.object({ from: z.iso.datetime(), to: z.iso.datetime() })

export const OVERVIEW_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/health',
    access: 'public',
    summary: 'Whether the server and its stores answer.',
    reply: z.object({ status: z.literal('ok') }),
    async handle({ app }) {
      await app.ping()
      return { status: 'ok' as const }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/overview',
    access: 'overview.read',
    summary: 'How the tenant stands, at first glance.',
    reply: Overview,
    handle: ({ app, tenantId }) => app.overview.read(tenantId),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/coverage',
    access: 'coverage.read',
    summary: 'The coverage ledger: what was listed, stored and missed, per feed and window.',
    query: CoverageParams,
    reply: Coverage,
    handle: async ({ app, tenantId, query }) => ({ windows: await app.coverage(tenantId, query) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/coverage/back-fill',
    access: 'coverage.write',
    summary: 'Read a span of a feed again, after its live edge; what is stored already stays as it is.',
    body: BackFillRequest,
    reply: BackFill,
    handle: ({ app, user, tenantId, body }) => app.backFill(user, tenantId, body),
  }),
  defineRoute({
    method: 'get',
    path: '/metrics',
    access: 'coverage.read',
    summary: 'How the feeds of all tenants stand, in the text format of Prometheus.',
    handle: async ({ app, context }) =>
      context.text(await app.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  }),
]
