import { GraphError } from '#services/graph/errors.ts'

import { tokenize } from './tokens.ts'
import type { Token } from './tokens.ts'

/** What a property holds, as far as a filter may use it. */
type FieldType = 'string' | 'boolean' | 'date' | 'number' | 'strings'
export type Fields = Readonly<Record<string, FieldType>>
export type Value = string | boolean | number | null | readonly string[]
/** Gives the value of a property; dates as milliseconds. */
type Read = (field: string) => Value

export interface Filter {
  matches: (read: Read) => boolean
  /** Properties in the order of their first appearance. */
  fields: string[]
  /** Operators used: `eq`, `startswith`, `not` … */
  operators: Set<string>
  /** Every comparison with a value, functions included. Where `operators` has neither `or` nor `not`, all of them hold for what matches. */
  comparisons: readonly Comparison[]
}

export interface Comparison {
  field: string
  operator: string
  value: Value
}

type Test = (read: Read) => boolean

/**
 * Reads an OData `$filter`: comparisons, `in`, `startswith`, `endswith`, `contains`, `any` over lists, `and`, `or`, `not`,
 * parentheses. Strings compare without regard to case, as Graph does. `targets/any(t: t/id eq 'x')` asks for the field
 * `targets/id` of type `strings`.
 *
 * @throws GraphError BadRequest for a syntax error; what `refuse` makes for a property that cannot be filtered, Outlook's
 *   ErrorInvalidUrlQueryFilter unless given.
 */
export function parseFilter(
  text: string,
  fields: Fields,
  refuse: (field: string) => GraphError = notFilterable,
): Filter {
  const tokens = tokenize(text)
  if (typeof tokens === 'number') throw syntaxError(text, tokens)
  const parser = new Parser(text, tokens, fields, refuse)
  const { used, operators, comparisons } = parser
  return { matches: parser.parse(), fields: used, operators, comparisons }
}

const syntaxError = (text: string, at: number) =>
  new GraphError(400, 'BadRequest', `Invalid filter clause: Syntax error at position ${at} in '${text}'.`)

const COMPARE: Record<string, (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
}

const FUNCTIONS: Record<string, (value: string, wanted: string) => boolean> = {
  startswith: (value, wanted) => value.startsWith(wanted),
  endswith: (value, wanted) => value.endsWith(wanted),
  contains: (value, wanted) => value.includes(wanted),
}

const DEEPEST = 50

class Parser {
  readonly used: string[] = []
  readonly operators = new Set<string>()
  readonly comparisons: Comparison[] = []
  readonly #text: string
  readonly #tokens: Token[]
  readonly #fields: Fields
  readonly #refuse: (field: string) => GraphError
  #at = 0
  #depth = 0

  constructor(text: string, tokens: Token[], fields: Fields, refuse: (field: string) => GraphError) {
    this.#text = text
    this.#tokens = tokens
    this.#fields = fields
    this.#refuse = refuse
  }

  parse(): Test {
    const test = this.#or()
    if (this.#at < this.#tokens.length) throw this.#error()
    return test
  }

  #or(): Test {
    const tests = [this.#and()]
    while (this.#takeWord('or')) {
      this.operators.add('or')
      tests.push(this.#and())
    }
    return tests.length === 1 ? tests[0]! : (read) => tests.some((test) => test(read))
  }

  #and(): Test {
    const tests = [this.#unary()]
    while (this.#takeWord('and')) tests.push(this.#unary())
    return tests.length === 1 ? tests[0]! : (read) => tests.every((test) => test(read))
  }

  #unary(): Test {
    if (++this.#depth > DEEPEST) throw this.#error()
    try {
      if (this.#takeWord('not')) {
        this.operators.add('not')
        const test = this.#unary()
        return (read) => !test(read)
      }
      return this.#primary()
    } finally {
      this.#depth--
    }
  }

  #primary(): Test {
    if (this.#takeMark('(')) {
      const test = this.#or()
      this.#expectMark(')')
      return test
    }
    const word = this.#word()
    const lower = word.toLowerCase()
    if (lower in FUNCTIONS && this.#peekMark('(')) return this.#function(lower)
    if (lower.endsWith('/any') && this.#peekMark('(')) return this.#any(word.slice(0, -'/any'.length))
    return this.#comparison(this.#field(word))
  }

  #function(name: string): Test {
    this.operators.add(name)
    this.#expectMark('(')
    const field = this.#field(this.#word())
    if (this.#fields[field] !== 'string') throw this.#refuse(field)
    this.#expectMark(',')
    const wanted = this.#string().toLowerCase()
    this.#expectMark(')')
    const expected = this.#takeWord('eq') ? this.#word().toLowerCase() === 'true' : true
    this.comparisons.push({ field, operator: name, value: wanted })
    const holds = FUNCTIONS[name]!
    return (read) => holds(String(read(field) ?? '').toLowerCase(), wanted) === expected
  }

  /** `proxyAddresses/any(p:p eq 'smtp:a@x')` */
  #any(name: string): Test {
    this.#expectMark('(')
    const variable = this.#word()
    this.#expectMark(':')
    const starts = this.#takeWord('startswith')
    if (starts) this.#expectMark('(')
    const [asked, ...path] = this.#word().split('/')
    if (asked !== variable) throw this.#error()
    const field = this.#field([name, ...path].join('/'))
    if (this.#fields[field] !== 'strings') throw this.#refuse(field)
    if (starts) this.#expectMark(',')
    else if (!this.#takeWord('eq')) throw this.#error()
    const wanted = this.#string().toLowerCase()
    if (starts) this.#expectMark(')')
    this.#expectMark(')')
    this.operators.add(starts ? 'startswith' : 'eq')
    this.comparisons.push({ field, operator: starts ? 'startswith' : 'eq', value: wanted })
    const holds = (value: string) => (starts ? value.startsWith(wanted) : value === wanted)
    return (read) => ((read(field) ?? []) as readonly string[]).some((value) => holds(value.toLowerCase()))
  }

  #comparison(field: string): Test {
    const operator = this.#word().toLowerCase()
    this.operators.add(operator)
    const type = this.#fields[field]!
    if (type === 'strings') throw this.#refuse(field)
    if (operator === 'in') {
      const values = this.#list(type)
      return (read) => values.some((value) => compare(read(field), value) === 0)
    }
    const holds = COMPARE[operator]
    if (!holds) throw this.#error()
    const wanted = this.#literal(type)
    this.comparisons.push({ field, operator, value: wanted })
    return (read) => {
      const value = read(field)
      // A missing value is less than nothing and more than nothing: only eq and ne can speak of it.
      if ((value === null || wanted === null) && operator !== 'eq' && operator !== 'ne') return false
      return holds(compare(value, wanted))
    }
  }

  #list(type: FieldType): Value[] {
    this.#expectMark('(')
    const values = [this.#literal(type)]
    while (this.#takeMark(',')) values.push(this.#literal(type))
    this.#expectMark(')')
    return values
  }

  #literal(type: FieldType): Value {
    const token = this.#tokens[this.#at]
    if (token?.kind === 'string') {
      if (type !== 'string') throw this.#error()
      this.#at++
      return token.value
    }
    const word = this.#word()
    if (word === 'null') return null
    if (type === 'boolean' && (word === 'true' || word === 'false')) return word === 'true'
    if (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(word)) return Number(word)
    if (type === 'date' && /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(word)) {
      const time = Date.parse(/T.*(Z|[+-]\d\d:\d\d)$/.test(word) || !word.includes('T') ? word : `${word}Z`)
      if (!Number.isNaN(time)) return time
    }
    this.#at--
    throw this.#error()
  }

  #field(name: string): string {
    const field = Object.keys(this.#fields).find((known) => known.toLowerCase() === name.toLowerCase())
    if (!field) throw this.#refuse(name)
    if (!this.used.includes(field)) this.used.push(field)
    return field
  }

  #word(): string {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'word') throw this.#error()
    this.#at++
    return token.value
  }

  #string(): string {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'string') throw this.#error()
    this.#at++
    return token.value
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'word' || token.value.toLowerCase() !== word) return false
    this.#at++
    return true
  }

  #peekMark(mark: string): boolean {
    const token = this.#tokens[this.#at]
    return token?.kind === 'mark' && token.value === mark
  }

  #takeMark(mark: string): boolean {
    if (!this.#peekMark(mark)) return false
    this.#at++
    return true
  }

  #expectMark(mark: string): void {
    if (!this.#takeMark(mark)) throw this.#error()
  }

  #error(): GraphError {
    return syntaxError(this.#text, this.#tokens[this.#at]?.at ?? this.#text.length)
  }
}

const notFilterable = () =>
  new GraphError(400, 'ErrorInvalidUrlQueryFilter', 'The query filter contains one or more invalid nodes.')

/** Negative, zero or positive; strings without regard to case. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [a.toLowerCase(), b.toLowerCase()]
    return x < y ? -1 : x > y ? 1 : 0
  }
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return a < b ? -1 : 1
}
