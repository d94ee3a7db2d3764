import { foldedText } from '#detect/compile/to-predicate.ts'
import type { Expression, Leaf, ValueTest } from '#detect/sigma/expression.ts'
import { innerText } from '#detect/sigma/pattern.ts'
import type { Params } from '#store/clickhouse/params.ts'

import type { Source } from './source.ts'
import { COMPARE, textTest } from './text-test.ts'

/**
 * An expression as an SQL condition over one event: the other rendering of what compile/to-predicate.ts makes a function of.
 * It is 0 or 1 and never NULL, so that `not` is its exact opposite. All that a rule says becomes a bound parameter.
 */
export function toCondition(expression: Expression, source: Source, params: Params): string {
  const visit = (each: Expression): string => {
    switch (each.kind) {
      case 'and':
        return each.terms.length === 0 ? '1' : `(${each.terms.map(visit).join(' AND ')})`
      case 'or':
        return each.terms.length === 0 ? '0' : `(${[...alternatives(each.terms)].join(' OR ')})`
      case 'not':
        return `(NOT ${visit(each.term)})`
      case 'leaf':
        return leafCondition(each, source, params)
    }
  }

  /** Alternatives in one field are looked for together: a list may have thousands. */
  function* alternatives(terms: readonly Expression[]): Generator<string> {
    const exact = new Map<string, string[]>()
    const inner = new Map<string, string[]>()
    for (const term of terms) {
      const [texts, text] = listed(term, exact, inner)
      if (text === undefined) yield visit(term)
      else {
        const { field } = term as Leaf & { field: string }
        texts.set(field, [...(texts.get(field) ?? []), text])
      }
    }
    for (const [field, texts] of exact) {
      yield `arrayExists(v -> lowerUTF8(v) IN (SELECT arrayJoin(${params.texts(texts)})), ${source.texts(field)})`
    }
    for (const [field, texts] of inner) {
      for (let from = 0; from < texts.length; from += MOST_NEEDLES) {
        const needles = params.texts(texts.slice(from, from + MOST_NEEDLES))
        yield `arrayExists(v -> multiSearchAny(lowerUTF8(v), ${needles}), ${source.texts(field)})`
      }
    }
  }
  return visit(expression)
}

/** How many the engine looks for in one pass. */
const MOST_NEEDLES = 250

type Texts = Map<string, string[]>

/** Whether an alternative is a text that a field's value must be, or hold. */
function listed(term: Expression, exact: Texts, inner: Texts): readonly [Texts, string | undefined] {
  if (term.kind !== 'leaf' || term.field === undefined) return [exact, undefined]
  const text = foldedText(term)
  if (text !== undefined) return [exact, text]
  const { test } = term
  return [inner, test.kind === 'pattern' && !test.cased ? innerText(test.pattern)?.toLowerCase() : undefined]
}

function leafCondition({ field, test }: Leaf, source: Source, params: Params): string {
  if (field === undefined) return anyOf(source.everyText(), textTest(test, params))
  switch (test.kind) {
    case 'exists':
      return test.expected ? source.isThere(field) : `(NOT ${source.isThere(field)})`
    case 'null':
      return `(NOT ${source.isThere(field)} OR ${source.hasNull(field)})`
    case 'field':
      return fieldReference(field, test, source)
    default:
      return anyOf(source.texts(field), textTest(test, params))
  }
}

function anyOf(texts: string, test: (text: string) => string): string {
  return `arrayExists(v -> ${test('v')}, ${texts})`
}

function fieldReference(
  field: string,
  { other, how, cased }: Extract<ValueTest, { kind: 'field' }>,
  source: Source,
): string {
  const folded = (texts: string) => (cased ? texts : `arrayMap(f -> lowerUTF8(f), ${texts})`)
  const own = folded(source.texts(field))
  return `arrayExists(v -> arrayExists(w -> ${COMPARE[how]('v', 'w')}, ${folded(source.texts(other))}), ${own})`
}
