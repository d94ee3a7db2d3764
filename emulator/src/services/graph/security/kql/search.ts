import { asBool, derived } from './expression.ts'
import { compile } from './scalars.ts'
import { merged } from './union.ts'
import { NO_HINTS } from './scope.ts'
import { semantic } from './errors.ts'
import { textOf } from './values.ts'
import { patternTest, textTest } from './text.ts'
import type { Expression } from './expression.ts'
import type { Node, Search } from './syntax.ts'
import type { Scope, Table } from './scope.ts'

/** `search`: a term in any column, in one table, some, or all. The column `$table` says where. */

export function searched({ tables, condition }: Search, table: Table | undefined, scope: Scope): Table {
  const all = table ?? merged(partsOf(tables, scope), true, '$table')
  const test = asBool(terms(condition, { ...scope, columns: all.columns }))
  return {
    columns: all.columns,
    *rows() {
      for (const row of all.rows(NO_HINTS)) if (test(row) === true) yield row
    },
  }
}

function partsOf(names: readonly string[] | undefined, scope: Scope): { name: string; table: Table }[] {
  const parts = (names ?? ['*']).flatMap((pattern) => {
    const test = patternTest(pattern)
    const found = [...scope.tables].flatMap(([name, table]) => (test(name) ? [{ name, table }] : []))
    if (found.length === 0) throw semantic(`Failed to resolve table expression named '${pattern}'`)
    return found
  })
  return parts
}

/** A text that stands alone is looked for in every column; `*` at its end or start leaves that side open. */
function terms(node: Node, scope: Scope): Expression {
  if (node.kind === 'binary' && (node.operator === 'and' || node.operator === 'or')) {
    const [a, b] = [asBool(terms(node.left, scope)), asBool(terms(node.right, scope))]
    return derived('bool', [unknown], node.operator === 'and' ? (row) => a(row) && b(row) : (row) => a(row) || b(row))
  }
  if (node.kind === 'call' && node.name === 'not' && node.args.length === 1) {
    const test = asBool(terms(node.args[0]!, scope))
    return derived('bool', [unknown], (row) => !test(row))
  }
  if (node.kind !== 'literal' || node.type !== 'string') return compile(node, scope)
  const term = String(node.value)
  const [open, close] = [term.startsWith('*'), term.endsWith('*') && term.length > 1]
  const operator = open && close ? 'contains' : open ? 'hassuffix' : close ? 'hasprefix' : 'has'
  const wanted = term.slice(open ? 1 : 0, close ? -1 : undefined).toLowerCase()
  const { test } = textTest(operator)!
  const types = scope.columns.map(({ type }) => type)
  return derived('bool', [unknown], (row) =>
    row.some((value, i) => test(textOf(value, types[i]!).toLowerCase(), wanted)),
  )
}

/** Looks at the row: nothing made of it is constant. */
const unknown: Expression = { type: 'bool', of: () => null, constant: false }
