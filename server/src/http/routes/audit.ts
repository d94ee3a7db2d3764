import { AuditEntries, AuditParams, AuditVerification } from '@cordon/api'

import { fileOf } from '#http/download.ts'
import { defineRoute, type Route } from '#http/route.ts'

/** Who did what: of the whole installation, and of a tenant for those who administer no more than it. */
export const AUDIT_ROUTES: Route[] = ['/audit', '/tenants/{tenantId}/audit'].flatMap((path) => [
  defineRoute({
    method: 'get',
    path,
    access: 'audit.read',
    summary: 'The audit log, newest first.',
    query: AuditParams,
    reply: AuditEntries,
    handle: async ({ app, tenantId, query: { limit, ...filter } }) => ({
      entries: await app.audit.list(tenantId, limit, filter),
    }),
  }),
  defineRoute({
    method: 'get',
    path: `${path}/export`,
    access: 'audit.read',
    summary:
      'The audit log as NDJSON with its hashes, oldest first; the whole one ends with a line that says where it ends.',
    handle: async ({ app, user, tenantId }) => fileOf(await app.audit.export(user, tenantId)),
  }),
])

AUDIT_ROUTES.push(
  defineRoute({
    method: 'get',
    path: '/audit/verification',
    access: 'audit.read',
    summary: 'Walks the audit log and names the first entry that is not as it was written.',
    reply: AuditVerification,
    handle: ({ app }) => app.audit.verify(),
  }),
)
