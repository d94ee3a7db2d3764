import { Reading } from '#detect/compile/reading.ts'
import { toPredicate } from '#detect/compile/to-predicate.ts'
import { placesOf } from '#detect/fields/places.ts'
import { foldDashes } from '#detect/fields/read.ts'
import type { EventStream, FieldSource } from '#detect/fields/source.ts'
import type { Expression, Leaf } from '#detect/sigma/expression.ts'
import { type Pattern, shapeOf } from '#detect/sigma/pattern.ts'
import { type EventKind, KIND_FIELDS, type KindField } from '#store/event-store.ts'

/** What is known of an expression by an event's kind alone. */
export type Truth = 'no' | 'maybe' | 'yes'

/** What can be said of an expression and events of a stream by their kind, without looking at one. */
export function truthOf(expression: Expression, stream: EventStream): (kind: EventKind) => Truth {
  const visit = (each: Expression): ((kind: EventKind) => Truth) => {
    switch (each.kind) {
      case 'and':
      case 'or': {
        const terms = each.terms.map(visit)
        if (each.kind === 'and') return (kind) => least(terms.map((term) => term(kind)))
        return (kind) => OPPOSITE[least(terms.map((term) => OPPOSITE[term(kind)]))]
      }
      case 'not': {
        const term = visit(each.term)
        return (kind) => OPPOSITE[term(kind)]
      }
      case 'leaf':
        return leafTruth(each, stream)
    }
  }
  const truth = visit(expression)
  return (kind) => least([isOfStream(stream, kind), truth(kind)])
}

const OPPOSITE: Record<Truth, Truth> = { no: 'yes', maybe: 'maybe', yes: 'no' }

function least(truths: readonly Truth[]): Truth {
  if (truths.includes('no')) return 'no'
  return truths.includes('maybe') ? 'maybe' : 'yes'
}

function isOfStream({ dataset, when }: EventStream, kind: EventKind): Truth {
  if (kind['event.dataset'] !== dataset) return 'no'
  if (when === undefined) return 'yes'
  const value = valueIn(kind, when.path)
  if (value === undefined) return 'maybe'
  return when.values.includes(value) ? 'yes' : 'no'
}

function leafTruth(leaf: Leaf, stream: EventStream): (kind: EventKind) => Truth {
  const { field, test } = leaf
  if (field === undefined || test.kind === 'field') return () => 'maybe'
  const [sources = [], ...more] = placesOf(stream, field)
  if (!sources.some(isOfKinds)) return () => 'maybe'
  const predicate = toPredicate(leaf)
  const matches = (values: readonly string[] | undefined) =>
    predicate(new Reading({ values: () => values, everyValue: () => [] }))
  const isSpelled = test.kind === 'pattern' && shapeOf(test.pattern).kind !== 'glob'

  return (kind) => {
    const given = sources.map((source) =>
      isOfKinds(source) ? valuesOf(source, valueIn(kind, source.path)) : undefined,
    )
    const known = given.flatMap((values) => values ?? [])
    const others = sources.filter((_, index) => given[index] === undefined)
    // The first group of sources is the field's only where it gives anything.
    if (known.length === 0) return more.length + others.length > 0 ? 'maybe' : matches(undefined) ? 'yes' : 'no'
    if (matches(known)) {
      // Of values that differ in case alone there is one, which another source may have written.
      return others.every(isRecordsOwn) || (test.kind === 'pattern' && !test.cased) ? 'yes' : 'maybe'
    }
    if (others.length === 0) return 'no'
    const action = kind['event.action']
    if (!others.every(isRecordsOwn) || !action || !isSpelled) return 'maybe'
    return matches(spellings(action, test.pattern)) ? 'maybe' : 'no'
  }
}

/** Nothing is said of an event by a kind that has no value there. */
function valueIn(kind: EventKind, path: readonly string[]): string | undefined {
  return kind[path.join('.') as KindField] || undefined
}

/** Of which the action is made, without blanks around it and without the full stop that Entra writes behind some. */
const OPERATION = 'o365.audit.Operation'

/** Whether a field is asked for of which an event's kind says something. */
export function isKnownByKind(stream: EventStream, field: string): boolean {
  return placesOf(stream, field)[0]?.some(isOfKinds) === true
}

function isOfKinds({ path, read }: FieldSource): boolean {
  return read === 'values' && KINDS.has(path.join('.'))
}

const KINDS: ReadonlySet<string> = new Set(KIND_FIELDS)

function isRecordsOwn({ path, read, words }: FieldSource): boolean {
  return path.join('.') === OPERATION && read === 'values' && words === undefined
}

function valuesOf({ fold, words }: FieldSource, value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  if (words !== undefined) return Object.hasOwn(words, value.toLowerCase()) ? words[value.toLowerCase()]! : []
  return [fold === 'dashes' ? foldDashes(value) : value]
}

/** How the record may write the action, as far as it matters to a pattern without `?`. */
function spellings(action: string, pattern: Pattern): string[] {
  const texts = pattern.flatMap((part) => (part.kind === 'text' ? [part.text] : []))
  const before = /^\s*/.exec(texts[0] ?? '')![0]
  const behind = /(?<![\s.])[\s.]*$/.exec(texts.at(-1) ?? '')![0]
  return ['', before].flatMap((start) => ['', '.', behind].map((end) => `${start}${action}${end}`))
}
