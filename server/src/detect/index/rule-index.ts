import type { Reading } from '#detect/compile/reading.ts'
import { toPredicate } from '#detect/compile/to-predicate.ts'
import type { LoadedRule } from '#detect/rule-set.ts'

/** Rules of one logsource, ready to look at its events. */
export interface RuleIndex {
  /** The rules that match, in the order given. */
  match(event: Reading): LoadedRule[]
}

export function createRuleIndex(rules: readonly LoadedRule[]): RuleIndex {
  const compiled = rules.map((rule) => ({ rule, matches: toPredicate(rule.expression) }))
  return { match: (event) => compiled.filter(({ matches }) => matches(event)).map(({ rule }) => rule) }
}
