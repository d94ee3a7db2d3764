import { NO_HINTS, hintOf, narrowed } from './scope.ts'
import { compile, tableOf } from './scalars.ts'
import { jsonOf } from './values.ts'
import type { Expression } from './expression.ts'
import type { Hints, Scope } from './scope.ts'
import type { Node } from './syntax.ts'
import type { Json } from './values.ts'

/** Lists longer than this are no help to a table. */
export const MOST_HINTS = 1000

/** What a condition says about single columns: taken out of `and`s, worked out when rows are asked for. */
export function hintsOf(condition: Node, scope: Scope): () => Hints {
  const found = conditions(condition).flatMap((node) => {
    const hint = hintOfNode(node, scope)
    return hint ? [hint] : []
  })
  return () => found.reduce((sum, hint) => narrowed(sum, hint()), NO_HINTS)
}

const conditions = (node: Node): Node[] =>
  node.kind === 'binary' && node.operator === 'and' ? [...conditions(node.left), ...conditions(node.right)] : [node]

function hintOfNode(node: Node, scope: Scope): (() => Hints) | undefined {
  if (node.kind === 'binary') {
    const straight = compareHint(node.operator, node.left, node.right, scope)
    return straight ?? compareHint(MIRROR[node.operator] ?? '', node.right, node.left, scope)
  }
  if (node.kind !== 'among') return undefined
  const column = columnOf(node.left, scope)
  if (!column) return undefined
  if (node.operator === 'between' && column.name === 'Timestamp') {
    const [low, high] = node.list.map((each) => compile(each, scope)) as [Expression, Expression]
    if (!low.constant || !high.constant || high.type !== 'datetime') return undefined
    return () => ({ from: numberOf(low), to: numberOf(high), equal: new Map() })
  }
  if (column.type !== 'string' || (node.operator !== 'in' && node.operator !== 'in~')) return undefined
  return listHint(column.name, node.list, scope)
}

const MIRROR: Record<string, string> = { '==': '==', '=~': '=~', '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

function compareHint(operator: string, left: Node, right: Node, scope: Scope): (() => Hints) | undefined {
  const column = columnOf(left, scope)
  if (!column || (right.kind === 'name' && columnOf(right, scope))) return undefined
  if (column.type === 'string' && (operator === '==' || operator === '=~')) {
    const value = compile(right, scope)
    if (!value.constant || value.type !== 'string') return undefined
    return () => ({ equal: new Map([[column.name, new Set([hintOf(value.of([]))])]]) })
  }
  if (column.name !== 'Timestamp' || column.type !== 'datetime') return undefined
  if (!['==', '<', '<=', '>', '>='].includes(operator)) return undefined
  const value = compile(right, scope)
  if (!value.constant || value.type !== 'datetime') return undefined
  return () => ({
    ...(operator.startsWith('<') ? {} : { from: numberOf(value) }),
    ...(operator.startsWith('>') ? {} : { to: numberOf(value) }),
    equal: new Map(),
  })
}

function listHint(column: string, list: readonly Node[], scope: Scope): (() => Hints) | undefined {
  const parts = list.map((node) => tableOf(node, scope) ?? compile(node, scope))
  if (!parts.every((part) => 'rows' in part || part.constant)) return undefined
  return () => {
    const values = new Set<string>()
    for (const part of parts) {
      const given: Iterable<Json> =
        'rows' in part ? Iterator.from(part.rows(NO_HINTS)).map((row) => row[0]!) : itemsOf(part)
      for (const value of given) {
        values.add(hintOf(value))
        if (values.size > MOST_HINTS) return NO_HINTS
      }
    }
    return { equal: new Map([[column, values]]) }
  }
}

function itemsOf(part: Expression): readonly Json[] {
  const value = jsonOf(part.of([]), part.type)
  return Array.isArray(value) ? (value as readonly Json[]) : [value]
}

const columnOf = (node: Node, { columns }: Scope) =>
  node.kind === 'name' ? columns.find(({ name }) => name === node.name) : undefined

const numberOf = (value: Expression) => Number(value.of([]) ?? NaN)
