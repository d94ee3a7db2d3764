import { placesOf } from '#detect/fields/places.ts'
import type { EventStream } from '#detect/fields/source.ts'
import type { Expression, Leaf } from '#detect/sigma/expression.ts'

import { isKnownByKind } from './truth.ts'

/** Shorter ones are in nearly every event. */
const SHORTEST = 4
/** More are not worth looking for. */
const MOST = 100

/**
 * Texts of which an event of the streams must hold one for an expression to match; undefined where nothing can be said. What a
 * value must hold, the text of the stored event holds as it is as long as JSON escapes none of it.
 */
export function witnessTexts(expression: Expression, streams: readonly EventStream[]): string[] | undefined {
  switch (expression.kind) {
    case 'and':
      return expression.terms
        .map((term) => witnessTexts(term, streams))
        .reduce((best, texts) => (best && texts && worth(best) >= worth(texts) ? best : (texts ?? best)), undefined)
    case 'or': {
      const all = expression.terms.map((term) => witnessTexts(term, streams))
      const texts = all.flatMap((each) => each ?? [])
      return all.includes(undefined) || texts.length > MOST ? undefined : texts
    }
    case 'not':
      return undefined
    case 'leaf':
      return leafTexts(expression, streams)
  }
}

/** The shortest is found most often. */
function worth(texts: readonly string[]): number {
  return texts.reduce((least, { length }) => Math.min(least, length), Infinity)
}

function leafTexts({ field, test }: Leaf, streams: readonly EventStream[]): string[] | undefined {
  if (field === undefined || test.kind !== 'pattern') return undefined
  if (streams.some((stream) => isKnownByKind(stream, field))) return undefined
  const sources = streams.flatMap((stream) => placesOf(stream, field).flat())
  // Values that are made up on reading are in no text.
  if (sources.some(({ read, words }) => words !== undefined || read === 'changes')) return undefined
  const plain = sources.some(({ fold }) => fold === 'dashes') ? /[\w .@:]+/g : /[\w .@:/-]+/g
  const texts = test.pattern.flatMap((part) => (part.kind === 'text' ? (part.text.match(plain) ?? []) : []))
  const longest = texts.reduce((a, b) => (b.length > a.length ? b : a), '')
  return longest.length < SHORTEST ? undefined : [longest]
}
