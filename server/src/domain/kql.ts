import ipaddr from 'ipaddr.js'
import { relativeTime } from './date-math.ts'
import type { ErrorCode } from './errors.ts'
import { AppError } from './errors.ts'
import type { EventQuery } from './query.ts'

/**
 * The query language people know from Kibana, as far as one event has one document:
 *
 *     user.name : "ana*" and not source.ip : 10.0.0.0/8
 *     event.action : (Send or "New-InboxRule") or event.severity >= 3
 *     file.name : *            the field has a value
 *     user.* : ana             any of these fields
 *     @timestamp >= now-1d/d   since the beginning of yesterday
 *     password reset           all words occur in the event's sentence
 *
 * `and` binds tighter than `or`; the words `and`, `or`, `not` count in any case. In a value `*` stands for any length, in
 * quotes too (where Kibana means a star, which hardly anybody looks for; `\*` is one). Without quotes a backslash takes any
 * character's meaning away; in quotes everything but `*` is itself, and `\"`, `\\` and `\*` are those characters.
 */

const MAX_LENGTH = 10_000
const MAX_DEPTH = 50

export interface ParseOptions {
  /** What `now` means, milliseconds since the epoch; without it `now` is a word like any other. */
  now?: number
  /** Throws where a condition cannot be searched for; the error then says where it stands. */
  check?(term: EventQuery): void
}

/** @throws AppError QUERY_SYNTAX_INVALID with the position of the problem; QUERY_TOO_LARGE */
export function parseQuery(text: string, options: ParseOptions = {}): EventQuery {
  if (text.length > MAX_LENGTH) throw tooLarge(`It is longer than ${MAX_LENGTH} characters.`)
  return new Parser(text, options).parse()
}

/** A value as written: its pieces in a row, each quoted or not. */
interface Literal {
  start: number
  /** Behind its last character. */
  end: number
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
  readonly #options: ParseOptions
  #at = 0
  #depth = 0

  constructor(text: string, options: ParseOptions) {
    this.#text = text
    this.#options = options
  }

  parse(): EventQuery {
    if (this.#end()) return { kind: 'all' }
    const query = this.#or()
    if (this.#end()) return query
    if (this.#peek(')')) {
      throw this.#problem('`)` closes nothing.', 'Remove it, or add the `(` it belongs to.', '`and`, `or` or the end')
    }
    throw this.#sideBySide('`and`, `or` or the end')
  }

  #sideBySide(allowed: string): AppError {
    const fix = 'Put `and` or `or` between them, or quote the value.'
    return this.#problem('Two conditions stand side by side.', fix, allowed, this.#found())
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
    if (field !== undefined) return this.#value(field)
    return this.#condition()
  }

  #group(inside: () => EventQuery): EventQuery {
    const open = this.#at
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw tooLarge(`Its parentheses nest deeper than ${MAX_DEPTH} levels.`)
    const query = inside()
    if (!this.#take(')')) {
      throw this.#end()
        ? this.#problem('`(` is not closed.', 'Add a `)`.', '`and`, `or` or `)`', { start: open - 1, end: open })
        : this.#sideBySide('`and`, `or` or `)`')
    }
    this.#depth -= 1
    return query
  }

  #condition(): EventQuery {
    const subject = this.#literal(false)
    const operator = this.#operator()
    if (operator === undefined) return this.#checked(wordsQuery(subject), subject)
    const field = this.#fieldName(subject)
    if (operator !== ':') {
      const literal = this.#literal(true)
      return this.#checked({ kind: 'range', field, operator, value: this.#moment(literalText(literal)) }, literal)
    }
    if (this.#peek('{')) {
      throw this.#problem(
        'Conditions on parts of a list (`{ … }`) are not supported.',
        'Write each field with its full path.',
        'a value or `(`',
      )
    }
    if (this.#take('(')) return this.#group(() => this.#or(field))
    return this.#value(field)
  }

  #value(field: string): EventQuery {
    const literal = this.#literal(true)
    return this.#checked(valueQuery(field, literal), literal)
  }

  #moment(value: string): string {
    const ms = this.#options.now === undefined ? undefined : relativeTime(value, this.#options.now)
    return ms === undefined ? value : new Date(ms).toISOString()
  }

  #checked(term: EventQuery, { start, end }: Literal): EventQuery {
    try {
      this.#options.check?.(term)
      return term
    } catch (problem) {
      if (!(problem instanceof AppError) || problem.code !== 'QUERY_SYNTAX_INVALID') throw problem
      throw this.#problem(problem.why, problem.fix, problem.allowed, { start, end })
    }
  }

  #fieldName(literal: Literal): string {
    const { pieces } = literal
    const [piece] = pieces
    if (pieces.length !== 1 || piece === undefined || piece.text === '') {
      throw this.#problem(
        'There are several words where a field belongs.',
        'Put `and` or `or` before the field.',
        'the name of one field',
        literal,
      )
    }
    return piece.pattern ?? piece.text
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
    const literal: Literal = { start: this.#at, end: this.#at, pieces: [] }
    for (;;) {
      const piece = this.#quoted() ?? this.#word(isValue && literal.pieces.length === 0)
      if (piece === undefined) break
      literal.pieces.push(piece)
      literal.end = this.#at
    }
    if (literal.pieces.length > 0) return literal
    const found = this.#found()
    const stands = this.#end() ? 'the query ends' : `\`${this.#text.slice(found.start, found.end)}\` stands`
    throw this.#problem(
      `A ${isValue ? 'value' : 'condition'} is missing: ${stands} where it belongs.`,
      'Add it, or remove what asks for it.',
      isValue ? 'a value, a text in quotes, `*` or `(`' : 'a field, a word, a text in quotes, `not` or `(`',
      found,
    )
  }

  /** What stands here: a word, or one character. */
  #found(): { start: number; end: number } {
    this.#skipSpace()
    const start = this.#at
    return { start, end: start + (matchAt(WORD, this.#text, start)?.length ?? 1) }
  }

  #quoted(): Piece | undefined {
    this.#skipSpace()
    if (this.#text[this.#at] !== '"') return undefined
    const match = matchAt(QUOTED, this.#text, this.#at)
    if (match === undefined) throw this.#problem('A quote is not closed.', 'Add a `"`.', '`"`')
    this.#at += match.length
    const inside = match.slice(1, -1)
    const text = inside.replaceAll(/\\(["\\*])/g, '$1')
    if (!inside.replaceAll(/\\["\\*]/g, '').includes('*')) return { text, quoted: true }
    const pattern = inside.replaceAll(/\\(["\\*])|\\/g, (_, character: string | undefined) =>
      escaped(character ?? '\\'),
    )
    return { text, quoted: true, pattern }
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

  #problem(
    why: string,
    fix: string,
    allowed?: string,
    { start, end }: { start: number; end: number } = { start: this.#at, end: this.#at + 1 },
  ): AppError {
    const place = { position: start + 1, length: Math.max(end - start, 1), ...(allowed !== undefined && { allowed }) }
    return error('QUERY_SYNTAX_INVALID', `At character ${start + 1}: ${why}`, fix, place)
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

function error(
  code: ErrorCode,
  why: string,
  fix: string,
  place: { position?: number; length?: number; allowed?: string } = {},
): AppError {
  return new AppError({ code, what: 'The query cannot be read.', why, fix, ...place })
}
