import { compile, nameOf } from './scalars.ts'
import { convert } from './values.ts'
import { passed } from './scope.ts'
import { semantic } from './errors.ts'
import type { Json, Row } from './values.ts'
import type { Operator } from './syntax.ts'
import type { Scope, Table } from './scope.ts'

/** `mv-expand`: one row for each item of a list. Several lists go side by side; an empty one leaves one row. */
export function expanded(table: Table, operator: Extract<Operator, { kind: 'mv-expand' }>, scope: Scope): Table {
  const most = operator.limit ? Number(compile(operator.limit, scope).of([])) : Infinity
  const columns = [...table.columns]
  const plans = operator.columns.map(({ names, node, type = 'dynamic' }, i) => {
    const value = compile(node, scope)
    const name = names[0] ?? nameOf(node) ?? `Column${i + 1}`
    if (value.type !== 'dynamic')
      throw semantic(`expanded expression expected to have dynamic type, but column '${name}' has type ${value.type}`)
    const known = columns.findIndex((column) => column.name === name)
    const at = known < 0 ? columns.length : known
    columns[at] = { name, type }
    return { value, type, at, name }
  })
  const made = new Set(plans.map(({ name }) => name))
  return {
    columns,
    *rows(hints) {
      const below = passed(hints, (name) =>
        !made.has(name) && table.columns.some((column) => column.name === name) ? name : undefined,
      )
      for (const row of table.rows(below)) {
        const lists = plans.map(({ value }) => itemsOf(value.of(row)))
        const length = Math.min(most, Math.max(1, ...lists.map((list) => list.length)))
        for (let i = 0; i < length; i++) {
          const values = [...row]
          for (const [p, { at, type }] of plans.entries()) values[at] = convert(lists[p]![i] ?? null, 'dynamic', type)
          yield values as Row
        }
      }
    },
  }
}

function itemsOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[]
  if (value === null || typeof value !== 'object') return [value]
  return Object.entries(value).map(([name, item]) => ({ [name]: item as Json }))
}
