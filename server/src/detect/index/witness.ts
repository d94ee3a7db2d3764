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

/** Witnesses of which one must be there; empty: never; undefined: none is known. */
export function witnessesOf(expression: Expression): Witness[] | undefined {
  switch (expression.kind) {
    case 'leaf':
      return leafWitnesses(expression)
    case 'not':
      return undefined
    case 'or': {
      const all = expression.terms.map(witnessesOf)
      return all.every((each) => each !== undefined) ? all.flat() : undefined
    }
    case 'and':
      return expression.terms
        .map(witnessesOf)
        .filter((each) => each !== undefined)
        .reduce<Witness[] | undefined>((best, each) => (best && cost(best) <= cost(each) ? best : each), undefined)
  }
}

/** The worst counts most, then how many there are. */
function cost(witnesses: readonly Witness[]): number {
  const worst = witnesses.reduce((max, witness) => Math.max(max, costOf(witness)), 0)
  return worst + witnesses.length / 10_000
}

function costOf(witness: Witness): number {
  const isShort = witness.kind === 'inner' && witness.text.length < 4
  return isShort ? SHORT_TEXT_COST : COST[witness.kind]
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
