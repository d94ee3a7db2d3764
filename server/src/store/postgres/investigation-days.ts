import { sql } from 'kysely'

import type { TenantId } from '#domain/ids.ts'
import type { InvestigationDay } from '#domain/investigation.ts'

import type { Database } from './schema.ts'

/** What an investigation found and what was done about it, by day in UTC, newest first; days without either are left out. */
export async function readDays(
  db: Database,
  tenantId: TenantId,
  investigationId: string,
  limit: number,
): Promise<InvestigationDay[]> {
  const { rows } = await sql<InvestigationDay>`
    with found as (
      select (found_at at time zone 'UTC')::date as day, count(*)::int as found, count(distinct user_id)::int as mailboxes
      from mail_hits where tenant_id = ${tenantId} and investigation_id = ${investigationId} group by 1
    ), acted as (
      select (target.updated_at at time zone 'UTC')::date as day,
        count(*) filter (where target.state in ('verified', 'already-gone', 'already-done'))::int as settled,
        count(*) filter (where target.state in ('failed', 'not-reachable', 'moved-by-user', 'revert-failed'))::int as unsettled
      from action_targets target
      join action_runs run on run.tenant_id = target.tenant_id and run.id = target.run_id
      where run.tenant_id = ${tenantId} and run.investigation_id = ${investigationId} group by 1
    )
    select to_char(day, 'YYYY-MM-DD') as day, coalesce(found, 0) as found, coalesce(mailboxes, 0) as mailboxes,
      coalesce(settled, 0) as settled, coalesce(unsettled, 0) as unsettled
    from found full join acted using (day)
    where coalesce(found, 0) + coalesce(settled, 0) + coalesce(unsettled, 0) > 0
    order by day desc limit ${limit}`.execute(db)
  return rows
}
