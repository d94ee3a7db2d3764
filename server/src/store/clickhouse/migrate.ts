import type { ClickHouse } from './client.ts'
import type { EventTables } from './schema.ts'

/**
 * Creates the tables, or brings those of an earlier version up to date. What the engine computes, columns and projections, is then
 * written for the rows that are there, in the background: until that is done looks do without, which only costs more.
 */
export async function migrate(
  clickhouse: ClickHouse,
  { statements, computed, projections, local, onCluster }: EventTables,
): Promise<void> {
  const columns = await namesIn(clickhouse, 'system.columns', local)
  const projected = await namesIn(clickhouse, 'system.projections', local)
  for (const statement of statements) await clickhouse.run(statement)
  if (columns.size === 0) return
  const missing = [
    ...computed.filter((name) => !columns.has(name)).map((name) => `MATERIALIZE COLUMN ${name}`),
    ...projections.filter((name) => !projected.has(name)).map((name) => `MATERIALIZE PROJECTION ${name}`),
  ]
  if (missing.length === 0) return
  // Together, since each would read all documents; and begun only: by itself the engine would wait for the end.
  await clickhouse.run(`ALTER TABLE ${local}${onCluster} ${missing.join(', ')} SETTINGS mutations_sync = 0`)
}

/** What a table of the engine's own names of `table`: nothing where there is none. */
async function namesIn(clickhouse: ClickHouse, list: string, table: string): Promise<Set<string>> {
  const rows = await clickhouse.rows<{ name: string }>(
    `SELECT name FROM ${list} WHERE concat(database, '.', table) = {table:String}`,
    { table },
  )
  return new Set(rows.map(({ name }) => name))
}
