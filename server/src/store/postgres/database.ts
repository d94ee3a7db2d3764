import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool } from 'pg'

import { toStoreError } from './faults.ts'
import type { Database, Tables } from './schema.ts'

/**
 * Kysely over `pool`. Every value passes {@link storable} and every failure {@link toStoreError} here, in the one place all
 * statements go through. The pool stays the caller's to end.
 *
 * The embedded engine has one connection: inside a transaction only the transaction may be used, or it waits for itself.
 */
export function openDatabase(pool: Pool): Database {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guarded(pool) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}

/**
 * `value` without what PostgreSQL's text and JSON cannot hold: U+0000 and halves of surrogate pairs become U+FFFD. Subjects
 * and names come from strangers' mail. Objects become JSON text; arrays stay, as PostgreSQL's own arrays.
 */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\uFFFD')
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null || value instanceof Date || Buffer.isBuffer(value)) return value
  return toJson(value)
}

/** JSON text that PostgreSQL takes, see {@link storable}. Looking costs a tenth of replacing, and next to nothing needs it. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value)
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json
  return JSON.stringify(value, (_name, part: unknown) => (typeof part === 'string' ? storable(part) : part))
}

function guarded(pool: Pool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw toStoreError(error)
      })
      const query = async (text: string, values: readonly unknown[]) => {
        try {
          return await client.query(text, values.map(storable))
        } catch (error) {
          throw toStoreError(error)
        }
      }
      // Kysely's type has cursors too, which nothing here asks for.
      return { query, release: (destroy: boolean) => client.release(destroy) } as unknown as PostgresPoolClient
    },
  }
}
