import { compilePattern, type Pattern } from './pattern.ts'

/**
 * The condition language: `and`, `or`, `not`, parentheses, and quantifiers over names (`1 of them`, `all of selection_*`).
 * Precedence: not, and, or. Rules join selections with it, correlations join rules.
 */
export interface ConditionParts<T> {
  /** The names that a condition may use, and what each stands for. */
  named: ReadonlyMap<string, T>
  join(kind: 'and' | 'or', terms: T[]): T
  negate(term: T): T
  /** How much a name stands for; a condition may say it often. */
  weigh(part: T): number
}

export type ConditionResult<T> = { condition: T } | { offset: number; found: string; allowed: string }

interface Token {
  text: string
  offset: number
}

/** Deep enough for any rule a person writes; a bound, because the parser recurses. */
const MAX_DEPTH = 200
/** What a condition may come to, all names put in. */
const MAX_WEIGHT = 10_000
/** How often it may name selections; a person's do a dozen times. */
const MAX_NAMES = 500

class ConditionError extends Error {
  readonly token: Token
  readonly allowed: string
  constructor(token: Token, allowed: string) {
    super(token.text)
    this.token = token
    this.allowed = allowed
  }
}

/** Parses `source`; the offset of a failure counts from the start of `source`. */
export function parseCondition<T>(source: string, parts: ConditionParts<T>): ConditionResult<T> {
  const tokens = [...source.matchAll(/[()|]|[^\s()|]+/g)].map((match) => ({ text: match[0], offset: match.index }))
  try {
    return { condition: new Parser(tokens, source.length, parts).parse() }
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    const { token, allowed } = error
    return { offset: token.offset, found: token.text.slice(0, 80) || 'the end of the condition', allowed }
  }
}

class Parser<T> {
  #at = 0
  #weight = 0
  #said = 0
  readonly #tokens: Token[]
  readonly #end: Token
  readonly #parts: ConditionParts<T>

  constructor(tokens: Token[], length: number, parts: ConditionParts<T>) {
    this.#tokens = tokens
    this.#end = { text: '', offset: length }
    this.#parts = parts
  }

  parse(): T {
    const condition = this.#or(0)
    const rest = this.#peek()
    if (rest.text === '|') {
      throw new ConditionError(rest, 'no pipe: aggregations are correlation rules of their own since Sigma 2')
    }
    if (rest !== this.#end) throw new ConditionError(rest, '`and`, `or`, or the end of the condition')
    return condition
  }

  #or(depth: number): T {
    const terms = [this.#and(depth)]
    while (this.#takeWord('or')) terms.push(this.#and(depth))
    return this.#join('or', terms)
  }

  #and(depth: number): T {
    const terms = [this.#not(depth)]
    while (this.#takeWord('and')) terms.push(this.#not(depth))
    return this.#join('and', terms)
  }

  #not(depth: number): T {
    if (depth > MAX_DEPTH) throw new ConditionError(this.#peek(), `at most ${MAX_DEPTH} levels of nesting`)
    if (this.#takeWord('not')) return this.#parts.negate(this.#not(depth + 1))
    return this.#primary(depth)
  }

  #primary(depth: number): T {
    const token = this.#next()
    if (++this.#said > MAX_NAMES) throw new ConditionError(token, `at most ${MAX_NAMES} selections in a condition`)
    if (token.text === '(') {
      const inner = this.#or(depth + 1)
      const close = this.#next()
      if (close.text !== ')') throw new ConditionError(close, 'a closing parenthesis')
      return inner
    }
    if (this.#peek().text.toLowerCase() === 'of') return this.#quantified(token)
    if (!this.#parts.named.has(token.text)) throw new ConditionError(token, `one of: ${this.#names()}`)
    return this.#named(token.text, token)
  }

  /** `1 of x*`, `any of them`, `all of x*`. Names that start with `_` are meant only when a pattern starts so too. */
  #quantified(quantifier: Token): T {
    const word = quantifier.text.toLowerCase()
    if (word !== '1' && word !== 'any' && word !== 'all') {
      throw new ConditionError(quantifier, '`1 of`, `any of` or `all of`')
    }
    this.#next()
    const target = this.#next()
    const fits = target.text.toLowerCase() === 'them' ? () => true : wildcard(target.text)
    const names = [...this.#parts.named.keys()].filter(
      (name) => fits(name) && (!name.startsWith('_') || target.text.startsWith('_')),
    )
    if (names.length === 0) throw new ConditionError(target, `a pattern that names one of: ${this.#names()}`)
    return this.#join(
      word === 'all' ? 'and' : 'or',
      names.map((name) => this.#named(name, target)),
    )
  }

  #named(name: string, token: Token): T {
    const part = this.#parts.named.get(name)!
    this.#weight += this.#parts.weigh(part)
    if (this.#weight > MAX_WEIGHT) throw new ConditionError(token, `a condition of at most ${MAX_WEIGHT} tests in all`)
    return part
  }

  #join(kind: 'and' | 'or', terms: T[]): T {
    return terms.length === 1 ? terms[0]! : this.#parts.join(kind, terms)
  }

  #names(): string {
    return [...this.#parts.named.keys()].slice(0, 20).join(', ')
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? this.#end
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #takeWord(word: string): boolean {
    if (this.#peek().text.toLowerCase() !== word) return false
    this.#at++
    return true
  }
}

/** Whether names fit a pattern; only `*` is special. */
function wildcard(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*').map((text): Pattern => (text === '' ? [] : [{ kind: 'text', text }]))
  return compilePattern(
    parts.flatMap((part, index) => (index === 0 ? part : [{ kind: 'any' }, ...part])),
    true,
  )
}
