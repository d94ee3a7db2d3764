import { sql } from 'kysely'
import type { Pool } from 'pg'

import type { RecordStore } from '#store/record-store.ts'
import type { Seal } from '#store/seal.ts'

import { actionRuns } from './action-runs.ts'
import { alertChanges } from './alert-changes.ts'
import { alerts } from './alerts.ts'
import { apiTokens } from './api-tokens.ts'
import { audit } from './audit.ts'
import { budgets } from './budgets.ts'
import { collectedFiles } from './collected-files.ts'
import { connections } from './connections.ts'
import { correlationHits } from './correlation-hits.ts'
import { coverage } from './coverage.ts'
import { openDatabase } from './database.ts'
import { destinations } from './destinations.ts'
import { followUps } from './follow-ups.ts'
import { intakeKeys } from './intake-keys.ts'
import { investigations } from './investigations.ts'
import { leases } from './leases.ts'
import { migrate } from './migrate.ts'
import { quarantine } from './quarantine.ts'
import { reconciliations } from './reconciliations.ts'
import { retention } from './retention.ts'
import { rules } from './rules.ts'
import { safeguards } from './safeguards.ts'
import { savedSearches } from './saved-searches.ts'
import { sessions } from './sessions.ts'
import { tenants } from './tenants.ts'
import { users } from './users.ts'
import { valueLists } from './value-lists.ts'

/**
 * The record store over PostgreSQL: an embedded engine and a server alike, since both come as a `pg` Pool.
 *
 * @param parts.pool stays the caller's: `close` leaves it open, because durable work runs on it too.
 * @param parts.seal closes and opens the credentials.
 */
export function createRecordStore(parts: { pool: Pool; seal: Seal }): RecordStore {
  const db = openDatabase(parts.pool)
  return {
    migrate: () => migrate(db),
    ping: () =>
      sql`select 1`.execute(db).then(
        () => true,
        () => false,
      ),
    close: () => Promise.resolve(),
    tenants: tenants(db),
    connections: connections(db, parts.seal),
    coverage: { ...coverage(db), heldBy: (lease) => coverage(db, lease) },
    leases: leases(db),
    quarantine: quarantine(db),
    alerts: alerts(db),
    alertChanges: alertChanges(db),
    rules: rules(db),
    valueLists: valueLists(db),
    correlationHits: correlationHits(db),
    reconciliations: reconciliations(db),
    destinations: destinations(db, parts.seal),
    investigations: investigations(db),
    followUps: followUps(db),
    actionRuns: actionRuns(db),
    collectedFiles: collectedFiles(db, parts.seal),
    safeguards: safeguards(db),
    users: users(db),
    sessions: sessions(db),
    apiTokens: apiTokens(db),
    intakeKeys: intakeKeys(db),
    savedSearches: savedSearches(db),
    retention: retention(db),
    audit: audit(db, parts.seal),
    budgets: budgets(db),
  }
}
