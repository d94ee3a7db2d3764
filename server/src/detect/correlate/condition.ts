import type { RuleExpression, SigmaCorrelation, Threshold } from '#detect/sigma/documents.ts'

/** Whether a number meets a correlation's condition. */
export type Holds = (aggregate: number) => boolean

/** Every threshold of a condition must be met. */
export function thresholdOf(correlation: Pick<SigmaCorrelation, 'condition'>): Holds {
  const all = thresholdsOf(correlation)
  return (aggregate) => all.every(({ operator, value }) => COMPARE[operator](aggregate, value))
}

/** What the number must meet; nothing where the condition is over rules. */
export function thresholdsOf({ condition }: Pick<SigmaCorrelation, 'condition'>): readonly Threshold[] {
  return condition.kind === 'threshold' ? condition.all : []
}

const COMPARE: Record<Threshold['operator'], (left: number, right: number) => boolean> = {
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
  eq: (left, right) => left === right,
  neq: (left, right) => left !== right,
}

/** Whether rules joined by and, or, not are so: `isIn` answers for rules as they stand, `isSeen` for rules under `not`. */
export type RuleTest = (isIn: (rule: number) => boolean, isSeen: (rule: number) => boolean) => boolean

/** Tests over positions in `rules`. */
export function ruleTest(expression: RuleExpression, rules: readonly string[]): RuleTest {
  if (expression.kind === 'rule') {
    const position = rules.indexOf(expression.rule)
    return (isIn) => isIn(position)
  }
  if (expression.kind === 'not') {
    const term = ruleTest(expression.term, rules)
    return (isIn, isSeen) => !term(isSeen, isIn)
  }
  const terms = expression.terms.map((term) => ruleTest(term, rules))
  return expression.kind === 'and'
    ? (isIn, isSeen) => terms.every((term) => term(isIn, isSeen))
    : (isIn, isSeen) => terms.some((term) => term(isIn, isSeen))
}
