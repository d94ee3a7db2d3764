import { NO_HINTS, keep, narrowed } from './scope.ts'
import { aggregated } from './summarize.ts'
import { asBool, cast } from './expression.ts'
import { bindAll, compile, invoke, tableOf } from './scalars.ts'
import { distinct, extended, projected, projectedAway, projectedInOrder, projectedKeep, renamed } from './columns.ts'
import { compareValues, convert } from './values.ts'
import { expanded } from './expand.ts'
import { hintsOf } from './pushdown.ts'
import { inOperator, semantic } from './errors.ts'
import { joined } from './join.ts'
import { parsed } from './parse-operator.ts'
import { searched } from './search.ts'
import { united } from './union.ts'
import type { Column, Row, Value } from './values.ts'
import type { Expression } from './expression.ts'
import type { Names, Scope, Surroundings, Table } from './scope.ts'
import type { Node, Operator, Pipeline, Query, Sorting, Source } from './syntax.ts'

/** Makes tables of what was read. Nothing is worked out before rows are asked for. */

/** The table a whole query describes. @throws KqlError for names and types that do not hold. */
export function tableOfQuery({ statements, pipeline }: Query, surroundings: Surroundings): Table {
  const names = bindAll(statements, scopeOf(surroundings, new Map(), []))
  return tableOfPipeline(surroundings, pipeline, names)
}

function scopeOf(surroundings: Surroundings, names: Names, columns: readonly Column[]): Scope {
  return {
    ...surroundings,
    names,
    columns,
    pipeline: (pipeline, inside) => tableOfPipeline(surroundings, pipeline, inside),
    source: (source, inside) => tableOfSource(surroundings, source, inside),
  }
}

function tableOfPipeline(surroundings: Surroundings, { source, operators }: Pipeline, names: Names): Table {
  const from = () => tableOfSource(surroundings, source, names)
  // Kusto names the first operator when the table is what it does not know.
  const first = operators[0]
  return operators.reduce(
    (table, operator) =>
      inOperator(operator.kind, () => operate(table, operator, scopeOf(surroundings, names, table.columns))),
    first ? inOperator(first.kind, from) : from(),
  )
}

function tableOfSource(surroundings: Surroundings, source: Source, names: Names): Table {
  const scope = scopeOf(surroundings, names, [])
  switch (source.kind) {
    case 'table': {
      const table = tableOf({ kind: 'name', name: source.name }, scope)
      if (table) return table
      if (source.name.endsWith('*'))
        return united({ sources: [source], outer: true, fuzzy: false, withSource: undefined }, scope)
      throw semantic(`Failed to resolve table or column expression named '${source.name}'`)
    }
    case 'call':
      return called(source.name, source.args, scope)
    case 'pipeline':
      return tableOfPipeline(surroundings, source.pipeline, names)
    case 'datatable':
      return dataTable(source.columns, source.values, scope)
    case 'print':
      return projected({ columns: [], rows: () => [[]] }, source.columns, scope, 'print_')
    case 'range':
      return range(source, scope)
    case 'union':
      return united(source.union, scope)
    case 'search':
      return searched(source.search, undefined, scope)
  }
}

function called(name: string, args: readonly Node[], scope: Scope): Table {
  const bound = scope.names.get(name)
  if (bound?.kind === 'function') {
    const result = invoke(bound, args, scope)
    if (result.kind === 'table') return result.table
  }
  if (name === 'materialize' && args.length === 1) {
    const table = tableOf(args[0]!, scope)
    if (table) return materialized(table, scope)
  }
  throw semantic(`Unknown function: '${name}'`)
}

/** Worked out once, however often it is used. */
function materialized(table: Table, { budget }: Scope): Table {
  let rows: Row[] | undefined
  return { columns: table.columns, rows: () => (rows ??= keep(budget, 'materialize', table.rows(NO_HINTS))) }
}

function dataTable(columns: readonly Column[], nodes: readonly Node[], scope: Scope): Table {
  if (nodes.length % columns.length !== 0)
    throw semantic(`datatable: the number of values is no multiple of the number of columns`)
  const values = nodes.map((node, i) => {
    const { type } = columns[i % columns.length]!
    const value = compile(node, scope)
    return convert(value.of([]), value.type, type)
  })
  const rows: Row[] = []
  for (let at = 0; at < values.length; at += columns.length) rows.push(values.slice(at, at + columns.length))
  return { columns, rows: () => rows }
}

function range({ name, from, to, step }: Extract<Source, { kind: 'range' }>, scope: Scope): Table {
  const [start, end, by] = [from, to, step].map((node) => compile(node, scope)) as [Expression, Expression, Expression]
  const values = [start, end, by].map(({ of }) => of([])) as [Value, Value, Value]
  if (!values.every((value) => typeof value === 'number'))
    throw semantic('range: three numbers or moments are expected')
  const [first, last, stride] = values as [number, number, number]
  if (stride === 0) throw semantic('range: the step must not be 0')
  return {
    columns: [{ name, type: start.type }],
    *rows() {
      for (let at = first; stride > 0 ? at <= last : at >= last; at += stride) yield [at]
    },
  }
}

function operate(table: Table, operator: Operator, scope: Scope): Table {
  switch (operator.kind) {
    case 'where':
      return filtered(table, operator.condition, scope)
    case 'project':
      return projected(table, operator.columns, scope, 'Column')
    case 'extend':
      return extended(table, operator.columns, scope)
    case 'distinct':
      return distinct(projected(table, operator.columns, scope, 'Column'), scope)
    case 'project-away':
      return projectedAway(table, operator.patterns)
    case 'project-keep':
      return projectedKeep(table, operator.patterns)
    case 'project-reorder':
      return projectedInOrder(table, operator.patterns)
    case 'project-rename':
      return renamed(table, operator.renames)
    case 'summarize':
      return aggregated(table, operator, scope)
    case 'sort':
      return sorted(table, operator.by, scope, Infinity)
    case 'top':
      return sorted(table, operator.by, scope, countOf(operator.count, scope))
    case 'take':
      return limited(table, countOf(operator.count, scope))
    case 'count':
      return counted(table)
    case 'getschema':
      return schemaOf(table)
    case 'ignored':
      return table
    case 'join':
      return joined(table, operator, scope)
    case 'union':
      return united(operator.union, scope, table)
    case 'mv-expand':
      return expanded(table, operator, scope)
    case 'parse':
      return parsed(table, operator, scope)
    case 'search':
      return searched(operator.search, table, scope)
  }
}

function filtered(table: Table, condition: Node, scope: Scope): Table {
  const test = asBool(compile(condition, scope))
  const own = hintsOf(condition, scope)
  return {
    columns: table.columns,
    *rows(hints) {
      for (const row of table.rows(narrowed(hints, own()))) if (test(row) === true) yield row
    },
  }
}

function sorted(table: Table, by: readonly Sorting[], scope: Scope, most: number): Table {
  const keys = by.map(({ node, descending, nullsFirst }) => {
    const value = compile(node, scope)
    if (value.type === 'dynamic')
      throw semantic(
        `Sort key is of a 'dynamic' type. Please use an explicit cast as sorting by a 'dynamic' type is not supported`,
      )
    return { value, sign: descending ? -1 : 1, nulls: nullsFirst ? -1 : 1 }
  })
  return {
    columns: table.columns,
    *rows(hints) {
      const rows = keep(scope.budget, 'sort', table.rows(hints)).map((row) => ({
        row,
        key: keys.map(({ value }) => value.of(row)),
      }))
      rows.sort((a, b) => {
        for (const [i, { sign, nulls }] of keys.entries()) {
          const [x, y] = [a.key[i]!, b.key[i]!]
          if (x === y) continue
          if (x === null || y === null) return x === null ? nulls : -nulls
          const order = compareValues(x, y)
          if (order !== 0) return sign * order
        }
        return 0
      })
      for (const { row } of most === Infinity ? rows : rows.slice(0, most)) yield row
    },
  }
}

function countOf(node: Node, scope: Scope): number {
  const value = cast(compile(node, { ...scope, columns: [] }), 'long').of([])
  if (typeof value !== 'number' || value < 0) throw semantic('the number of rows must not be negative')
  return value
}

function limited(table: Table, most: number): Table {
  return {
    columns: table.columns,
    *rows() {
      if (most === 0) return
      let given = 0
      for (const row of table.rows(NO_HINTS)) {
        yield row
        if (++given >= most) return
      }
    },
  }
}

function counted(table: Table): Table {
  return {
    columns: [{ name: 'Count', type: 'long' }],
    *rows() {
      let count = 0
      for (const _ of table.rows(NO_HINTS)) count++
      yield [count]
    },
  }
}

/** .NET's names of types, as `getschema` and the replies of the service give them. */
const NET_TYPES = {
  bool: 'SByte',
  int: 'Int32',
  long: 'Int64',
  real: 'Double',
  string: 'String',
  datetime: 'DateTime',
  timespan: 'TimeSpan',
  guid: 'Guid',
  dynamic: 'Object',
} as const

/** .NET's name of a column's type. */
export const netType = ({ type }: Column): string => NET_TYPES[type]

function schemaOf(table: Table): Table {
  return {
    columns: [
      { name: 'ColumnName', type: 'string' },
      { name: 'ColumnOrdinal', type: 'int' },
      { name: 'DataType', type: 'string' },
      { name: 'ColumnType', type: 'string' },
    ],
    rows: () => table.columns.map((column, i) => [column.name, i, `System.${netType(column)}`, column.type]),
  }
}
