import type { Migration } from 'kysely/migration'

import { up as initialTables } from './0001-initial-tables.ts'
import { up as approvals } from './0003-approvals.ts'

/** In order of their names; one that was released is never edited. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001-initial-tables': { up: initialTables },
  '0003-approvals': { up: approvals },
}
