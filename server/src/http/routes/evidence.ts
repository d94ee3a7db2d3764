import { ArchiveRequest, ExportParams, LookRequest, MessageView, PASSWORD_HEADER, StixRequest } from '@cordon/api'

import { fileOf } from '#http/download.ts'
import { defineRoute, type Route } from '#http/route.ts'

export const EVIDENCE_ROUTES: Route[] = [
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/investigations/{id}/hits/{hitId}/look',
    access: 'message.read',
    summary: 'Look at what is in a message; each look is audited with its reason.',
    body: LookRequest,
    reply: MessageView,
    handle: ({ app, user, tenantId, param, body }) =>
      app.evidence.look(user, tenantId, param('id'), { hitId: param('hitId'), ...body }),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/investigations/{id}/export',
    access: 'investigation.read',
    summary: 'Hits, mailboxes and the journal of actions as a file; nothing from inside the messages.',
    query: ExportParams,
    async handle({ app, user, tenantId, param, query: { format, table } }) {
      const id = param('id')
      if (format === 'csv') return fileOf(await app.evidence.csv(user, tenantId, id, table))
      return fileOf(await app.evidence[format](user, tenantId, id))
    },
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/investigations/{id}/export/stix',
    access: 'message.read',
    summary: 'STIX 2.1 with the links and files of each message; each message read is audited with the reason.',
    body: StixRequest,
    handle: async ({ app, user, tenantId, param, body }) =>
      fileOf(await app.evidence.stix(user, tenantId, param('id'), body.reason)),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/investigations/{id}/export/eml',
    access: 'message.read',
    summary: 'The messages as EML in a ZIP with a password; each message read is audited with the reason.',
    body: ArchiveRequest,
    async handle({ app, user, tenantId, param, body }) {
      const archive = await app.evidence.archive(user, tenantId, param('id'), body)
      return fileOf(archive, body.password === undefined ? { [PASSWORD_HEADER]: archive.password } : {})
    },
  }),
]
