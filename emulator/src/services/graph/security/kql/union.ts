import { passed } from './scope.ts'
import { KqlError, semantic } from './errors.ts'
import { nothing } from './values.ts'
import { patternTest } from './text.ts'
import type { Column, Row } from './values.ts'
import type { Scope, Table } from './scope.ts'
import type { Source, Union } from './syntax.ts'

/** `union`: the rows of several tables, one after the other. */

interface Part {
  name: string
  table: Table
}

/** `first` is what stands before the `|`. */
export function united(union: Union, scope: Scope, first?: Table): Table {
  const parts = union.sources.flatMap((source, i) => partsOf(source, i + 1, union.fuzzy, scope))
  if (first) parts.unshift({ name: 'union_arg0', table: first })
  if (parts.length === 0) throw semantic('No tables were found')
  return merged(parts, union.outer, union.withSource)
}

function partsOf(source: Source, number: number, fuzzy: boolean, scope: Scope): Part[] {
  if (source.kind === 'table' && source.name.includes('*')) {
    const test = patternTest(source.name)
    return [...scope.tables].flatMap(([name, table]) => (test(name) ? [{ name, table }] : []))
  }
  try {
    const table = scope.source(source, scope.names)
    return [{ name: source.kind === 'table' ? source.name : `union_arg${number}`, table }]
  } catch (error) {
    if (fuzzy && error instanceof KqlError && error.fault === 'semantic') return []
    if (source.kind === 'table') throw semantic(`Failed to resolve table expression named '${source.name}'`)
    throw error
  }
}

/** Columns of the same name and type are one; of the same name and another type stand side by side, type in the name. */
export function merged(parts: readonly Part[], outer: boolean, withSource: string | undefined): Table {
  const all = parts.flatMap(({ table }) => table.columns)
  const typesOf = (name: string) => new Set(all.filter((column) => column.name === name).map(({ type }) => type))
  const clashing = new Set(all.map(({ name }) => name).filter((name) => typesOf(name).size > 1))
  const outName = ({ name, type }: Column) => (clashing.has(name) ? `${name}_${type}` : name)
  const found = new Map<string, Column>()
  for (const column of all) found.set(outName(column), { name: outName(column), type: column.type })
  const columns = [...found.values()].filter(
    ({ name }) => outer || parts.every(({ table }) => table.columns.some((column) => outName(column) === name)),
  )
  const plans = parts.map(({ name, table }) => ({
    name,
    table,
    at: columns.map((column) => table.columns.findIndex((each) => outName(each) === column.name)),
  }))
  return {
    columns: withSource === undefined ? columns : [{ name: withSource, type: 'string' }, ...columns],
    *rows(hints) {
      for (const { name, table, at } of plans) {
        const below = passed(hints, (column) =>
          table.columns.some((each) => each.name === column) && !clashing.has(column) ? column : undefined,
        )
        for (const row of table.rows(below)) {
          const values: Row = at.map((index, i) => (index < 0 ? nothing(columns[i]!.type) : row[index]!))
          yield withSource === undefined ? values : [name, ...values]
        }
      }
    },
  }
}
