import type { Reading } from '#detect/compile/reading.ts'
import { toPredicate } from '#detect/compile/to-predicate.ts'
import type { LoadedRule } from '#detect/rule-set.ts'

import { createNeedles, type Needles } from './needles.ts'
import { popularityOf, type Witness, witnessesOf } from './witness.ts'

/** Rules of one logsource, ready to look at its events. */
export interface RuleIndex {
  /** The rules that match, in the order given. */
  match(event: Reading): LoadedRule[]
}

/** What the rules' witnesses in one field are, each with the rules that it calls. */
interface FieldWitnesses {
  field: string
  exact: ReadonlyMap<string, readonly number[]>
  inner: { needles: Needles; calls: readonly (readonly number[])[] } | undefined
  present: readonly number[]
}

/**
 * Finds the few rules that an event calls by its values, and looks at those alone: what a rule costs that has nothing to do
 * with an event is nothing.
 */
export function createRuleIndex(rules: readonly LoadedRule[]): RuleIndex {
  const compiled = rules.map((rule) => toPredicate(rule.expression))
  const called: [Witness, number][] = []
  const always: number[] = []
  const popularity = popularityOf(rules.map(({ expression }) => expression))
  for (const [rule, { expression }] of rules.entries()) {
    const witnesses = witnessesOf(expression, popularity)
    if (witnesses === undefined) always.push(rule)
    else for (const witness of witnesses) called.push([witness, rule])
  }
  const fields = fieldWitnesses(called)
  const words = textWitnesses(
    called.flatMap(([witness, rule]) => (witness.kind === 'word' ? [[witness.text, rule]] : [])),
  )
  /** By rule, the event for which it was last called: none is looked at twice. */
  const calledFor = new Float64Array(rules.length)
  let event = 0
  let candidates: number[] = []
  const call = (rule: number): void => {
    if (calledFor[rule] === event) return
    calledFor[rule] = event
    candidates.push(rule)
  }

  return {
    match(reading) {
      event++
      candidates = []
      for (const witnesses of fields) callByField(witnesses, reading, call)
      words?.needles(reading.allText().folded, (needle) => words.calls[needle]!.forEach(call))
      always.forEach(call)
      const matched = candidates.filter((rule) => compiled[rule]!(reading))
      return (matched.length > 1 ? matched.sort((a, b) => a - b) : matched).map((rule) => rules[rule]!)
    },
  }
}

function callByField(witnesses: FieldWitnesses, reading: Reading, call: (rule: number) => void): void {
  const { field, exact, inner, present } = witnesses
  if (present.length > 0 && reading.values(field) !== undefined) present.forEach(call)
  for (const text of reading.texts(field).folded) {
    if (exact.size > 0) exact.get(text)?.forEach(call)
    inner?.needles(text, (needle) => inner.calls[needle]!.forEach(call))
  }
}

function fieldWitnesses(called: readonly [Witness, number][]): FieldWitnesses[] {
  const byField = Map.groupBy(called, ([witness]) => (witness.kind === 'word' ? undefined : witness.field))
  return [...byField].flatMap(([field, all]) => {
    if (field === undefined) return []
    const of = (kind: 'exact' | 'inner') =>
      all.flatMap(([witness, rule]): [string, number][] => (witness.kind === kind ? [[witness.text, rule]] : []))
    return [
      {
        field,
        exact: callsByText(of('exact')),
        inner: textWitnesses(of('inner')),
        present: all.flatMap(([{ kind }, rule]) => (kind === 'present' ? [rule] : [])),
      },
    ]
  })
}

function textWitnesses(called: readonly (readonly [string, number])[]): FieldWitnesses['inner'] {
  if (called.length === 0) return undefined
  const calls = callsByText(called)
  return { needles: createNeedles([...calls.keys()]), calls: [...calls.values()] }
}

function callsByText(called: readonly (readonly [string, number])[]): Map<string, number[]> {
  const calls = new Map<string, number[]>()
  for (const [text, rule] of called) {
    const known = calls.get(text)
    if (known) known.push(rule)
    else calls.set(text, [rule])
  }
  return calls
}
