import { Reading } from '#detect/compile/reading.ts'
import { toPredicate } from '#detect/compile/to-predicate.ts'
import { whyAbsent } from '#detect/fields/logsources.ts'
import type { LoadedRule } from '#detect/rule-set.ts'
import type { Expression, Leaf } from '#detect/sigma/expression.ts'
import { listsOf } from '#detect/sigma/lists.ts'
import type { Reader } from '#detect/vocabulary.ts'
import { meaningOf } from '#detect/words.ts'

import { asks } from './asks.ts'
import type { Explained, ExplainedLeaf, Explanation } from './explanation.ts'

const MOST_VALUES = 20
const LONGEST_VALUE = 200

/** Why a rule matches an event or does not; `readerOf` says how rules read such events (see vocabulary.ts). */
export function explain<E>(
  rule: LoadedRule,
  event: E,
  readerOf: (rules: readonly LoadedRule[]) => Reader<E>,
): Explanation {
  const { title, judgment } = rule
  const head = { rule: rule.partOf ?? rule.id, title, ...(judgment && { further: meaningOf(judgment) }) }
  const { vocabularies, datasetOf } = readerOf([rule])
  const dataset = datasetOf(event)
  const fitting = vocabularies.filter((each) => each.dataset === dataset && each.isFor(event))
  const trees = fitting.map(({ fields }) => explained(rule.expression, new Reading(fields(event))))
  const tree = trees.find(({ matched }) => matched) ?? trees[0]
  if (tree) return { ...head, matched: tree.matched, tree }
  return {
    ...head,
    matched: false,
    passedBy: whyPassedBy(rule, dataset, [...new Set(vocabularies.map((each) => each.dataset))]),
  }
}

function whyPassedBy(
  { logsource, expression }: LoadedRule,
  dataset: string | undefined,
  datasets: (string | undefined)[],
): string {
  const [list] = listsOf(expression)
  if (list !== undefined) return `The rule names the list %${list}%, which is not given.`
  if (datasets.length === 0) return whyAbsent(logsource)
  const about = `The rule is about ${Object.values(logsource).join(' ')}`
  if (datasets.includes(dataset)) return `${about}, and this event of ${dataset} is none of those.`
  return `${about}, which are events of ${datasets.join(', ')}; this one is of ${dataset}.`
}

function explained(expression: Expression, event: Reading): Explained {
  if (expression.kind === 'leaf') return explainedLeaf(expression, event)
  const terms = expression.kind === 'not' ? [expression.term] : expression.terms
  return {
    kind: expression.kind,
    matched: toPredicate(expression)(event),
    terms: terms.map((term) => explained(term, event)),
  }
}

function explainedLeaf(leaf: Leaf, event: Reading): ExplainedLeaf {
  const { field, test } = leaf
  const matched = toPredicate(leaf)(event)
  const all = field === undefined ? keywordValues(leaf, event) : (event.values(field) ?? []).map(String)
  const isAbsent = field !== undefined && event.values(field) === undefined
  return {
    kind: 'leaf',
    matched,
    ...(field !== undefined && { field }),
    asks: asks(test),
    verdict: matched ? 'matched' : isAbsent ? 'absent' : 'mismatched',
    values: all.slice(0, MOST_VALUES).map(shortened),
    more: Math.max(0, all.length - MOST_VALUES),
  }
}

/** Which values hold the keyword. */
function keywordValues(leaf: Leaf, event: Reading): string[] {
  return event.everyText().plain.filter((text) => {
    const alone = new Reading({ values: () => undefined, everyValue: () => [text] })
    return toPredicate(leaf)(alone)
  })
}

function shortened(value: string): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value
}
