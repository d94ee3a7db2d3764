import { Script, createContext } from 'node:vm'

import { Budget, NO_HINTS } from './scope.ts'
import { KqlError } from './errors.ts'
import { jsonOf } from './values.ts'
import { netType, tableOfQuery } from './tables.ts'
import { parse } from './parser.ts'
import type { Json } from './values.ts'
import type { Table } from './scope.ts'

/**
 * A subset of the Kusto Query Language, over tables of rows. A query is read (`tokens`, `expressions`, `parser`), its names
 * and types are looked up (`scalars`, `functions`, `tables` and the operators), and then rows are drawn through it one at a
 * time. What is known of a table's rows beforehand goes down to the table as hints.
 */
export interface Answer {
  schema: { name: string; type: string }[]
  results: Record<string, Json>[]
}

export interface Limits {
  /** More rows are left out. */
  rows: number
  /** Characters of the answer. */
  size: number
  milliseconds: number
}

/**
 * Runs a query. `now` is what `now()` gives, milliseconds.
 *
 * @throws KqlError for a query that cannot be read or worked out, or is too much work.
 */
export function run(text: string, tables: ReadonlyMap<string, Table>, now: number, limits: Limits): Answer {
  const surroundings = { now, tables, budget: new Budget() }
  return timed(limits.milliseconds, () => {
    const table = tableOfQuery(parse(text), surroundings)
    const results: Record<string, Json>[] = []
    let size = 0
    for (const row of table.rows(NO_HINTS)) {
      if (results.length >= limits.rows) break
      const result = Object.fromEntries(table.columns.map(({ name, type }, i) => [name, jsonOf(row[i]!, type)]))
      size += JSON.stringify(result).length
      if (size > limits.size)
        throw new KqlError(
          'limit',
          'Query execution has exceeded the allowed result size. Optimize your query by limiting the number of results and try again',
        )
      results.push(result)
    }
    return { schema: table.columns.map((column) => ({ name: column.name, type: netType(column) })), results }
  })
}

const script = new Script('work()')
/** Making one takes longer than most queries do. */
const context = createContext({})

/** The work's result, unless it takes too long: also a regular expression that never ends is stopped. */
function timed<T>(milliseconds: number, work: () => T): T {
  try {
    context['work'] = work
    return script.runInContext(context, { timeout: milliseconds }) as T
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new KqlError('limit', 'Query exceeded the timeout period.')
    // Nesting or text beyond what the engine holds.
    if (error instanceof RangeError) throw new KqlError('limit', 'Query stopped due to excessive resource consumption.')
    throw error
  } finally {
    context['work'] = undefined
  }
}
