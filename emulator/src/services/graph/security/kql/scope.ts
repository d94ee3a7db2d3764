import { KqlError } from './errors.ts'
import type { Column, Row, Value } from './values.ts'
import type { Expression } from './expression.ts'
import type { Pipeline, Source, Statement } from './syntax.ts'
import type { Node } from './syntax.ts'
import type { Type } from './values.ts'

/**
 * What a reader of a table is sure to throw away: a table may leave it out, and need not. It is what keeps a hunt for one
 * recipient from going through every mailbox.
 */
export interface Hints {
  /** Milliseconds, both included: of the column `Timestamp`. */
  from?: number
  to?: number
  /** Only rows with one of these values in the column, compared without regard to case. */
  equal: ReadonlyMap<string, ReadonlySet<string>>
}

export const NO_HINTS: Hints = { equal: new Map() }

/** Rows with typed columns. Rows come as they are asked for. */
export interface Table {
  columns: readonly Column[]
  rows(hints: Hints): Iterable<Row>
}

/** What a name in a query stands for besides a column. */
export type Bound =
  | { kind: 'value'; expression: Expression }
  | { kind: 'table'; table: Table }
  | {
      kind: 'function'
      parameters: readonly { name: string; type: Type; usual: Node | undefined }[]
      statements: readonly Statement[]
      body: Node
      names: Names
    }

export type Names = ReadonlyMap<string, Bound>

/** Everything a query is worked out in. */
export interface Surroundings {
  /** Milliseconds. */
  now: number
  /** The tables there are. */
  tables: ReadonlyMap<string, Table>
  budget: Budget
}

/** Where an expression stands. */
export interface Scope extends Surroundings {
  names: Names
  columns: readonly Column[]
  /** Reads a query inside a query. */
  pipeline: (pipeline: Pipeline, names: Names) => Table
  source: (source: Source, names: Names) => Table
}

/** How many rows operators may keep at a time before the query is stopped. */
const MOST_KEPT = 3_000_000

/** Counts what a query keeps in memory. */
export class Budget {
  #kept = 0

  /** @throws KqlError when a query keeps too much. */
  keep(operator: string): void {
    if (++this.#kept > MOST_KEPT)
      throw new KqlError(
        'limit',
        `Query stopped. Adjust use of the ${operator} operator to avoid excessive resource consumption.`,
      )
  }
}

/** Each row, counted as kept. */
export function keep(budget: Budget, operator: string, rows: Iterable<Row>): Row[] {
  const kept: Row[] = []
  for (const row of rows) {
    budget.keep(operator)
    kept.push(row)
  }
  return kept
}

/** Two sets of hints at once. */
export function narrowed(a: Hints, b: Hints): Hints {
  const equal = new Map(a.equal)
  for (const [column, values] of b.equal) {
    const known = equal.get(column)
    equal.set(column, known ? new Set([...known].filter((value) => values.has(value))) : values)
  }
  const from = Math.max(a.from ?? -Infinity, b.from ?? -Infinity)
  const to = Math.min(a.to ?? Infinity, b.to ?? Infinity)
  return { equal, ...(from > -Infinity ? { from } : {}), ...(to < Infinity ? { to } : {}) }
}

/** Hints about columns that are passed on as they are: `nameOf` gives the name below, undefined for one that is made. */
export function passed(hints: Hints, nameOf: (column: string) => string | undefined): Hints {
  const equal = new Map<string, ReadonlySet<string>>()
  for (const [column, values] of hints.equal) {
    const below = nameOf(column)
    if (below !== undefined) equal.set(below, values)
  }
  if (nameOf('Timestamp') !== 'Timestamp') return { equal }
  return { ...hints, equal }
}

/** Text by which hints compare. */
export const hintOf = (value: Value): string => String(value).toLowerCase()
