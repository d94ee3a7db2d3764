import { placesOf } from '#detect/fields/places.ts'
import type { EventStream, FieldPlaces, FieldSource } from '#detect/fields/source.ts'
import type { Expression, Leaf } from '#detect/sigma/expression.ts'

import type { HuntedFields } from '#store/event-store.ts'

import { isKnownByKind } from './truth.ts'

/** A text that an event may hold: somewhere in it, or in a field in which the store can seek; see {@link HuntedFields}. */
export interface Witness {
  field?: string
  text: string
}

/** Shorter ones are in nearly every event. */
const SHORTEST = 4
/** More are not worth looking for. */
const MOST = 100

/**
 * Of which an event of the streams must hold one for an expression to match; undefined where nothing can be said. What a value
 * must hold, the text of the stored event holds as it is as long as JSON escapes none of it; and so does the field of the store
 * that has the value.
 *
 * @param fields in which the store can seek texts.
 */
export function witnessTexts(
  expression: Expression,
  streams: readonly EventStream[],
  fields: HuntedFields,
): Witness[] | undefined {
  const visit = (each: Expression): Witness[] | undefined => {
    switch (each.kind) {
      case 'and':
        return best(each.terms.map(visit))
      case 'or': {
        const all = each.terms.map(visit)
        const found = all.flatMap((some) => some ?? [])
        return all.includes(undefined) || found.length > MOST ? undefined : found
      }
      case 'not':
        return undefined
      case 'leaf':
        return leafWitnesses(each, streams, fields)
    }
  }
  return visit(expression)
}

function best(all: readonly (Witness[] | undefined)[]): Witness[] | undefined {
  return all.reduce(
    (first, next) => (first && next && worth(first) >= worth(next) ? first : (next ?? first)),
    undefined,
  )
}

/** What is in a field is found without reading events; of texts the shortest is found most often. */
function worth(witnesses: readonly Witness[]): number {
  const texts = witnesses.filter(({ text }) => text !== '')
  const shortest = texts.reduce((least, { text }) => Math.min(least, text.length), Infinity)
  return texts.every(({ field }) => field !== undefined) ? shortest + 1_000_000 : shortest
}

function leafWitnesses(
  { field, test }: Leaf,
  streams: readonly EventStream[],
  fields: HuntedFields,
): Witness[] | undefined {
  if (field === undefined || test.kind === 'null' || (test.kind === 'exists' && !test.expected)) return undefined
  if (streams.some((stream) => isKnownByKind(stream, field))) return undefined
  const places = streams.map((stream) => placesOf(stream, field))
  const texts = test.kind === 'pattern' ? test.pattern.flatMap((part) => (part.kind === 'text' ? [part.text] : [])) : []
  return best([inFields(places, texts, fields), inEvent(places.flat(2), texts), ofNames(places.flat(2), fields)])
}

/** Of a value: where the store knows all that a field is first sought in; further on where nothing is there. */
function inFields(
  places: readonly FieldPlaces[],
  texts: readonly string[],
  fields: HuntedFields,
): Witness[] | undefined {
  const text = longestOf(texts, NOT_ESCAPED)
  const isPlain = ({ read, fold, words }: FieldSource) => read === 'values' && fold === undefined && words === undefined
  if (text === '' || !places.every(([sources = []]) => sources.every(isPlain))) return undefined
  const all = places.flatMap(([sources = [], ...more]) =>
    sources.map((source) => soughtIn(source, fields, more.length > 0)),
  )
  return withText(all, text)
}

/** Of a value: anywhere in the event. */
function inEvent(sources: readonly FieldSource[], texts: readonly string[]): Witness[] | undefined {
  // Values that are made up on reading are in no text.
  if (sources.some(({ read, words }) => words !== undefined || read === 'changes')) return undefined
  const text = longestOf(texts, sources.some(({ fold }) => fold === 'dashes') ? WITHOUT_DASHES : NOT_ESCAPED)
  return text.length < SHORTEST ? undefined : [{ text }]
}

/** Of what has any value: its name, which is in the text of what it is in. */
function ofNames(sources: readonly FieldSource[], fields: HuntedFields): Witness[] | undefined {
  const all = sources.map((source): Witness[] | undefined => {
    const name = source.path.findLast((step) => step !== '*') ?? ''
    if (name.length < SHORTEST || longestOf([name], NOT_ESCAPED) !== name) return undefined
    const field = soughtIn(source, fields, false)
    const isWithin = field !== undefined && fields.get(field.path) === 'record' && source.path.join('.') !== field.path
    return (isWithin && withText([field], name)) || [{ text: name }]
  })
  return all.includes(undefined) ? undefined : unique(all.flatMap((each) => each!))
}

/** In which of the store's fields the values of a source are. */
function soughtIn({ path }: FieldSource, fields: HuntedFields, isElsewhere: boolean): Sought | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const field = path.slice(0, length).join('.')
    const whose = fields.get(field)
    if (whose === 'record' || (whose === 'own' && length === path.length)) {
      return { path: field, orEmpty: isElsewhere || whose === 'record' }
    }
  }
  return undefined
}

interface Sought {
  path: string
  /** Where it has no value, the event may have it elsewhere. */
  orEmpty: boolean
}

function withText(all: readonly (Sought | undefined)[], text: string): Witness[] | undefined {
  if (all.includes(undefined)) return undefined
  return unique(
    all.flatMap((each) => {
      const { path: field, orEmpty } = each!
      return [{ field, text }, ...(orEmpty ? [{ field, text: '' }] : [])]
    }),
  )
}

function unique(witnesses: readonly Witness[]): Witness[] {
  return [...new Map(witnesses.map((each) => [JSON.stringify(each), each])).values()]
}

/** Neither by JSON nor in lower case. */
const NOT_ESCAPED = /[\w .@:/-]+/g
const WITHOUT_DASHES = /[\w .@:]+/g

function longestOf(texts: readonly string[], plain: RegExp): string {
  return texts.flatMap((text) => text.match(plain) ?? []).reduce((a, b) => (b.length > a.length ? b : a), '')
}
