import { KqlError } from './errors.ts'
import { syntaxError, tokenize } from './tokens.ts'
import { typeNamed } from './values.ts'
import type { Token } from './tokens.ts'
import type { Type } from './values.ts'

/** Nesting beyond this is refused before it can exhaust the stack. */
const DEEPEST = 200

/** Goes through the words of a query. */
export class Reader {
  readonly #query: string
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(query: string) {
    this.#query = query
    this.#tokens = tokenize(query)
  }

  get next(): Token {
    return this.#tokens[this.#at]!
  }

  /** The word after the next `distance` ones; the end for ever after the end. */
  ahead(distance: number): Token {
    return this.#tokens[Math.min(this.#at + distance, this.#tokens.length - 1)]!
  }

  get ended(): boolean {
    return this.next.kind === 'end'
  }

  take(): Token {
    const token = this.next
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** True where this mark or keyword comes next. Keywords are written in lower case. */
  sees(text: string, distance = 0): boolean {
    const token = this.ahead(distance)
    return (token.kind === 'mark' || token.kind === 'name') && token.text === text
  }

  takes(text: string): boolean {
    if (!this.sees(text)) return false
    this.#at++
    return true
  }

  expect(...texts: readonly string[]): void {
    for (const text of texts) if (!this.takes(text)) throw this.error()
  }

  /** A name, plain or as `['a name']`. */
  name(): string {
    if (this.sees('[') && this.ahead(1).kind === 'literal' && this.sees(']', 2)) {
      this.take()
      const quoted = this.take()
      this.take()
      if (quoted.kind === 'literal' && quoted.type === 'string') return String(quoted.value)
      throw this.error()
    }
    if (this.next.kind !== 'name') throw this.error()
    return this.take().text
  }

  type(): Type {
    const type = typeNamed(this.next.text)
    if (this.next.kind !== 'name' || !type) throw this.error()
    this.take()
    return type
  }

  text(): string {
    const token = this.take()
    if (token.kind !== 'literal' || token.type !== 'string') throw this.error(token)
    return String(token.value)
  }

  /** What `read` gives, one or more, with commas between. */
  list<T>(read: () => T): T[] {
    const items = [read()]
    while (this.takes(',')) items.push(read())
    return items
  }

  /** One level further in. */
  nested<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) throw this.error()
    try {
      return read()
    } finally {
      this.#depth--
    }
  }

  error(token: Token = this.next): KqlError {
    if (token.kind === 'end') return new KqlError('syntax', 'The incomplete fragment is unexpected')
    return syntaxError(this.#query, token.at, token.text)
  }
}
