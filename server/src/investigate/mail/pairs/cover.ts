import { isGroup, type MailCondition, type MailGroup } from '#domain/mail-filter.ts'

import type { Term } from './pair.ts'

/** Questions whose answers together hold whatever the filter matches, or (`hint`) most of it. */
export interface Cover {
  kind: Term['kind']
  /** Alternatives; the terms of one must all hold. */
  branches: Term[][]
}

/**
 * What to ask a source for a group of conditions. Of an AND one part is enough, as the whole filter is checked on every
 * mail found anyway: so what a source cannot look for (the body, a pattern, any `not`) may be left out of an AND. Of an OR
 * every part is needed. Undefined: nothing of it can be asked.
 *
 * Never more branches than the filter has conditions.
 */
export function coverOf(group: MailGroup, termOf: (condition: MailCondition) => Term | undefined): Cover | undefined {
  const covers = group.conditions.map((each) => (isGroup(each) ? coverOf(each, termOf) : coverOfOne(each, termOf)))
  return group.logic === 'or' ? anyOf(covers) : allOf(covers)
}

function coverOfOne(
  condition: MailCondition,
  termOf: (condition: MailCondition) => Term | undefined,
): Cover | undefined {
  const term = condition.not ? undefined : termOf(condition)
  return term && { kind: term.kind, branches: [[term]] }
}

/** An alternative that cannot be asked makes the rest a hint. */
function anyOf(covers: readonly (Cover | undefined)[]): Cover | undefined {
  const known = covers.filter((cover) => cover !== undefined)
  if (known.length === 0) return undefined
  const isExact = known.length === covers.length && known.every(({ kind }) => kind === 'exact')
  return { kind: isExact ? 'exact' : 'hint', branches: known.flatMap(({ branches }) => branches) }
}

/** All single branches as one; else the part with the fewest alternatives. Hints only where nothing is exact. */
function allOf(covers: readonly (Cover | undefined)[]): Cover | undefined {
  const known = covers.filter((cover) => cover !== undefined)
  const exact = known.filter(({ kind }) => kind === 'exact')
  const [kind, usable] = exact.length > 0 ? (['exact', exact] as const) : (['hint', known] as const)
  const single = usable.flatMap(({ branches }) => (branches.length === 1 ? branches[0]! : []))
  if (single.length > 0) return { kind, branches: [oneForEachProperty(single)] }
  return usable.toSorted((a, b) => a.branches.length - b.branches.length)[0]
}

/** The longest: of two pieces of a subject it is the rarer one. */
function oneForEachProperty(terms: readonly Term[]): Term[] {
  const byLength = terms.toSorted((a, b) => a.text.length - b.text.length)
  return [...new Map(byLength.map((term) => [term.property, term])).values()]
}
