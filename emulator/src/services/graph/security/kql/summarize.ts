import { NO_HINTS, passed } from './scope.ts'
import { aggregateOf, isAggregate } from './aggregates.ts'
import { compile, nameOf } from './scalars.ts'
import { keyOf } from './values.ts'
import { semantic } from './errors.ts'
import type { Aggregate } from './aggregates.ts'
import type { Column, Row, Value } from './values.ts'
import type { Expression } from './expression.ts'
import type { Named, Node, Operator } from './syntax.ts'
import type { Scope, Table } from './scope.ts'

/** `summarize`: rows in groups, and what is known of each group. */

/** An aggregate inside an expression stands for columns of these names, which hold what it came to. */
interface Part {
  aggregate: Aggregate
  names: readonly string[]
}

export function aggregated(table: Table, operator: Extract<Operator, { kind: 'summarize' }>, scope: Scope): Table {
  const taken = new Set<string>()
  const unique = (name: string) => {
    let free = name
    for (let i = 1; taken.has(free); i++) free = `${name}${i}`
    taken.add(free)
    return free
  }
  let unnamed = 1
  const keys = operator.by.map(({ names, node }) => {
    const value = compile(node, scope)
    const name = unique(names[0] ?? nameOf(node) ?? `Column${unnamed++}`)
    if (value.type === 'dynamic')
      throw semantic(
        `Summarize group key '${name}' is of a 'dynamic' type. Please use an explicit cast as grouping by a 'dynamic' type is not supported.`,
      )
    return { name, value }
  })
  const parts: Part[] = []
  const grouped = new Set(keys.map(({ name }) => name))
  const outputs = operator.aggregates.flatMap((each) => outputsOf(each, parts, grouped, scope))
  const made = { ...scope, columns: parts.flatMap(columnsOf) }
  const results = outputs.map(({ name, node }) => ({
    name: unique(name ?? `Column${unnamed++}`),
    value: compile(node, made),
  }))
  const columns: Column[] = [...keys, ...results].map(({ name, value }) => ({ name, type: value.type }))
  return {
    columns,
    *rows(hints) {
      const below = passed(hints, (name) => {
        const index = keys.find((key) => key.name === name)?.value.column
        return index === undefined ? undefined : table.columns[index]!.name
      })
      const groups = groupsOf(table.rows(keys.length === 0 ? NO_HINTS : below), keys, parts, scope)
      for (const { values, states } of groups) {
        const row = states.flatMap((state) => state.end())
        yield [...values, ...results.map(({ value }) => value.of(row))]
      }
    },
  }
}

interface Group {
  values: readonly Value[]
  states: readonly ReturnType<Aggregate['begin']>[]
}

function groupsOf(
  rows: Iterable<Row>,
  keys: readonly { value: Expression }[],
  parts: readonly Part[],
  { budget }: Scope,
): Iterable<Group> {
  const groups = new Map<string, Group>()
  const begin = (values: readonly Value[]) => {
    budget.keep('summarize')
    return { values, states: parts.map(({ aggregate }) => aggregate.begin()) }
  }
  // Everything in one group: there is one even where there are no rows.
  if (keys.length === 0) groups.set(keyOf([]), begin([]))
  for (const row of rows) {
    const values = keys.map(({ value }) => value.of(row))
    const key = keyOf(values)
    let group = groups.get(key)
    if (!group) groups.set(key, (group = begin(values)))
    for (const state of group.states) state.add(row)
  }
  return groups.values()
}

const columnsOf = ({ aggregate, names }: Part): Column[] =>
  names.map((name, i) => ({ name, type: aggregate.types[i]! }))

/** What one `Name = expression` gives: several columns where it is an aggregate of several. */
function outputsOf(
  { names, node }: Named,
  parts: Part[],
  grouped: ReadonlySet<string>,
  scope: Scope,
): { name: string | undefined; node: Node }[] {
  if (node.kind === 'call' && isAggregate(node.name)) {
    const { part, usual } = partOf(node, parts.length, grouped, scope)
    parts.push(part)
    return part.names.map((name, i) => ({ name: names[i] ?? usual[i]!, node: { kind: 'name', name } }))
  }
  const before = parts.length
  const usual: string[] = []
  const rewritten = rewrite(node, (inner) => {
    const made = partOf(inner, parts.length, grouped, scope)
    parts.push(made.part)
    usual.push(made.usual[0]!)
    return { kind: 'name', name: made.part.names[0]! }
  })
  if (parts.length === before) throw semantic('An expression without an aggregate function is not allowed here')
  const kept = nameOf(rewritten) === undefined ? undefined : usual[0]
  return [{ name: names[0] ?? kept, node: rewritten }]
}

type Call = Extract<Node, { kind: 'call' }>

/** The expression with each aggregate in it replaced. */
function rewrite(node: Node, replace: (call: Call) => Node): Node {
  switch (node.kind) {
    case 'call':
      if (isAggregate(node.name)) return replace(node)
      return { ...node, args: node.args.map((arg) => rewrite(arg, replace)) }
    case 'binary':
      return { ...node, left: rewrite(node.left, replace), right: rewrite(node.right, replace) }
    case 'among':
      return { ...node, left: rewrite(node.left, replace) }
    case 'negative':
      return { ...node, of: rewrite(node.of, replace) }
    case 'member':
      return { ...node, target: rewrite(node.target, replace) }
    case 'index':
      return { ...node, target: rewrite(node.target, replace) }
    default:
      return node
  }
}

function partOf(
  call: Call,
  number: number,
  grouped: ReadonlySet<string>,
  scope: Scope,
): { part: Part; usual: string[] } {
  const args = call.args.flatMap((arg): Node[] => {
    if (arg.kind !== 'star') return [arg]
    const first = call.name.startsWith('arg_') ? nameOf(call.args[0]!) : undefined
    return scope.columns
      .filter(({ name }) => name !== first && !grouped.has(name))
      .map(({ name }) => ({ kind: 'name', name }))
  })
  const aggregate = aggregateOf(
    call.name,
    args.map((arg) => compile(arg, scope)),
  )
  // A space keeps these apart from every column that a query can name.
  const names = aggregate.types.map((_, i) => ` ${number}.${i}`)
  return { part: { aggregate, names }, usual: names.map((_, i) => usualName(call.name, args, i)) }
}

const SHORT: Record<string, string> = { make_set: 'set', makeset: 'set', make_list: 'list', makelist: 'list' }

/** What an aggregate's column is called that has no name of its own: `dcount_Subject`, `set_Url`, `count_`. */
function usualName(aggregate: string, args: readonly Node[], index: number): string {
  const of = (node: Node | undefined) => (node && nameOf(node)) ?? ''
  if (/^(arg_max|arg_min|take_any|any)$/.test(aggregate)) return of(args[index]) || `${aggregate}_${index}`
  if (aggregate.startsWith('percentile')) {
    const percent = args[index + 1]
    return `percentile_${of(args[0])}_${percent?.kind === 'literal' ? String(percent.value) : ''}`
  }
  if (/^count(if)?$/.test(aggregate)) return `${aggregate}_`
  const short = SHORT[aggregate] ?? SHORT[aggregate.replace(/_if$/, '')] ?? aggregate
  return `${short}_${of(args[0])}`
}
