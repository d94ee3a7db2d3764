import { Migrator } from 'kysely/migration'

import { MIGRATIONS } from './migrations/index.ts'
import type { Database } from './schema.ts'

/**
 * Brings the tables to the newest version. Safe to repeat and to run from several processes at once: Kysely's migrator
 * holds an advisory lock and applies all of it in one transaction.
 */
export async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
