import { compile, nameOf } from './scalars.ts'
import { keyOf } from './values.ts'
import { passed } from './scope.ts'
import { patternTest } from './text.ts'
import { semantic } from './errors.ts'
import type { Column } from './values.ts'
import type { Expression } from './expression.ts'
import type { Named } from './syntax.ts'
import type { Scope, Table } from './scope.ts'

/** Operators that change which columns there are. */

/** Columns with their expressions; one without a name gets `prefix` and a number. */
function named(columns: readonly Named[], scope: Scope, prefix: string): { name: string; value: Expression }[] {
  let unnamed = prefix === 'print_' ? 0 : 1
  return columns.flatMap(({ names, node }) => {
    if (node.kind === 'star')
      return scope.columns.map(({ name }) => ({ name, value: compile({ kind: 'name', name }, scope) }))
    const value = compile(node, scope)
    const name = names[0] ?? nameOf(node) ?? `${prefix}${unnamed++}`
    return [{ name, value }]
  })
}

export function projected(table: Table, columns: readonly Named[], scope: Scope, prefix: string): Table {
  const made = named(columns, scope, prefix)
  const names = new Set(made.map(({ name }) => name))
  if (names.size < made.length) {
    const twice = made.find(({ name }, i) => made.findIndex((other) => other.name === name) < i)!
    throw semantic(`A column with the name '${twice.name}' was already projected`)
  }
  return {
    columns: made.map(({ name, value }) => ({ name, type: value.type })),
    *rows(hints) {
      const below = passed(hints, (name) => belowOf(made, name, table))
      for (const row of table.rows(below)) yield made.map(({ value }) => value.of(row))
    },
  }
}

/** The column that stands unchanged behind one that was made. */
function belowOf(made: readonly { name: string; value: Expression }[], name: string, table: Table): string | undefined {
  const index = made.find((each) => each.name === name)?.value.column
  return index === undefined ? undefined : table.columns[index]!.name
}

export function extended(table: Table, columns: readonly Named[], scope: Scope): Table {
  const made = named(columns, scope, 'Column')
  const all: { name: string; value: Expression }[] = table.columns.map(({ name }) => ({
    name,
    value: made.findLast((each) => each.name === name)?.value ?? compile({ kind: 'name', name }, scope),
  }))
  for (const each of made) {
    const at = all.findIndex(({ name }) => name === each.name)
    if (at < 0) all.push(each)
    else all[at] = each
  }
  return {
    columns: all.map(({ name, value }) => ({ name, type: value.type })),
    *rows(hints) {
      const below = passed(hints, (name) => {
        const column = belowOf(all, name, table)
        return column === name ? name : undefined
      })
      for (const row of table.rows(below)) yield all.map(({ value }) => value.of(row))
    },
  }
}

export function distinct(table: Table, { budget }: Scope): Table {
  return {
    columns: table.columns,
    *rows(hints) {
      const seen = new Set<string>()
      for (const row of table.rows(hints)) {
        const key = keyOf(row)
        if (seen.has(key)) continue
        budget.keep('distinct')
        seen.add(key)
        yield row
      }
    },
  }
}

/** The columns at these positions. */
function picked(table: Table, positions: readonly number[]): Table {
  const names = new Set(positions.map((position) => table.columns[position]!.name))
  return {
    columns: positions.map((position) => table.columns[position]!),
    *rows(hints) {
      const below = passed(hints, (name) => (names.has(name) ? name : undefined))
      for (const row of table.rows(below)) yield positions.map((position) => row[position]!)
    },
  }
}

/** Positions of the columns that a name or a pattern such as `Sender*` means. @throws KqlError where it means none. */
function matching(columns: readonly Column[], patterns: readonly string[]): number[] {
  const positions = patterns.flatMap((pattern) => {
    const test = patternTest(pattern)
    const found = columns.flatMap(({ name }, i) => (test(name) ? [i] : []))
    if (found.length === 0 && !pattern.includes('*'))
      throw semantic(`Failed to resolve column or scalar expression named '${pattern}'`)
    return found
  })
  return [...new Set(positions)].sort((a, b) => a - b)
}

function without(columns: readonly Column[], patterns: readonly string[]): number[] {
  const gone = new Set(matching(columns, patterns))
  return columns.flatMap((_, i) => (gone.has(i) ? [] : [i]))
}

function reordered(columns: readonly Column[], patterns: readonly string[]): number[] {
  const first = patterns.flatMap((pattern) => matching(columns, [pattern]))
  return [...new Set([...first, ...columns.keys()])]
}

export function renamed(table: Table, renames: readonly { to: string; from: string }[]): Table {
  for (const { from } of renames) matching(table.columns, [from])
  const newName = (name: string) => renames.find(({ from }) => from === name)?.to ?? name
  const oldName = (name: string) => table.columns.find((column) => newName(column.name) === name)?.name
  return {
    columns: table.columns.map(({ name, type }) => ({ name: newName(name), type })),
    rows: (hints) => table.rows(passed(hints, oldName)),
  }
}

export const projectedAway = (table: Table, patterns: readonly string[]): Table =>
  picked(table, without(table.columns, patterns))

export const projectedKeep = (table: Table, patterns: readonly string[]): Table =>
  picked(table, matching(table.columns, patterns))

export const projectedInOrder = (table: Table, patterns: readonly string[]): Table =>
  picked(table, reordered(table.columns, patterns))
