import { CollectedFileList, CollectedFileParams, DownloadCollectedFile } from '@cordon/api'

import { fileOf } from '#http/download.ts'
import { defineRoute, type Route } from '#http/route.ts'

export const COLLECTED_FILE_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/collected-files',
    access: 'action.read',
    summary: 'Files that were brought from devices, newest first: at most 1,000, nothing from inside them.',
    query: CollectedFileParams,
    reply: CollectedFileList,
    handle: async ({ app, tenantId, query }) => ({ files: await app.collectedFiles.list(tenantId, query) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/collected-files/{id}/download',
    access: 'collected-file.read',
    summary: 'The file in a ZIP with a password; audited with the reason. It may be dangerous.',
    body: DownloadCollectedFile,
    handle: async ({ app, user, tenantId, param, body }) =>
      fileOf(await app.collectedFiles.download(user, tenantId, param('id'), body)),
  }),
  defineRoute({
    method: 'delete',
    path: '/tenants/{tenantId}/collected-files/{id}',
    access: 'collected-file.write',
    summary: 'Removes the copy that Cordon keeps, for good.',
    status: 204,
    handle: ({ app, user, tenantId, param }) => app.collectedFiles.remove(user, tenantId, param('id')),
  }),
]
