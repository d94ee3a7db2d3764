import { sql } from 'kysely'
import type { Insertable } from 'kysely'

import { toJson } from './database.ts'
import type { Database, Tables } from './schema.ts'

/** Keeps one statement's text near a megabyte: the embedded engine holds it several times over. */
const ROWS_A_STATEMENT = 2000

/**
 * Inserts any number of rows; those whose key is there already stay as they are. Returns how many were new.
 *
 * The rows travel as one JSON parameter, because PostgreSQL takes at most 65,535 parameters a statement. Columns that a row
 * does not name become NULL, not their default.
 */
export async function insertMissing<Table extends keyof Tables & string>(
  db: Database,
  table: Table,
  rows: readonly Insertable<Tables[Table]>[],
): Promise<number> {
  let inserted = 0
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    const result = await sql`insert into ${sql.table(table)}
      select * from ${recordset(table, rows.slice(start, start + ROWS_A_STATEMENT))}
      on conflict do nothing`.execute(db)
    inserted += Number(result.numAffectedRows ?? 0)
  }
  return inserted
}

/**
 * Inserts rows or, where their key (`columns`) is there already, puts their values in the place of the old ones; a column that
 * a row does not name becomes NULL. A key that comes twice ends as its last row says.
 */
export async function upsert<Table extends keyof Tables & string>(
  db: Database,
  table: Table,
  columns: readonly (keyof Tables[Table] & string)[],
  rows: readonly Insertable<Tables[Table]>[],
): Promise<void> {
  const keyOf = (row: object) => JSON.stringify(columns.map((column) => (row as Record<string, unknown>)[column]))
  const last = [...new Map(rows.map((row) => [keyOf(row), row])).values()]
  const written = new Set(last.flatMap((row) => Object.keys(row)))
  const values = [...written]
    .filter((column) => !(columns as readonly string[]).includes(column))
    .map((column) => sql`${sql.ref(columnName(column))} = excluded.${sql.ref(columnName(column))}`)
  for (let start = 0; start < last.length; start += ROWS_A_STATEMENT) {
    const keys = sql.join(columns.map((column) => sql.ref(columnName(column))))
    await sql`insert into ${sql.table(table)}
      select * from ${recordset(table, last.slice(start, start + ROWS_A_STATEMENT))}
      on conflict (${keys}) do update set ${sql.join(values)}`.execute(db)
  }
}

/** `rows` as a row source of the table's own type, for `select … from`. */
export function recordset<Table extends keyof Tables & string>(
  table: Table,
  rows: readonly Insertable<Tables[Table]>[],
) {
  const json = toJson(rows.map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [columnName(k), v]))))
  return sql`json_populate_recordset(null::${sql.table(table)}, ${json}::json)`
}

function columnName(property: string): string {
  return property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
