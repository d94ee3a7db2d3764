import { type Expression, join } from './expression.ts'

/**
 * The condition language: `and`, `or`, `not`, parentheses, and quantifiers over selections
 * (`1 of them`, `all of selection_*`). Precedence: not, and, or.
 */
export type ConditionResult = { expression: Expression } | { offset: number; found: string; allowed: string }

interface Token {
  text: string
  offset: number
}

/** Deep enough for any rule a person writes; a bound, because the parser recurses. */
const MAX_DEPTH = 200

class ConditionError extends Error {
  readonly token: Token
  readonly allowed: string
  constructor(token: Token, allowed: string) {
    super(token.text)
    this.token = token
    this.allowed = allowed
  }
}

/** Parses `source` over the named selections; offsets in a failure count from the start of `source`. */
export function parseCondition(source: string, selections: ReadonlyMap<string, Expression>): ConditionResult {
  const tokens = [...source.matchAll(/[()|]|[^\s()|]+/g)].map((match) => ({ text: match[0], offset: match.index }))
  try {
    return { expression: new Parser(tokens, source.length, selections).parse() }
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    return { offset: error.token.offset, found: error.token.text || 'the end of the condition', allowed: error.allowed }
  }
}

class Parser {
  #at = 0
  readonly #tokens: Token[]
  readonly #end: Token
  readonly #selections: ReadonlyMap<string, Expression>

  constructor(tokens: Token[], length: number, selections: ReadonlyMap<string, Expression>) {
    this.#tokens = tokens
    this.#end = { text: '', offset: length }
    this.#selections = selections
  }

  parse(): Expression {
    const expression = this.#or(0)
    const rest = this.#peek()
    if (rest.text === '|') {
      throw new ConditionError(rest, 'no pipe: aggregations are correlation rules of their own since Sigma 2')
    }
    if (rest !== this.#end) throw new ConditionError(rest, '`and`, `or`, or the end of the condition')
    return expression
  }

  #or(depth: number): Expression {
    const terms = [this.#and(depth)]
    while (this.#takeWord('or')) terms.push(this.#and(depth))
    return join('or', terms)
  }

  #and(depth: number): Expression {
    const terms = [this.#not(depth)]
    while (this.#takeWord('and')) terms.push(this.#not(depth))
    return join('and', terms)
  }

  #not(depth: number): Expression {
    if (depth > MAX_DEPTH) throw new ConditionError(this.#peek(), `at most ${MAX_DEPTH} levels of nesting`)
    if (this.#takeWord('not')) return { kind: 'not', term: this.#not(depth + 1) }
    return this.#primary(depth)
  }

  #primary(depth: number): Expression {
    const token = this.#next()
    if (token.text === '(') {
      const inner = this.#or(depth + 1)
      const close = this.#next()
      if (close.text !== ')') throw new ConditionError(close, 'a closing parenthesis')
      return inner
    }
    if (this.#peek().text.toLowerCase() === 'of') return this.#quantified(token)
    const selection = this.#selections.get(token.text)
    if (selection === undefined) throw new ConditionError(token, `a selection of the rule: ${this.#names().join(', ')}`)
    return selection
  }

  /** `1 of x*`, `any of them`, `all of x*`. Names that start with `_` are meant only when named outright. */
  #quantified(quantifier: Token): Expression {
    const word = quantifier.text.toLowerCase()
    if (word !== '1' && word !== 'any' && word !== 'all') {
      throw new ConditionError(quantifier, '`1 of`, `any of` or `all of`')
    }
    this.#next()
    const target = this.#next()
    const pattern = target.text.toLowerCase() === 'them' ? /^/ : wildcard(target.text)
    const named = this.#names().filter(
      (name) => pattern.test(name) && (!name.startsWith('_') || name === target.text || target.text.startsWith('_')),
    )
    if (named.length === 0) throw new ConditionError(target, `a pattern that names one of: ${this.#names().join(', ')}`)
    return join(
      word === 'all' ? 'and' : 'or',
      named.map((name) => this.#selections.get(name)!),
    )
  }

  #names(): string[] {
    return [...this.#selections.keys()]
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

/** A selection pattern as an expression over names; names are `[A-Za-z0-9_-]+`, so only `*` is special. */
function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[^A-Za-z0-9_*-]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll(/\*+/g, '.*')}$`)
}
