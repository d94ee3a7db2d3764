import ipaddr from 'ipaddr.js'
import type { ErrorCode } from './errors.ts'
import { AppError } from './errors.ts'
import type { EventQuery } from './query.ts'

/**
 * The query language people know from Kibana, as far as one event has one document:
 *
 *     user.name : ana* and not source.ip : 10.0.0.0/8
 *     event.action : (Send or "New-InboxRule") or event.severity >= 3
 *     file.name : *            the field has a value
 *     password reset           all words occur in the event's sentence
 *
 * `and` binds tighter than `or`; the words `and`, `or`, `not` count in any case. In an unquoted value `*` stands for any
 * length and a backslash takes a character's meaning away; in quotes everything is itself, but for `\"` and `\\`.
 */

const MAX_LENGTH = 10_000
const MAX_DEPTH = 50

/** @throws AppError QUERY_SYNTAX_INVALID with the position of the problem; QUERY_TOO_LARGE */
export function parseQuery(text: string): EventQuery {
  if (text.length > MAX_LENGTH) throw tooLarge(`It is longer than ${MAX_LENGTH} characters.`)
  return new Parser(text).parse()
}

/** A value as written: its pieces in a row, each quoted or not. */
interface Literal {
  start: number
  pieces: Piece[]
}

/** `text` is without quotes and escapes; `pattern` the same as a wildcard value, when it has an unescaped star. */
interface Piece {
  text: string
  quoted: boolean
  pattern?: string
}

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): EventQuery {
    if (this.#end()) return { kind: 'all' }
    const query = this.#or()
    if (this.#end()) return query
    if (this.#peek(')')) throw this.#problem('`)` closes nothing.', 'Remove it, or add the `(` it belongs to.')
    throw this.#problem('Two conditions stand side by side.', 'Put `and` or `or` between them, or quote the value.')
  }

  /** `field` is set inside `field : ( … )`, where the terms are values. */
  #or(field?: string): EventQuery {
    const terms = [this.#and(field)]
    while (this.#keyword('or')) terms.push(this.#and(field))
    return joined('or', terms)
  }

  #and(field?: string): EventQuery {
    const terms = [this.#not(field)]
    while (this.#keyword('and')) terms.push(this.#not(field))
    return joined('and', terms)
  }

  #not(field?: string): EventQuery {
    let negated = false
    while (this.#keyword('not')) negated = !negated
    const term = this.#primary(field)
    return negated ? { kind: 'not', term } : term
  }

  #primary(field?: string): EventQuery {
    if (this.#take('(')) return this.#group(() => this.#or(field))
    if (field !== undefined) return valueQuery(field, this.#literal(true))
    return this.#condition()
  }

  #group(inside: () => EventQuery): EventQuery {
    const open = this.#at
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw tooLarge(`Its parentheses nest deeper than ${MAX_DEPTH} levels.`)
    const query = inside()
    if (!this.#take(')')) {
      throw this.#end()
        ? this.#problem('`(` is not closed.', 'Add a `)`.', open - 1)
        : this.#problem('Two conditions stand side by side.', 'Put `and` or `or` between them, or quote the value.')
    }
    this.#depth -= 1
    return query
  }

  #condition(): EventQuery {
    const subject = this.#literal(false)
    const operator = this.#operator()
    if (operator === undefined) return wordsQuery(subject)
    const field = this.#fieldName(subject)
    if (operator !== ':') return { kind: 'range', field, operator, value: literalText(this.#literal(true)) }
    if (this.#peek('{')) {
      throw this.#problem(
        'Conditions on parts of a list (`{ … }`) are not supported.',
        'Write each field with its full path.',
      )
    }
    if (this.#take('(')) return this.#group(() => this.#or(field))
    return valueQuery(field, this.#literal(true))
  }

  #fieldName({ start, pieces }: Literal): string {
    const [piece] = pieces
    if (pieces.length !== 1 || piece === undefined || piece.text === '') {
      throw this.#problem(
        'There are several words where a field belongs.',
        'Put `and` or `or` before the field.',
        start,
      )
    }
    if (piece.pattern !== undefined) {
      throw this.#problem(
        'A field name with `*` is not supported.',
        'Name the fields one by one, with `or` between.',
        start,
      )
    }
    return piece.text
  }

  #operator(): ':' | 'gt' | 'gte' | 'lt' | 'lte' | undefined {
    if (this.#take(':')) return ':'
    if (this.#take('>=')) return 'gte'
    if (this.#take('<=')) return 'lte'
    if (this.#take('>')) return 'gt'
    return this.#take('<') ? 'lt' : undefined
  }

  /**
   * Words and quoted texts up to a keyword, an operator or a parenthesis. The first word of a value (`isValue`) may hold
   * `:`, `<` and `>`, as times, IPv6 addresses and message ids do.
   */
  #literal(isValue: boolean): Literal {
    this.#skipSpace()
    const literal: Literal = { start: this.#at, pieces: [] }
    for (;;) {
      const piece = this.#quoted() ?? this.#word(isValue && literal.pieces.length === 0)
      if (piece === undefined) break
      literal.pieces.push(piece)
    }
    if (literal.pieces.length > 0) return literal
    const found = this.#end() ? 'the query ends' : `\`${this.#text[this.#at]}\` stands`
    throw this.#problem(
      `A ${isValue ? 'value' : 'condition'} is missing: ${found} where it belongs.`,
      'Add it, or remove what asks for it.',
    )
  }

  #quoted(): Piece | undefined {
    this.#skipSpace()
    if (this.#text[this.#at] !== '"') return undefined
    const match = matchAt(QUOTED, this.#text, this.#at)
    if (match === undefined) throw this.#problem('A quote is not closed.', 'Add a `"`.')
    this.#at += match.length
    return { text: match.slice(1, -1).replaceAll(/\\(["\\])/g, '$1'), quoted: true }
  }

  #word(isValue: boolean): Piece | undefined {
    this.#skipSpace()
    const word = matchAt(isValue ? VALUE_WORD : WORD, this.#text, this.#at)
    if (word === undefined || /^(?:and|or|not)$/i.test(word)) return undefined
    this.#at += word.length
    const text = word.replaceAll(/\\(.)/gs, '$1')
    if (!word.replaceAll(/\\./gs, '').includes('*')) return { text, quoted: false }
    return { text, quoted: false, pattern: word.replaceAll(/\\(.)/gs, (_, character: string) => escaped(character)) }
  }

  #keyword(keyword: string): boolean {
    this.#skipSpace()
    const word = matchAt(WORD, this.#text, this.#at)
    if (word?.toLowerCase() !== keyword) return false
    this.#at += word.length
    return true
  }

  #take(symbol: string): boolean {
    if (!this.#peek(symbol)) return false
    this.#at += symbol.length
    return true
  }

  #peek(symbol: string): boolean {
    this.#skipSpace()
    return this.#text.startsWith(symbol, this.#at)
  }

  #end(): boolean {
    this.#skipSpace()
    return this.#at >= this.#text.length
  }

  #skipSpace(): void {
    this.#at += matchAt(/\s*/y, this.#text, this.#at)?.length ?? 0
  }

  #problem(why: string, fix: string, at = this.#at): AppError {
    return error('QUERY_SYNTAX_INVALID', `At character ${at + 1}: ${why}`, fix, at + 1)
  }
}

const QUOTED = /"(?:[^"\\]|\\.)*"/sy
const WORD = /(?:[^\s()":<>{}\\]|\\.)+/sy
const VALUE_WORD = /(?:[^\s()"{}\\]|\\.)+/sy

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function valueQuery(field: string, literal: Literal): EventQuery {
  const [only] = literal.pieces
  if (literal.pieces.length === 1 && only?.pattern === '*') return { kind: 'exists', field }
  if (field === 'message') return wordsQuery(literal)
  const value = literalText(literal)
  if (ipaddr.isValidCIDR(value)) return { kind: 'cidr', field, block: value }
  const wildcard = literal.pieces.some((piece) => piece.pattern !== undefined)
  return { kind: 'match', field, value: wildcard ? literalPattern(literal) : value, wildcard }
}

/** Words of the sentence: plain ones together, a quoted phrase also as it stands, one with a star as a part of the sentence. */
function wordsQuery({ pieces }: Literal): EventQuery {
  const plain = pieces.filter((piece) => piece.pattern === undefined)
  const parts = pieces.filter((piece) => piece.pattern !== undefined || (piece.quoted && /\s/.test(piece.text.trim())))
  const terms: EventQuery[] = []
  if (plain.length > 0) terms.push({ kind: 'text', text: plain.map((piece) => piece.text).join(' ') })
  for (const part of parts) {
    const pattern = `*${part.pattern ?? escaped(part.text)}*`.replaceAll(/(?<!\\)\*{2,}/g, '*')
    terms.push(pattern === '*' ? { kind: 'all' } : { kind: 'match', field: 'message', value: pattern, wildcard: true })
  }
  return joined('and', terms)
}

function literalText({ pieces }: Literal): string {
  return pieces.map((piece) => piece.text).join(' ')
}

function literalPattern({ pieces }: Literal): string {
  return pieces.map((piece) => piece.pattern ?? escaped(piece.text)).join(' ')
}

/** A text as a wildcard value that means just itself. */
function escaped(text: string): string {
  return text.replaceAll(/[*\\]/g, String.raw`\$&`)
}

function joined(kind: 'and' | 'or', terms: EventQuery[]): EventQuery {
  const [first] = terms
  return terms.length === 1 && first !== undefined ? first : { kind, terms }
}

function tooLarge(why: string): AppError {
  return error('QUERY_TOO_LARGE', why, 'Split it into several searches.')
}

function error(code: ErrorCode, why: string, fix: string, position?: number): AppError {
  return new AppError({
    code,
    what: 'The query cannot be read.',
    why,
    fix,
    ...(position === undefined ? {} : { position }),
  })
}
