import { sql } from 'kysely'

import type { TenantId } from '#domain/ids.ts'

import type { Database, DatabaseTransaction } from './schema.ts'

/**
 * Changes something of a tenant's rules in one transaction. It counts the tenant's revision up first, which also has changes of
 * one tenant wait for each other.
 */
export function changeRules<T>(
  db: Database,
  tenantId: TenantId,
  work: (trx: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`insert into rule_revisions values (${tenantId}, 1)
      on conflict (tenant_id) do update set revision = rule_revisions.revision + 1`.execute(trx)
    return work(trx)
  })
}
