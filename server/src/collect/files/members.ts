import {
  BACKSLASH,
  CLOSING_BRACE,
  CLOSING_BRACKET,
  COLON,
  COMMA,
  LINE_FEED,
  OPENING_BRACE,
  OPENING_BRACKET,
  QUOTE,
  SPACE,
  STRUCTURAL,
} from './json-bytes.ts'

/** A place in the bytes that matters to an outermost object. */
export type Mark =
  /** The first byte of a member's value. */
  | { kind: 'value'; name: string; at: number }
  /** Behind the last byte of a member's array or object. */
  | { kind: 'end'; at: number }
  /** Behind the object's closing brace. */
  | { kind: 'close'; at: number }
  /** A byte that belongs to no object. */
  | { kind: 'outside'; at: number }

/** Names are told apart by so much of them. */
const NAME_BYTES = 256
const NAMELESS = Buffer.alloc(0)

/** Walks JSON objects that stand one after another, in pieces, and marks their own members; what is deeper is passed over. */
export class MemberWalker {
  /** Open braces and brackets at the end of what was walked. */
  depth = 0
  #inString = false
  /** 1 where the byte after this piece is escaped. */
  #skip: 0 | 1 = 0
  /** What comes next in the outermost object. */
  #expected: 'name' | 'colon' | 'value' | 'comma' = 'name'
  #name: Buffer = NAMELESS

  #expectName(): void {
    this.#expected = 'name'
    this.#name = NAMELESS
  }

  /** The marks in the next piece; `at` counts from its beginning. */
  *walk(bytes: Buffer): Generator<Mark, void, undefined> {
    const { length } = bytes
    let at: number = this.#skip
    while (at < length) {
      if (this.depth > 1) {
        at = this.#passOver(bytes, at)
        if (this.depth === 1) yield { kind: 'end', at }
        continue
      }
      if (this.#inString) {
        at = this.#passString(bytes, at)
        continue
      }
      const byte = bytes[at]!
      at += 1
      if (byte <= SPACE) continue
      if (this.depth === 0) {
        if (byte !== OPENING_BRACE) yield { kind: 'outside', at: at - 1 }
        else this.depth = 1
        this.#expectName()
        continue
      }
      if (this.#expected === 'value') {
        yield { kind: 'value', name: this.#name.toString(), at: at - 1 }
        this.#expected = 'comma'
      }
      if (byte === QUOTE) this.#inString = true
      else if (byte === COLON) this.#expected = 'value'
      else if (byte === COMMA) this.#expectName()
      else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) this.depth = 2
      else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
        this.depth = 0
        yield { kind: 'close', at }
      }
    }
    this.#skip = at > length ? 1 : 0
  }

  /** To behind the string's quote; what was read of a name is kept. */
  #passString(bytes: Buffer, from: number): number {
    const start = from <= this.#skip ? 0 : from
    let at = from
    let byte = 0
    while (byte !== QUOTE && at < bytes.length) {
      byte = bytes[at]!
      at += byte === BACKSLASH ? 2 : 1
    }
    this.#inString = byte !== QUOTE
    if (this.#expected !== 'name') return at
    const end = this.#inString ? bytes.length : at - 1
    this.#name = Buffer.concat([this.#name, bytes.subarray(start, end)]).subarray(0, NAME_BYTES)
    if (!this.#inString) this.#expected = 'colon'
    return at
  }

  /** To behind the brace or bracket that ends the member. The loop works on local variables: it runs once per byte. */
  #passOver(bytes: Buffer, from: number): number {
    const { length } = bytes
    let at = from
    let depth = this.depth
    let inString = this.#inString
    while (depth > 1 && at < length) {
      while (inString && at < length) {
        const byte = bytes[at]!
        inString = byte !== QUOTE
        at += byte === BACKSLASH ? 2 : 1
      }
      if (at >= length) break
      const byte = bytes[at]!
      at += 1
      if (STRUCTURAL[byte] === 0) continue
      if (byte === QUOTE) inString = true
      else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth += 1
      else if (byte !== LINE_FEED) depth -= 1
    }
    this.depth = depth
    this.#inString = inString
    return at
  }
}
