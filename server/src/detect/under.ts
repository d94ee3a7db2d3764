import type { RuleSet } from './rule-set.ts'

type Rules = { readonly [Kind in 'rules' | 'correlations']: Readonly<RuleSet[Kind]> }

/** A rule alone; a correlation with all that it is over. */
export function withThoseUnder({ rules, correlations }: Rules, id: string): Rules {
  const needed = new Set([id])
  for (const correlation of correlations.toReversed()) {
    if (needed.has(correlation.id)) for (const each of correlation.rules) needed.add(each)
  }
  return {
    rules: rules.filter((each) => needed.has(each.id)),
    correlations: correlations.filter((each) => needed.has(each.id)),
  }
}
