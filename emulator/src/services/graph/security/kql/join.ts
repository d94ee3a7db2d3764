import { MOST_HINTS } from './pushdown.ts'
import { NO_HINTS, hintOf, keep, passed } from './scope.ts'
import { commonType } from './expression.ts'
import { convert, keyOf, nothing } from './values.ts'
import { semantic } from './errors.ts'
import type { Column, Row, Type, Value } from './values.ts'
import type { Hints, Scope, Table } from './scope.ts'
import type { JoinKind, Operator } from './syntax.ts'

/** `join` and `lookup`. */

interface Key {
  left: number
  right: number
  type: Type
}

/** Kinds that give columns of one side only. */
const LEFT_ONLY: ReadonlySet<JoinKind> = new Set(['leftanti', 'leftsemi'])
const RIGHT_ONLY: ReadonlySet<JoinKind> = new Set(['rightanti', 'rightsemi'])
/** Kinds that also give rows of the right side which match none of the left. */
const KEEPS_RIGHT: ReadonlySet<JoinKind> = new Set(['rightouter', 'fullouter', 'rightanti'])

export function joined(left: Table, operator: Extract<Operator, { kind: 'join' }>, scope: Scope): Table {
  const { join, lookup } = operator
  const right = scope.source(operator.right, scope.names)
  const keys = operator.on.map((on) => keyOn(left.columns, right.columns, on))
  const dropped = new Set(lookup ? keys.map((key) => key.right) : [])
  const shown = [...right.columns.keys()].filter((index) => !dropped.has(index))
  const columns = RIGHT_ONLY.has(join)
    ? right.columns
    : LEFT_ONLY.has(join)
      ? left.columns
      : withoutClash(
          left.columns,
          shown.map((index) => right.columns[index]!),
        )
  return {
    columns,
    *rows(hints) {
      const leftRows = keep(scope.budget, 'join', left.rows(passed(hints, (name) => nameIn(left.columns, name))))
      const matches = match(leftRows, right, keys, join, scope)
      const beside = (row: Row | undefined) =>
        shown.map((index) => (row ? row[index]! : nothing(right.columns[index]!.type)))
      const empty = left.columns.map(({ type }) => nothing(type))
      for (const [a, b] of matches) {
        if (RIGHT_ONLY.has(join)) yield b!
        else if (LEFT_ONLY.has(join)) yield a!
        else yield [...(a ?? empty), ...beside(b)]
      }
    },
  }
}

const nameIn = (columns: readonly Column[], name: string) =>
  columns.some((column) => column.name === name) ? name : undefined

/** @throws KqlError for a column that is not there, or types that do not meet. */
function keyOn(left: readonly Column[], right: readonly Column[], on: { left: string; right: string }): Key {
  const [a, b] = [left.findIndex(({ name }) => name === on.left), right.findIndex(({ name }) => name === on.right)]
  if (a < 0) throw semantic(`Failed to resolve column or scalar expression named '${on.left}'`)
  if (b < 0) throw semantic(`Failed to resolve column or scalar expression named '${on.right}'`)
  for (const { name, type } of [left[a]!, right[b]!])
    if (type === 'dynamic')
      throw semantic(
        `join key '${name}' is of a 'dynamic' type. Please use an explicit cast using extend operator in the join legs as join on a 'dynamic' type is not supported.`,
      )
  const type = commonType(left[a]!.type, right[b]!.type)
  if (!type) throw semantic(`join keys '${on.left}' and '${on.right}' are of types that cannot be compared`)
  return { left: a, right: b, type }
}

/** Columns of both sides; one whose name is taken gets a number. */
function withoutClash(left: readonly Column[], right: readonly Column[]): Column[] {
  const taken = new Set(left.map(({ name }) => name))
  const renamed = right.map(({ name, type }) => {
    let free = name
    for (let i = 1; taken.has(free); i++) free = `${name}${i}`
    taken.add(free)
    return { name: free, type }
  })
  return [...left, ...renamed]
}

type Pair = readonly [left: Row | undefined, right: Row | undefined]

/** Pairs of rows that go together, and rows that stay alone, as the kind wants them. */
function* match(leftRows: Row[], right: Table, keys: readonly Key[], join: JoinKind, scope: Scope): Generator<Pair> {
  const groups = new Map<string, Row[]>()
  const rightRows = keep(scope.budget, 'join', right.rows(rightHints(leftRows, right, keys, join)))
  for (const row of rightRows) {
    const key = joinKey(row, right.columns, keys, 'right')
    if (key === undefined) continue
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  const seen = new Set<string>()
  const used = new Set<Row>()
  for (const row of leftRows) {
    const key = leftKey(row, keys)
    const group = key === undefined ? undefined : groups.get(key)
    if (join === 'innerunique' && key !== undefined) {
      if (seen.has(key)) continue
      seen.add(key)
    }
    yield* pairsOf(row, group, join, scope)
    if (KEEPS_RIGHT.has(join) || join === 'rightsemi') for (const each of group ?? []) used.add(each)
  }
  if (join === 'rightsemi') for (const row of rightRows) if (used.has(row)) yield [undefined, row]
  if (KEEPS_RIGHT.has(join)) for (const row of rightRows) if (!used.has(row)) yield [undefined, row]
}

function* pairsOf(row: Row, group: readonly Row[] | undefined, join: JoinKind, { budget }: Scope): Generator<Pair> {
  switch (join) {
    case 'leftanti':
      if (!group) yield [row, undefined]
      return
    case 'leftsemi':
      if (group) yield [row, undefined]
      return
    case 'rightanti':
    case 'rightsemi':
      return
    default:
      for (const other of group ?? []) {
        budget.keep('join')
        yield [row, other]
      }
      if (!group && (join === 'leftouter' || join === 'fullouter')) yield [row, undefined]
  }
}

const leftKey = (row: Row, keys: readonly Key[]) => keyText(keys.map((key) => row[key.left]!))

function joinKey(row: Row, columns: readonly Column[], keys: readonly Key[], side: 'right'): string | undefined {
  return keyText(keys.map((key) => convert(row[key[side]]!, columns[key[side]]!.type, key.type)))
}

/** Undefined where a part is null: nothing goes together with that. */
const keyText = (values: readonly Value[]) => (values.includes(null) ? undefined : keyOf(values))

/** Few keys on the left: the right side need not look for others. */
function rightHints(leftRows: readonly Row[], right: Table, keys: readonly Key[], join: JoinKind): Hints {
  if (KEEPS_RIGHT.has(join) || leftRows.length > MOST_HINTS * 10) return NO_HINTS
  const equal = new Map<string, ReadonlySet<string>>()
  for (const key of keys) {
    if (key.type !== 'string') continue
    const values = new Set(leftRows.map((row) => hintOf(row[key.left]!)))
    if (values.size <= MOST_HINTS) equal.set(right.columns[key.right]!.name, values)
  }
  return { equal }
}
