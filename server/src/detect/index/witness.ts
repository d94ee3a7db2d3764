import type { Expression, Leaf } from '#detect/sigma/expression.ts'
import { exactText, type Pattern } from '#detect/sigma/pattern.ts'

/**
 * What an event must show before a rule can match it at all. A rule needs to be looked at only when one of its witnesses is
 * there; a rule without any is looked at with every event. Texts are in lower case: that something is there in a case of its
 * own implies that it is there.
 */
export type Witness =
  | { kind: 'exact'; field: string; text: string }
  | { kind: 'inner'; field: string; text: string }
  /** In any value. */
  | { kind: 'word'; text: string }
  | { kind: 'present'; field: string }

/** How much worse each is: how often it is there for nothing, and what it costs to look. */
const COST: Record<Witness['kind'], number> = { exact: 1, inner: 4, word: 16, present: 64 }
const SHORT_TEXT_COST = 16
/** Added for a field that no other rule looks at: it is read from every event for one rule alone. */
const RARE_FIELD_COST = 2

/** How many of the rules that are looked at together have a witness in a field, from 0 to 1. */
export type Popularity = (field: string) => number

/** Counts over all witnesses that rules could have. */
export function popularityOf(expressions: readonly Expression[]): Popularity {
  const counts = new Map<string, number>()
  for (const expression of expressions) {
    for (const field of exactFields(expression)) counts.set(field, (counts.get(field) ?? 0) + 1)
  }
  const most = Math.max(1, ...counts.values())
  return (field) => (counts.get(field) ?? 0) / most
}

/**
 * Witnesses of which one must be there; empty: never; undefined: none is known. Where there is a choice, those that are
 * quickly looked for, in fields that other rules look at too.
 */
export function witnessesOf(expression: Expression, popularity: Popularity = () => 1): Witness[] | undefined {
  switch (expression.kind) {
    case 'leaf':
      return leafWitnesses(expression)
    case 'not':
      return undefined
    case 'or': {
      const all = expression.terms.map((term) => witnessesOf(term, popularity))
      return all.every((each) => each !== undefined) ? all.flat() : undefined
    }
    case 'and': {
      const choice = expression.terms.flatMap((term) => {
        const witnesses = witnessesOf(term, popularity)
        return witnesses ? [{ witnesses, cost: costOfAll(witnesses, popularity) }] : []
      })
      return choice.reduce((best, each) => (best && best.cost <= each.cost ? best : each), choice[0])?.witnesses
    }
  }
}

/** The worst counts most, then how many there are. */
function costOfAll(witnesses: readonly Witness[], popularity: Popularity): number {
  const worst = witnesses.reduce((max, witness) => Math.max(max, costOf(witness, popularity)), 0)
  return worst + witnesses.length / 10_000
}

function costOf(witness: Witness, popularity: Popularity): number {
  if (witness.kind === 'word') return COST.word
  const isShort = witness.kind === 'inner' && witness.text.length < 4
  return (isShort ? SHORT_TEXT_COST : COST[witness.kind]) + RARE_FIELD_COST * (1 - popularity(witness.field))
}

/** Fields in which a rule has a text to be there as a whole. */
function exactFields(expression: Expression): Set<string> {
  if (expression.kind === 'not') return new Set()
  if (expression.kind !== 'leaf') return new Set(expression.terms.flatMap((term) => [...exactFields(term)]))
  return new Set((leafWitnesses(expression) ?? []).flatMap((each) => (each.kind === 'exact' ? [each.field] : [])))
}

function leafWitnesses({ field, test }: Leaf): Witness[] | undefined {
  if (test.kind === 'list') return []
  if (test.kind === 'null' || (test.kind === 'exists' && !test.expected)) return undefined
  if (test.kind === 'pattern') {
    const exact = exactText(test.pattern)?.toLowerCase()
    if (field !== undefined && exact !== undefined) return [{ kind: 'exact', field, text: exact }]
    const text = longestText(test.pattern)
    if (text !== undefined) return [field === undefined ? { kind: 'word', text } : { kind: 'inner', field, text }]
  }
  return field === undefined ? undefined : [{ kind: 'present', field }]
}

function longestText(pattern: Pattern): string | undefined {
  const texts = pattern.flatMap((part) => (part.kind === 'text' ? [part.text.toLowerCase()] : []))
  return texts.length === 0 ? undefined : texts.reduce((a, b) => (b.length > a.length ? b : a))
}
