import type { ClickHouse } from './client.ts'
import type { EventTables } from './schema.ts'

/**
 * Creates the tables, or brings those of an earlier version up to date. A column that the engine computes is then written for
 * the rows that are there, in the background: until that is done it is computed at each look, which only costs more.
 */
export async function migrate(
  clickhouse: ClickHouse,
  { statements, computed, local, onCluster }: EventTables,
): Promise<void> {
  const before = await columnsOf(clickhouse, local)
  for (const statement of statements) await clickhouse.run(statement)
  if (before.size === 0) return
  const missing = computed.filter((column) => !before.has(column)).map((column) => `MATERIALIZE COLUMN ${column}`)
  if (missing.length === 0) return
  // Together, since each would read all documents; and begun only: by itself the engine would wait for the end.
  await clickhouse.run(`ALTER TABLE ${local}${onCluster} ${missing.join(', ')} SETTINGS mutations_sync = 0`)
}

/** None where there is no such table. */
async function columnsOf(clickhouse: ClickHouse, table: string): Promise<Set<string>> {
  const rows = await clickhouse.rows<{ name: string }>(
    `SELECT name FROM system.columns WHERE concat(database, '.', table) = {table:String}`,
    { table },
  )
  return new Set(rows.map(({ name }) => name))
}
