import type { TenantId } from '#domain/ids.ts'
import type { MailHit } from '#domain/investigation.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

/** The hits of an investigation, newest mail first, each with the newest action on it: its run and its target's state. */
export async function readHits(
  db: Database,
  tenantId: TenantId,
  investigationId: string,
  page?: { limit: number; offset: number },
): Promise<MailHit[]> {
  const newestActions = db
    .selectFrom('actionTargets as target')
    .innerJoin('actionRuns as run', (join) =>
      join.onRef('run.tenantId', '=', 'target.tenantId').onRef('run.id', '=', 'target.runId'),
    )
    .where('run.tenantId', '=', tenantId)
    .where('run.investigationId', '=', investigationId)
    .distinctOn('target.ref')
    .select(['target.ref', 'target.runId', 'target.state'])
    .orderBy('target.ref')
    .orderBy('run.createdAt', 'desc')
    .orderBy('run.id')
  const rows = await db
    .selectFrom('mailHits as hit')
    .leftJoin(newestActions.as('action'), (join) => join.onRef('action.ref', '=', 'hit.id'))
    .where('hit.tenantId', '=', tenantId)
    .where('hit.investigationId', '=', investigationId)
    .selectAll('hit')
    .select(['action.runId', 'action.state as actionState'])
    .orderBy('hit.receivedAt', 'desc')
    .orderBy('hit.id')
    .$if(page !== undefined, (query) => query.limit(page!.limit).offset(page!.offset))
    .execute()
  return rows.map(
    ({ tenantId: _tenant, investigationId: _investigation, foundAt: _foundAt, runId, actionState, ...hit }) => ({
      ...present(hit),
      ...(runId !== null && actionState !== null && { lastAction: { actionRunId: runId, state: actionState } }),
    }),
  )
}
