import type { Expression, Leaf, ValueTest } from '#detect/sigma/expression.ts'
import { foldPattern, shapeOf } from '#detect/sigma/pattern.ts'
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
    const lists = new Map<string, { field: string | undefined; how: Listed['how']; cased: boolean; texts: string[] }>()
    for (const term of terms) {
      const listed = listedText(term)
      if (listed === undefined) yield visit(term)
      else {
        const { field, how, cased, text } = listed
        const key = JSON.stringify([field, how, cased])
        const list = lists.get(key) ?? { field, how, cased, texts: [] }
        list.texts.push(text)
        lists.set(key, list)
      }
    }
    for (const { field, how, cased, texts } of lists.values()) {
      const own = field === undefined ? source.everyText() : source.texts(field)
      for (let from = 0; from < texts.length; from += MOST_TEXTS[how]) {
        const bound = params.texts(texts.slice(from, from + MOST_TEXTS[how]))
        yield anyOf(own, (text) => LOOK[how](cased ? text : `lowerUTF8(${text})`, bound))
      }
    }
  }
  return visit(expression)
}

/** A text that is sought among others of its kind. */
interface Listed {
  field: string | undefined
  how: 'equals' | 'contains' | 'startswith' | 'endswith'
  cased: boolean
  text: string
}

/** Whether a text is, holds, begins or ends with any of several, which are bound as one list. */
const LOOK: Record<Listed['how'], (text: string, texts: string) => string> = {
  equals: (text, texts) => `${text} IN (SELECT arrayJoin(${texts}))`,
  contains: (text, texts) => `multiSearchAny(${text}, ${texts})`,
  startswith: (text, texts) => `arrayExists(w -> startsWith(${text}, w), ${texts})`,
  endswith: (text, texts) => `arrayExists(w -> endsWith(${text}, w), ${texts})`,
}

/** How many of them are looked for in one pass; of texts within, the engine has a bound of its own. */
const MOST_TEXTS: Record<Listed['how'], number> = {
  equals: Infinity,
  contains: 250,
  startswith: Infinity,
  endswith: Infinity,
}

function listedText(term: Expression): Listed | undefined {
  if (term.kind !== 'leaf' || term.test.kind !== 'pattern') return undefined
  const { field, test } = term
  const shape = shapeOf(test.cased ? test.pattern : foldPattern(test.pattern))
  if (shape.kind === 'anything' || shape.kind === 'glob') return undefined
  return { field, how: shape.kind, cased: test.cased, text: shape.text }
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
