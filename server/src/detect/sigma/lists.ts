import { type Expression, join, type ValueTest } from './expression.ts'
import { parsePattern, type Pattern, widen } from './pattern.ts'
import type { Fault } from './problem.ts'

/**
 * Named lists: what a rule cannot know and the tenant does. A rule says `location|expand: '%KNOWN_COUNTRIES%'`, and the list
 * of that name is put there before the rule is compiled.
 */
export type Lists = ReadonlyMap<string, readonly string[]>

type ListTest = Extract<ValueTest, { kind: 'list' }>

/** A value under `expand`: a list test where it names a list, undefined where it names none. */
export function parseListValue(
  source: string,
  where: { before: boolean; behind: boolean; cased: boolean },
): ListTest | Fault | undefined {
  const names = [...source.matchAll(/\\%|%([^%]+)%/g)].filter((match) => match[1] !== undefined)
  const [match, second] = names
  if (match === undefined) return undefined
  if (second) return { found: `${match[0]} and ${second[0]} in one value`, allowed: 'one list a value' }
  const prefix = literalPercent(source.slice(0, match.index))
  const suffix = literalPercent(source.slice(match.index + match[0].length))
  return {
    kind: 'list',
    name: match[1]!,
    ...where,
    ...(prefix.length > 0 && { prefix }),
    ...(suffix.length > 0 && { suffix }),
  }
}

function literalPercent(source: string): Pattern {
  return parsePattern(source.replaceAll('\\%', '%'))
}

/** The lists that an expression names. */
export function listsOf(expression: Expression): string[] {
  const names = new Set<string>()
  const walk = (each: Expression): void => {
    if (each.kind === 'leaf') {
      if (each.test.kind === 'list') names.add(each.test.name)
    } else if (each.kind === 'not') walk(each.term)
    else each.terms.forEach(walk)
  }
  walk(expression)
  return [...names]
}

/**
 * The expression with lists in the place of their names; values of a list may hold wildcards. A list that is not given stays
 * a name, and a test against it is never true: the rule must not fire for want of a list.
 */
export function bindLists(expression: Expression, lists: Lists): Expression {
  if (expression.kind === 'not') return { kind: 'not', term: bindLists(expression.term, lists) }
  if (expression.kind !== 'leaf') {
    return { ...expression, terms: expression.terms.map((term) => bindLists(term, lists)) }
  }
  const { field, test } = expression
  const values = test.kind === 'list' ? lists.get(test.name) : undefined
  if (test.kind !== 'list' || values === undefined) return expression
  const { prefix = [], suffix = [], before, behind, cased } = test
  return join(
    'or',
    values.map((value) => ({
      kind: 'leaf',
      field,
      test: {
        kind: 'pattern',
        pattern: widen([...prefix, ...parsePattern(value), ...suffix], { before, behind }),
        cased,
      },
    })),
  )
}
