import { Reading } from '#detect/compile/reading.ts'
import { toPredicate } from '#detect/compile/to-predicate.ts'
import { placesOf } from '#detect/fields/places.ts'
import { foldDashes } from '#detect/fields/read.ts'
import type { EventStream, FieldSource } from '#detect/fields/source.ts'
import type { Expression, Leaf } from '#detect/sigma/expression.ts'
import { type Pattern, shapeOf } from '#detect/sigma/pattern.ts'

/** What is known of an expression by an event's kind alone. */
export type Truth = 'no' | 'maybe' | 'yes'

/** Whether events of a stream with an action match an expression, as far as that can be said without looking at one. */
export function truthOf(expression: Expression, stream: EventStream, action: string): Truth {
  const visit = (each: Expression): Truth => {
    switch (each.kind) {
      case 'and':
        return least(each.terms.map(visit))
      case 'or':
        return OPPOSITE[least(each.terms.map((term) => OPPOSITE[visit(term)]))]
      case 'not':
        return OPPOSITE[visit(each.term)]
      case 'leaf':
        return leafTruth(each, stream, action)
    }
  }
  const truth = visit(expression)
  return truth === 'yes' && stream.when !== undefined ? 'maybe' : truth
}

const OPPOSITE: Record<Truth, Truth> = { no: 'yes', maybe: 'maybe', yes: 'no' }

function least(truths: readonly Truth[]): Truth {
  if (truths.includes('no')) return 'no'
  return truths.includes('maybe') ? 'maybe' : 'yes'
}

function leafTruth(leaf: Leaf, stream: EventStream, action: string): Truth {
  const { field, test } = leaf
  if (field === undefined || test.kind === 'field' || action === '') return 'maybe'
  const [sources = []] = placesOf(stream, field)
  const known = sources.flatMap((source) => (pathOf(source) === ACTION ? valuesOf(source, action) : []))
  // The first group of sources is the field's only where it gives anything.
  if (known.length === 0) return 'maybe'
  if (matches(leaf, known)) return 'yes'
  const others = sources.filter((source) => pathOf(source) !== ACTION)
  if (others.length === 0) return 'no'
  if (!others.every(isRecordsOwn) || test.kind !== 'pattern' || shapeOf(test.pattern).kind === 'glob') return 'maybe'
  return matches(leaf, spellings(action, test.pattern)) ? 'maybe' : 'no'
}

const ACTION = 'event.action'
/** Of which the action is made, without blanks around it and without the full stop that Entra writes behind some. */
const OPERATION = 'o365.audit.Operation'

const pathOf = ({ path }: FieldSource) => path.join('.')

/** Whether a field is asked for of which an event's kind says something. */
export function isKnownByKind(stream: EventStream, field: string): boolean {
  return placesOf(stream, field)[0]?.some((source) => pathOf(source) === ACTION) === true
}

function isRecordsOwn(source: FieldSource): boolean {
  return pathOf(source) === OPERATION && source.read === 'values' && source.words === undefined
}

function valuesOf({ fold, words }: FieldSource, action: string): readonly string[] {
  if (words !== undefined) return Object.hasOwn(words, action.toLowerCase()) ? words[action.toLowerCase()]! : []
  return [fold === 'dashes' ? foldDashes(action) : action]
}

function matches(leaf: Leaf, values: readonly string[]): boolean {
  return toPredicate(leaf)(new Reading({ values: () => values, everyValue: () => [] }))
}

/** How the record may write the action, as far as it matters to a pattern without `?`. */
function spellings(action: string, pattern: Pattern): string[] {
  const texts = pattern.flatMap((part) => (part.kind === 'text' ? [part.text] : []))
  const before = /^\s*/.exec(texts[0] ?? '')![0]
  const behind = /[\s.]*$/.exec(texts.at(-1) ?? '')![0]
  return ['', before].flatMap((start) => ['', '.', behind].map((end) => `${start}${action}${end}`))
}
