import type { LoadedRule } from '#detect/rule-set.ts'
import type { Expression } from '#detect/sigma/expression.ts'
import type { Params } from '#store/clickhouse/params.ts'

import { toCondition } from './condition.ts'
import { rowSource } from './events-table.ts'

/** An event of a vocabulary, and which of the rules asked about match it, by position. */
export interface Hits {
  number: number
  rules: number[]
}

/** Which rules of one vocabulary match which of the events from one number to before another. */
export function rulesQuery(
  rules: readonly LoadedRule[],
  { events, vocabulary, from, to }: { events: string; vocabulary: number; from: number; to: number },
  params: Params,
): string {
  const source = rowSource(params)
  const conditions = rules.map(({ expression }) => toCondition(expression, source, params))
  return `
    SELECT number, arrayFilter((rule, holds) -> holds, range(${rules.length}), [${conditions.join(',\n      ')}]) AS rules
    FROM ${events}
    WHERE vocabulary = ${vocabulary} AND number >= ${from} AND number < ${to} AND notEmpty(rules)`
}

/** So many leaves are asked about in one statement. */
const MOST_LEAVES = 300

/** Rules in portions that a statement can hold, each with the position of its first. */
export function portionsOf(rules: readonly LoadedRule[]): { first: number; rules: LoadedRule[] }[] {
  const portions: { first: number; rules: LoadedRule[] }[] = []
  let leaves = MOST_LEAVES
  for (const [position, rule] of rules.entries()) {
    const own = leavesOf(rule.expression)
    if (leaves + own > MOST_LEAVES) {
      portions.push({ first: position, rules: [] })
      leaves = 0
    }
    portions.at(-1)!.rules.push(rule)
    leaves += own
  }
  return portions
}

function leavesOf(expression: Expression): number {
  if (expression.kind === 'leaf') return 1
  if (expression.kind === 'not') return leavesOf(expression.term)
  return expression.terms.reduce((sum, term) => sum + leavesOf(term), 0)
}
