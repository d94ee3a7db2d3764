import { createHash } from 'node:crypto'

import { z } from 'zod'

import { AppError } from '#domain/errors.ts'
import type { EventStore, PromotedField } from '#store/event-store.ts'

import type { ClickHouse } from './client.ts'
import { type Column, columnAt } from './columns.ts'
import { literal, Params } from './params.ts'
import { valuesOf } from './field-values.ts'
import type { EventTables } from './schema.ts'

/**
 * Fields that somebody gave a column of its own. The engine fills it from the document when a row is stored, and in the
 * background for rows that are there already; until that is done it makes the values up from the document at each look.
 * The table itself remembers what the column is for, in its comment, so all processes agree.
 */
const Comment = z.object({
  name: z.string(),
  type: z.enum(['keyword', 'ip', 'number', 'date', 'boolean']),
  createdBy: z.string(),
  createdAt: z.string(),
})

/** Another process may have promoted or dropped a field; with one that is being filled, it may be done. */
const REFRESH_MS = 20_000
const REFRESH_FILLING_MS = 1_000

/** Nothing in such a name means anything in SQL. */
const NAME = /^[A-Za-z0-9_@-]+(?:\.[A-Za-z0-9_@-]+){0,11}$/

export interface Promoted extends Pick<EventStore, 'promotedFields' | 'promote' | 'demote'> {
  /** By path, as they are known just now. */
  columns: ReadonlyMap<string, Column>
  /** Learns what there is, and stays informed. */
  begin(): Promise<void>
  end(): void
}

export function createPromoted(clickhouse: ClickHouse, tables: EventTables): Promoted {
  const columns = new Map<string, Column>()
  let timer: NodeJS.Timeout | undefined

  async function refresh(): Promise<PromotedField[]> {
    const [rows, running] = await Promise.all([
      clickhouse.rows<{ name: string; comment: string }>(
        `SELECT name, comment FROM system.columns
          WHERE database = 'cordon' AND table = {table:String} AND startsWith(name, 'own_') ORDER BY position`,
        { table: nameIn(tables.local) },
      ),
      clickhouse.rows<{ command: string }>(
        `SELECT command FROM system.mutations WHERE database = 'cordon' AND table = {table:String} AND NOT is_done`,
        { table: nameIn(tables.local) },
      ),
    ])
    const found = rows.flatMap(({ name, comment }) => {
      const { data } = Comment.safeParse(parse(comment))
      const filling = running.some(({ command }) => command.includes(name))
      return data ? [{ column: { name, path: data.name, kind: kindOf(data.type), filling }, field: data }] : []
    })
    columns.clear()
    for (const { column } of found) columns.set(column.path, column)
    return found.map(({ column, field }) => ({ ...field, state: column.filling ? 'filling' : 'ready' }))
  }

  function watch(): void {
    const isFilling = [...columns.values()].some(({ filling }) => filling)
    timer = setTimeout(
      () =>
        void refresh()
          .catch(() => undefined)
          .then(watch),
      isFilling ? REFRESH_FILLING_MS : REFRESH_MS,
    )
    timer.unref()
  }

  async function change(statements: readonly string[]): Promise<PromotedField[]> {
    for (const statement of statements) await clickhouse.run(statement)
    const fields = await refresh()
    clearTimeout(timer)
    watch()
    return fields
  }

  return {
    columns,

    async begin() {
      await refresh()
      watch()
    },

    end: () => clearTimeout(timer),

    promotedFields: () => refresh(),

    async promote(field) {
      if (!NAME.test(field.name))
        throw refused(field.name, 'A field has letters, digits, `_`, `-` and `@`, with dots between.')
      if (columnAt(field.name, columns)) throw refused(field.name, 'It has a column of its own already.')
      const name = `own_${createHash('sha256').update(field.name).digest('hex').slice(0, 12)}`
      const type = kindOf(field.type) === 'number' ? 'Nullable(Float64)' : 'Array(String)'
      const values = valuesOf(field.name, new Literals(), NONE)
      const value = type === 'Array(String)' ? values : `toFloat64OrNull(arrayElement(${values}, 1))`
      const { name: path, type: meant, createdBy, createdAt } = field
      const comment = JSON.stringify({ name: path, type: meant, createdBy, createdAt })
      const fields = await change([
        ...tables.all.map(
          ({ table, onCluster }) =>
            `ALTER TABLE ${table}${onCluster} ADD COLUMN IF NOT EXISTS ${name} ${type} MATERIALIZED ${value} COMMENT ${literal(comment)}`,
        ),
        `ALTER TABLE ${tables.local}${tables.onCluster} MATERIALIZE COLUMN ${name}`,
      ])
      return fields.find((each) => each.name === field.name)!
    },

    async demote(path) {
      await refresh()
      const column = columns.get(path)
      if (column === undefined) return false
      columns.delete(path)
      await change(
        tables.all
          .toReversed()
          .map(({ table, onCluster }) => `ALTER TABLE ${table}${onCluster} DROP COLUMN IF EXISTS ${column.name}`),
      )
      return true
    },
  }
}

const NONE: ReadonlyMap<string, Column> = new Map()

/** Texts as part of a statement, where the engine takes no parameters. */
class Literals extends Params {
  override text(value: string): string {
    return literal(value)
  }
}

function kindOf(type: PromotedField['type']): Column['kind'] {
  return type === 'number' ? 'number' : 'texts'
}

function nameIn(table: string): string {
  return table.replace('cordon.', '')
}

function parse(comment: string): unknown {
  try {
    return JSON.parse(comment)
  } catch {
    return undefined
  }
}

function refused(name: string, why: string): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: `The field \`${name.slice(0, 100)}\` was not promoted.`,
    why,
    fix: 'Choose a field of the documents that has none; `npx cordon fields list` lists them.',
  })
}
