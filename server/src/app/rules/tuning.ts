import { randomUUID } from 'node:crypto'

import { stringify } from 'yaml'

import type { LoadedCorrelation, LoadedRule, RuleSet } from '#detect/rule-set.ts'

/** What of a rule's events is left out. */
export interface TuningCondition {
  /** As the rule calls it. */
  field: string
  is: 'equals' | 'contains' | 'startswith' | 'endswith' | 'cidr'
  /** Any of them, taken literally. */
  values: string[]
}

/** A tuning as Sigma's own filter, so that any engine can read it; of a correlation, on the rules that it is over. */
export function filterYaml(
  rule: LoadedRule | LoadedCorrelation,
  set: RuleSet,
  { conditions, reason }: { conditions: readonly TuningCondition[]; reason: string },
): string {
  const bySource = Map.groupBy(rulesUnder(rule, set), ({ logsource }) => JSON.stringify(logsource))
  const names = conditions.map((_condition, index) => `selection_${index + 1}`)
  const selections = Object.fromEntries(conditions.map((condition, index) => [names[index]!, selectionOf(condition)]))
  const documents = [...bySource.values()].map((rules) =>
    stringify({
      title: `${rule.title}: ${reason}`.replaceAll(/\s+/g, ' ').slice(0, 200),
      id: randomUUID(),
      logsource: rules[0]!.logsource,
      filter: {
        rules: rules.map(({ id, partOf = id }) => partOf),
        ...selections,
        condition: `not (${names.join(' and ')})`,
      },
    }),
  )
  return documents.join('---\n')
}

function rulesUnder(rule: LoadedRule | LoadedCorrelation, set: RuleSet): LoadedRule[] {
  if (rule.kind === 'rule') return [rule]
  // Leaving out what follows an event would say that nothing follows it.
  const over = rule.type === 'absence' ? rule.rules.slice(0, 1) : rule.rules
  const all = [...set.rules, ...set.correlations]
  return over.flatMap((id) =>
    rulesUnder(
      all.find((each) => each.id === id)!,
      set,
    ),
  )
}

function selectionOf({ field, is, values }: TuningCondition): Record<string, string[]> {
  if (is === 'equals') return { [field]: values.map(literal) }
  return { [`${field}|${is}`]: is === 'cidr' ? values : values.map(literal) }
}

/** Sigma's wildcards as the characters that they are. */
function literal(value: string): string {
  return value.replaceAll(/[\\*?]/g, '\\$&')
}
