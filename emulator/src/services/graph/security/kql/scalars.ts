import { NAME_KEEPING, callFunction } from './functions.ts'
import { arithmetic, asBool, asJson, asText, cast, columnAt, compared, commonType } from './expression.ts'
import { compareValues, jsonOf, keyOf, nothing, textOf } from './values.ts'
import { constant, derived, element } from './expression.ts'
import { isAggregate } from './aggregates.ts'
import { NO_HINTS } from './scope.ts'
import { notBuilt, semantic } from './errors.ts'
import { regex, textTest } from './text.ts'
import type { Bound, Names, Scope } from './scope.ts'
import type { Expression } from './expression.ts'
import type { Node, Statement } from './syntax.ts'
import type { Json, Row, Value } from './values.ts'

/** Makes expressions that can be worked out of what was read. */

/** @throws KqlError where a name stands for nothing, or types do not go together. */
export function compile(node: Node, scope: Scope): Expression {
  switch (node.kind) {
    case 'literal':
      return constant(node.type, node.value)
    case 'name':
      return named(node.name, scope)
    case 'member':
      return element(compile(node.target, scope), constant('string', node.name))
    case 'index':
      return element(compile(node.target, scope), compile(node.index, scope))
    case 'negative':
      return arithmetic('-', zeroOf(compile(node.of, scope)), compile(node.of, scope))
    case 'binary':
      return binary(node.operator, compile(node.left, scope), compile(node.right, scope))
    case 'among':
      return among(node.operator, compile(node.left, scope), node.list, scope)
    case 'call':
      return call(node.name, node.args, scope)
    case 'star':
      throw semantic("'*' cannot be used here")
    case 'pipeline':
      throw semantic('A tabular expression cannot be used where a scalar is expected')
  }
}

const zeroOf = ({ type }: Expression) => constant(type === 'timespan' ? 'timespan' : 'long', 0)

function named(name: string, { columns, names }: Scope): Expression {
  const index = columns.findIndex((column) => column.name === name)
  if (index >= 0) return columnAt(columns, index)
  const bound = names.get(name)
  if (bound?.kind === 'value') return bound.expression
  throw semantic(`Failed to resolve column or scalar expression named '${name}'`)
}

function binary(operator: string, left: Expression, right: Expression): Expression {
  switch (operator) {
    case 'and':
    case 'or':
      return logical(operator, left, right)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, left, right)
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return compared(operator, left, right)
    case 'matches regex':
      return matches(left, right)
    default:
      return textual(operator, left, right)
  }
}

/** With three values: false and nothing is false, true or nothing is true. */
function logical(operator: 'and' | 'or', left: Expression, right: Expression): Expression {
  const [a, b] = [asBool(left), asBool(right)]
  const decisive = operator === 'or'
  return derived('bool', [left, right], (row) => {
    const x = a(row)
    if (x === decisive) return decisive
    const y = b(row)
    return y === decisive ? decisive : x === null || y === null ? null : !decisive
  })
}

function matches(left: Expression, right: Expression): Expression {
  const [text, pattern] = [
    asText(left, 'Operator matches regex: left operand'),
    asText(right, 'Operator matches regex: right operand'),
  ]
  const known = right.constant ? regex(pattern([])) : undefined
  return derived('bool', [left, right], (row) => (known ?? regex(pattern(row))).test(text(row)))
}

function textual(operator: string, left: Expression, right: Expression): Expression {
  const found = textTest(operator)
  if (!found) throw notBuilt(`KQL's operator ${operator}`)
  const { test, negative, caseSensitive } = found
  const [a, b] = [
    asText(left, `Operator '${operator}': left operand`),
    asText(right, `Operator '${operator}': right operand`),
  ]
  const known = right.constant ? folded(b([]), caseSensitive) : undefined
  return derived(
    'bool',
    [left, right],
    (row) => test(folded(a(row), caseSensitive), known ?? folded(b(row), caseSensitive)) !== negative,
  )
}

const folded = (text: string, caseSensitive: boolean) => (caseSensitive ? text : text.toLowerCase())

function among(operator: string, left: Expression, list: readonly Node[], scope: Scope): Expression {
  if (operator === 'between' || operator === '!between') return between(operator, left, list, scope)
  const values = valuesOf(list, scope)
  if (operator === 'has_any' || operator === 'has_all') {
    const text = asText(left, `Operator '${operator}': left operand`)
    const { test } = textTest('has')!
    return derived('bool', [left, values], (row) => {
      const whole = text(row).toLowerCase()
      const wanted = (values.of(row) as readonly Json[]).map((each) => String(each).toLowerCase())
      return operator === 'has_any'
        ? wanted.some((each) => test(whole, each))
        : wanted.every((each) => test(whole, each))
    })
  }
  const negative = operator.startsWith('!')
  const insensitive = operator.endsWith('~')
  const key = (value: Json) => keyOf([insensitive && typeof value === 'string' ? value.toLowerCase() : value])
  let known: ReadonlySet<string> | undefined
  const keys = (row: Row) => {
    if (known) return known
    const made = new Set((values.of(row) as readonly Json[]).map(key))
    if (values.constant) known = made
    return made
  }
  // Ids and texts meet as text, moments as moments are written.
  const json = asJson(left)
  return derived('bool', [left, values], (row) => {
    const value = json(row)
    return keys(row).has(key(value)) !== negative
  })
}

/** The list of `in (…)`: scalars, lists in dynamic values, and queries' first columns, all in one. */
function valuesOf(list: readonly Node[], scope: Scope): Expression {
  const parts = list.map((node): Expression => {
    const table = tableOf(node, scope)
    if (!table) return compile(node, scope)
    const { type } = table.columns[0]!
    return derived('dynamic', [], () => [...table.rows(NO_HINTS)].map((row) => jsonOf(row[0]!, type)))
  })
  return derived('dynamic', parts, (row) =>
    parts.flatMap((part): readonly Json[] => {
      const value = jsonOf(part.of(row), part.type)
      return part.type === 'dynamic' && Array.isArray(value) ? (value as readonly Json[]) : [value]
    }),
  )
}

/** The table that a node stands for; undefined where it stands for a scalar. */
export function tableOf(node: Node, scope: Scope) {
  if (node.kind === 'pipeline') return scope.pipeline(node.pipeline, scope.names)
  if (node.kind === 'name') {
    if (scope.columns.some(({ name }) => name === node.name)) return undefined
    const bound = scope.names.get(node.name)
    if (bound) return bound.kind === 'table' ? bound.table : undefined
    return scope.tables.get(node.name)
  }
  if (node.kind === 'call' && (node.name === 'materialize' || scope.names.get(node.name)?.kind === 'function')) {
    const bound = scope.names.get(node.name)
    if (bound?.kind === 'function' && invoke(bound, node.args, scope).kind === 'value') return undefined
    return scope.source({ kind: 'call', name: node.name, args: node.args }, scope.names)
  }
  return undefined
}

function between(operator: string, left: Expression, list: readonly Node[], scope: Scope): Expression {
  const [low, second] = list.map((node) => compile(node, scope)) as [Expression, Expression]
  // From a moment, a length of time says how far.
  const high = left.type === 'datetime' && second.type === 'timespan' ? arithmetic('+', low, second) : second
  const [common, other] = [commonType(left.type, low.type), commonType(left.type, high.type)]
  if (!common || !other) throw semantic(`Operator '${operator}' cannot be applied to the types of its operands`)
  const [value, from, to] = [left.of, cast(low, common).of, cast(high, other).of]
  return derived('bool', [left, low, high], (row) => {
    const [x, a, b] = [value(row), from(row), to(row)]
    if (x === null || a === null || b === null) return null
    return (compareValues(x, a) >= 0 && compareValues(x, b) <= 0) === (operator === 'between')
  })
}

function call(name: string, args: readonly Node[], scope: Scope): Expression {
  const bound = scope.names.get(name)
  if (bound?.kind === 'function') {
    const result = invoke(bound, args, scope)
    if (result.kind === 'value') return result.expression
    throw semantic('A tabular expression cannot be used where a scalar is expected')
  }
  if (name === 'toscalar') return toScalar(args, scope)
  if (name === 'column_ifexists' || name === 'columnifexists') return columnIfExists(args, scope)
  if (isAggregate(name)) throw semantic(`Aggregate function '${name}' cannot be used in this context`)
  return callFunction(
    name,
    args.map((arg) => compile(arg, scope)),
    scope.now,
  )
}

/** A function of the query with its arguments: a value or a table. */
export function invoke(bound: Extract<Bound, { kind: 'function' }>, args: readonly Node[], scope: Scope): Bound {
  if (args.length > bound.parameters.length) throw semantic(`function expects ${bound.parameters.length} argument(s)`)
  const names = new Map<string, Bound>(bound.names)
  for (const [i, { name, type, usual }] of bound.parameters.entries()) {
    const node = args[i] ?? usual
    if (!node) throw semantic(`function expects ${bound.parameters.length} argument(s)`)
    names.set(name, { kind: 'value', expression: cast(compile(node, scope), type) })
  }
  return bind(bound.body, { ...scope, names: bindAll(bound.statements, { ...scope, names }) })
}

/** The names that statements add. */
export function bindAll(statements: readonly Statement[], scope: Scope): Names {
  const names = new Map<string, Bound>(scope.names)
  for (const { name, binding } of statements) {
    names.set(
      name,
      binding.kind === 'function'
        ? { ...binding, names: new Map(names) }
        : bind(binding.node, { ...scope, names: new Map(names) }),
    )
  }
  return names
}

function bind(node: Node, scope: Scope): Bound {
  const table = tableOf(node, scope)
  if (table) return { kind: 'table', table }
  return { kind: 'value', expression: compile(node, scope) }
}

/** First value of a query's first row. */
function toScalar(args: readonly Node[], scope: Scope): Expression {
  if (args.length !== 1) throw semantic('toscalar(): function expects 1 argument(s)')
  const table = tableOf(args[0]!, scope)
  if (!table) return compile(args[0]!, scope)
  const { type } = table.columns[0]!
  return derived(type, [], (): Value => {
    for (const row of table.rows(NO_HINTS)) return row[0]!
    return nothing(type)
  })
}

function columnIfExists([name, usual]: readonly Node[], scope: Scope): Expression {
  if (!name || !usual) throw semantic('column_ifexists(): function expects 2 argument(s)')
  const wanted = textOf(compile(name, scope).of([]), 'string')
  const index = scope.columns.findIndex((column) => column.name === wanted)
  return index >= 0 ? columnAt(scope.columns, index) : compile(usual, scope)
}

/** What an expression is called that has no name of its own; undefined where it gets a number. */
export function nameOf(node: Node): string | undefined {
  switch (node.kind) {
    case 'name':
      return node.name
    case 'member': {
      const above = nameOf(node.target)
      return above === undefined ? node.name : `${above}_${node.name}`
    }
    case 'index': {
      const above = nameOf(node.target)
      return above !== undefined && node.index.kind === 'literal' ? `${above}_${String(node.index.value)}` : above
    }
    case 'call':
      if (node.name === 'column_ifexists' && node.args[0]?.kind === 'literal') return String(node.args[0].value)
      return NAME_KEEPING.has(node.name) && node.args[0] ? nameOf(node.args[0]) : undefined
    default:
      return undefined
  }
}
