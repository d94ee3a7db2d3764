import { random } from './random.ts'

/**
 * GUIDs that hold the number of their object, so that among 50,000 it is found without an index: the first eight digits are the
 * number, scrambled by a key of the world; the others are as random as ever. Two worlds scramble differently.
 */
export interface Numbering {
  /** The GUID with the number in it. */
  mark(guid: string, number: number): string
  /** The number in a GUID: a guess, for the caller to compare the object's id with. Undefined for text that is no GUID. */
  numberIn(text: string): number | undefined
}

/** Enough to tell a GUID from a name: who asks compares the whole. */
const looksLikeGuid = (text: string): boolean =>
  text.length === 36 && text[8] === '-' && text[13] === '-' && text[18] === '-' && text[23] === '-'

/** Odd, and the number each is undone by (modulo 2^32). */
const [FIRST, UNDO_FIRST] = [0x9e3779b1, 0x0e8b2f51]
const [SECOND, UNDO_SECOND] = [0x85ebca6b, 0xa5cb9243]

/** @param what the kind of object: each has its own key. */
export function numbering(seed: number, what: string): Numbering {
  const key = Math.floor(random(seed, 'numbering', what).next() * 4_294_967_296)
  return {
    mark: (guid, number) => {
      const first = Math.imul(number ^ key, FIRST)
      const second = Math.imul(first ^ (first >>> 16), SECOND)
      return `${((second ^ (second >>> 16)) >>> 0).toString(16).padStart(8, '0')}${guid.slice(8)}`
    },
    numberIn: (text) => {
      if (!looksLikeGuid(text)) return undefined
      const marked = Number.parseInt(text.slice(0, 8), 16)
      const second = Math.imul(marked ^ (marked >>> 16), UNDO_SECOND)
      return (Math.imul(second ^ (second >>> 16), UNDO_FIRST) ^ key) >>> 0
    },
  }
}
