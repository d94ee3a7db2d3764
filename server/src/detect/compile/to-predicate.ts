import type { Expression, Leaf, ValueTest } from '#detect/sigma/expression.ts'
import { NUMBER } from '#detect/sigma/item.ts'
import { networkTest } from '#detect/sigma/network.ts'
import { compilePattern, exactText, innerText } from '#detect/sigma/pattern.ts'
import { compileRegex } from '#detect/sigma/regex.ts'

import { BETWEEN, type Reading, type Texts } from './reading.ts'
import { timePart } from './time.ts'

export type Predicate = (event: Reading) => boolean

/** An expression as a function over one event, in memory. */
export function toPredicate(expression: Expression): Predicate {
  switch (expression.kind) {
    case 'and': {
      const terms = expression.terms.map(toPredicate)
      return (event) => terms.every((term) => term(event))
    }
    case 'or': {
      const terms = [...gatherTexts(expression.terms)]
      return terms.length === 1 ? terms[0]! : (event) => terms.some((term) => term(event))
    }
    case 'not': {
      const term = toPredicate(expression.term)
      return (event) => !term(event)
    }
    case 'leaf':
      return compileLeaf(expression)
  }
}

/** Alternatives that are whole values of one field become one look into a set; a list may have thousands. */
function* gatherTexts(terms: readonly Expression[]): Generator<Predicate> {
  const byField = new Map<string, Set<string>>()
  for (const term of terms) {
    const text = term.kind === 'leaf' ? foldedText(term) : undefined
    if (text === undefined) yield toPredicate(term)
    else {
      const { field } = term as Leaf
      const texts = byField.get(field!) ?? new Set()
      byField.set(field!, texts.add(text))
    }
  }
  for (const [field, texts] of byField) yield (event) => event.texts(field).folded.some((text) => texts.has(text))
}

/** The text that a value must be, case aside; undefined where the leaf asks anything else. */
function foldedText({ field, test }: Leaf): string | undefined {
  if (field === undefined || test.kind !== 'pattern' || test.cased) return undefined
  return exactText(test.pattern)?.toLowerCase()
}

function compileLeaf({ field, test }: Leaf): Predicate {
  if (field === undefined) return compileKeyword(test)
  if (test.kind === 'exists') return (event) => (event.values(field) !== undefined) === test.expected
  if (test.kind === 'null') return (event) => event.values(field)?.includes(null) ?? true
  if (test.kind === 'field') return compileFieldReference(field, test)
  const matches = compileTexts(test)
  return (event) => matches(event.texts(field))
}

/** A word is sought in all values at once; anything else in each. */
function compileKeyword(test: ValueTest): Predicate {
  const word = test.kind === 'pattern' ? innerText(test.pattern) : undefined
  if (test.kind === 'pattern' && word !== undefined && !word.includes(BETWEEN)) {
    const folded = word.toLowerCase()
    return test.cased
      ? (event) => event.allText().plain.includes(word)
      : (event) => event.allText().folded.includes(folded)
  }
  const matches = compileTexts(test)
  return (event) => matches(event.everyText())
}

function compileFieldReference(field: string, { other, how, cased }: Extract<ValueTest, { kind: 'field' }>): Predicate {
  const compare = COMPARE_TEXTS[how]
  const of = (event: Reading, name: string) => event.texts(name)[cased ? 'plain' : 'folded']
  return (event) => of(event, field).some((text) => of(event, other).some((each) => compare(text, each)))
}

const COMPARE_TEXTS = {
  equals: (text: string, other: string) => text === other,
  contains: (text: string, other: string) => text.includes(other),
  startswith: (text: string, other: string) => text.startsWith(other),
  endswith: (text: string, other: string) => text.endsWith(other),
}

/** Whether any of a field's texts passes. */
function compileTexts(test: ValueTest): (texts: Texts) => boolean {
  switch (test.kind) {
    case 'pattern': {
      const matches = compilePattern(test.pattern, test.cased)
      return test.cased ? ({ plain }) => plain.some(matches) : ({ folded }) => folded.some(matches)
    }
    case 'regex': {
      const regex = compileRegex(test.source, test.flags)
      return ({ plain }) => plain.some((text) => regex.matcher(text).find())
    }
    case 'cidr': {
      const contains = networkTest(test.block)
      return ({ plain }) => plain.some(contains)
    }
    case 'compare': {
      const compare = COMPARE_NUMBERS[test.operator]
      return ({ plain }) => plain.some((text) => NUMBER.test(text) && compare(Number(text), test.value))
    }
    case 'time':
      return ({ plain }) => plain.some((text) => timePart(text, test.part) === test.value)
    case 'list':
      // A list that nobody gave. A rule with one is not run; see sigma/lists.ts.
      return () => false
    case 'field':
    case 'null':
    case 'exists':
      // As keywords they mean nothing; sigma/item.ts refuses them.
      return () => false
  }
}

const COMPARE_NUMBERS = {
  lt: (left: number, right: number) => left < right,
  lte: (left: number, right: number) => left <= right,
  gt: (left: number, right: number) => left > right,
  gte: (left: number, right: number) => left >= right,
}
