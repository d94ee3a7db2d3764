import { placesOf } from '#detect/fields/places.ts'
import type { EventStream, FieldPlaces, FieldSource } from '#detect/fields/source.ts'
import type { Expression, Leaf } from '#detect/sigma/expression.ts'

import { isKnownByKind } from './truth.ts'

/** A text that an event may hold: somewhere in it, or in a field by which the store can tell events apart. */
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
 * @param fields by which the store can tell events apart.
 */
export function witnessTexts(
  expression: Expression,
  streams: readonly EventStream[],
  fields: ReadonlySet<string>,
): Witness[] | undefined {
  const visit = (each: Expression): Witness[] | undefined => {
    switch (each.kind) {
      case 'and':
        return each.terms
          .map(visit)
          .reduce((best, all) => (best && all && worth(best) >= worth(all) ? best : (all ?? best)), undefined)
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

/** What is in a field is found without reading events; of texts the shortest is found most often. */
function worth(witnesses: readonly Witness[]): number {
  const texts = witnesses.filter(({ text }) => text !== '')
  const shortest = texts.reduce((least, { text }) => Math.min(least, text.length), Infinity)
  return texts.every(({ field }) => field !== undefined) ? shortest + 1_000_000 : shortest
}

function leafWitnesses(
  { field, test }: Leaf,
  streams: readonly EventStream[],
  fields: ReadonlySet<string>,
): Witness[] | undefined {
  if (field === undefined || test.kind !== 'pattern') return undefined
  if (streams.some((stream) => isKnownByKind(stream, field))) return undefined
  const texts = test.pattern.flatMap((part) => (part.kind === 'text' ? [part.text] : []))
  const places = streams.map((stream) => placesOf(stream, field))
  return inFields(places, texts, fields) ?? inEvent(places.flat(2), texts)
}

/** Where the store knows all that a field is first sought in: there, or further on where nothing is there. */
function inFields(
  places: readonly FieldPlaces[],
  texts: readonly string[],
  fields: ReadonlySet<string>,
): Witness[] | undefined {
  const text = longestOf(texts, NOT_ESCAPED)
  const first = places.flatMap(([sources = []]) => sources)
  const isKnown = ({ path, read, fold, words }: FieldSource) =>
    read === 'values' && fold === undefined && words === undefined && fields.has(path.join('.'))
  if (text === '' || !first.every(isKnown)) return undefined
  return places.flatMap(([sources = [], ...more]) =>
    sources.flatMap(({ path }) => {
      const field = path.join('.')
      // A record may write the name of a field in another case; what we call fields ourselves is written in one.
      const isElsewhere = more.length > 0 || !/^[a-z_.]+$/.test(field)
      return [{ field, text }, ...(isElsewhere ? [{ field, text: '' }] : [])]
    }),
  )
}

function inEvent(sources: readonly FieldSource[], texts: readonly string[]): Witness[] | undefined {
  // Values that are made up on reading are in no text.
  if (sources.some(({ read, words }) => words !== undefined || read === 'changes')) return undefined
  const text = longestOf(texts, sources.some(({ fold }) => fold === 'dashes') ? WITHOUT_DASHES : NOT_ESCAPED)
  return text.length < SHORTEST ? undefined : [{ text }]
}

/** Neither by JSON nor in lower case. */
const NOT_ESCAPED = /[\w .@:/-]+/g
const WITHOUT_DASHES = /[\w .@:]+/g

function longestOf(texts: readonly string[], plain: RegExp): string {
  return texts.flatMap((text) => text.match(plain) ?? []).reduce((a, b) => (b.length > a.length ? b : a), '')
}
