import { badRequest, notImplemented } from '#services/graph/errors.ts'
import type { GraphError } from '#services/graph/errors.ts'

import { compare, valueAt } from './values.ts'
import { literalOf } from './literals.ts'
import type { Comparison } from './filter.ts'
import type { Element, FieldType, Fields, Read, Value } from './values.ts'
import type { Token } from './tokens.ts'

type Test = (read: Read) => boolean

export interface ParserOptions {
  tokens: readonly Token[]
  fields: Fields
  refuse: (field: string) => GraphError
  /** The syntax error at a position; without one, at the end. */
  wrong: (at: number | undefined) => GraphError
}

/** What a comparison compares: a field, or how many elements it has. */
interface Operand {
  field: string
  type: FieldType
  counted: boolean
}

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

/** Strings compare without regard to case, so these change nothing. */
const CASES = new Set(['tolower', 'toupper'])

const DEEPEST = 50

/** A filter read by recursive descent: `or` of `and` of `not` of comparisons, functions, lambdas and parentheses. */
export class Parser {
  readonly used: string[] = []
  readonly operators = new Set<string>()
  readonly comparisons: Comparison[] = []
  readonly #options: ParserOptions
  /** What the variables of the lambdas around here stand for. */
  readonly #variables = new Map<string, string>()
  /** Every field named so far, again and again. */
  readonly #named: string[] = []
  #at = 0
  #depth = 0

  constructor(options: ParserOptions) {
    this.#options = options
  }

  parse(): Test {
    const test = this.#or()
    if (this.#at < this.#options.tokens.length) throw this.#error()
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
      if (!this.#takeWord('not')) return this.#primary()
      this.operators.add('not')
      const test = this.#unary()
      return (read) => !test(read)
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
    const word = this.#peek()
    const lower = word?.kind === 'word' ? word.value.toLowerCase() : ''
    if (this.#peekMark('(', 1)) {
      if (Object.hasOwn(FUNCTIONS, lower)) return this.#function(lower)
      const lambda = /\/(any|all)$/.exec(lower)?.[1] as 'any' | 'all' | undefined
      if (lambda) return this.#lambda(this.#word().slice(0, -'/any'.length), lambda)
    }
    return this.#comparison(this.#operand())
  }

  #function(name: string): Test {
    this.operators.add(name)
    this.#at++
    this.#expectMark('(')
    const { field, type, counted } = this.#operand()
    if (type !== 'string' || counted) throw this.#options.refuse(field)
    this.#expectMark(',')
    const text = this.#string()
    this.#expectMark(')')
    const expected = this.#expectedTruth()
    if (expected) this.comparisons.push({ field, operator: name, value: text })
    const [holds, wanted] = [FUNCTIONS[name]!, text.toLowerCase()]
    return (read) => holds(textOf(read(field)), wanted) === expected
  }

  /** A function stands alone, or is said to be `eq true`, `eq false`, `ne true`, `ne false`. */
  #expectedTruth(): boolean {
    const equal = this.#takeWord('eq')
    if (!equal && !this.#takeWord('ne')) return true
    const word = this.#word().toLowerCase()
    if (word !== 'true' && word !== 'false') throw this.#error(-1)
    return (word === 'true') === equal
  }

  /** `proxyAddresses/any(p:p eq 'smtp:a@x')`, `assignedLicenses/any()`, `licenses/all(l:l/skuId ne …)` */
  #lambda(path: string, kind: 'any' | 'all'): Test {
    this.operators.add(kind)
    this.#expectMark('(')
    const list = this.#fullPath(path)
    if (kind === 'any' && this.#takeMark(')')) {
      const field = this.#known(list)
      return (read) => elementsOf(read(field)).length > 0
    }
    const variable = this.#word()
    if (variable.includes('/') || this.#variables.has(variable)) throw this.#error(-1)
    this.#expectMark(':')
    this.#variables.set(variable, list)
    const [before, told] = [this.#named.length, this.comparisons.length]
    const body = this.#or()
    this.#variables.delete(variable)
    this.#expectMark(')')
    // Of an empty list everything is true: a comparison says nothing of what matches.
    if (kind === 'all') this.comparisons.length = told
    const source = this.#sourceOf(list, this.#named.slice(before))
    const inner = (element: string | Element, read: Read): Read => {
      const depth = source.field.length + 1
      return (field) => {
        if (field === source.field) return element as Value
        if (!field.startsWith(`${source.field}/`) || typeof element === 'string') return read(field)
        return valueAt(element, field.slice(depth), this.#options.fields[field])
      }
    }
    return (read) => {
      const elements = elementsOf(read(source.field))
      const holds = (element: string | Element) => body(inner(element, read))
      return kind === 'any' ? elements.some(holds) : elements.every(holds)
    }
  }

  /** The field that a lambda goes through: the list itself, or the one member of its elements that is asked for. */
  #sourceOf(list: string, inside: readonly string[]): { field: string } {
    const { fields, refuse } = this.#options
    const own = Object.keys(fields).find((known) => known.toLowerCase() === list.toLowerCase())
    if (own && (fields[own] === 'strings' || fields[own] === 'list')) return { field: own }
    if (own) throw refuse(list)
    const members = new Set(inside.filter((field) => field.toLowerCase().startsWith(`${list.toLowerCase()}/`)))
    const [member] = members
    if (member === undefined) throw this.#error()
    if (members.size > 1) throw notImplemented(`a filter by several members of one element of '${list}'`)
    return { field: member }
  }

  #operand(): Operand {
    let wrapped = 0
    while (CASES.has(this.#peek()?.value.toLowerCase() ?? '') && this.#peekMark('(', 1)) {
      this.#at += 2
      wrapped++
    }
    const operand = this.#path()
    if (wrapped > 0 && operand.type !== 'string') throw this.#options.refuse(operand.field)
    for (; wrapped > 0; wrapped--) this.#expectMark(')')
    return operand
  }

  #path(): Operand {
    const word = this.#word()
    const counted = word.toLowerCase().endsWith('/$count')
    const field = this.#known(this.#fullPath(counted ? word.slice(0, -'/$count'.length) : word))
    const type = this.#options.fields[field]!
    const isList = type === 'strings' || type === 'list'
    if (counted) {
      if (!isList) throw this.#options.refuse(field)
      this.operators.add('$count')
      return { field, type: 'number', counted }
    }
    return { field, type: type === 'strings' && this.#isElement(word) ? 'string' : type, counted }
  }

  /** Within a lambda, whether a path means one of the strings that it goes through. */
  #isElement(path: string): boolean {
    const list = this.#variables.get(path.split('/')[0]!)
    return list !== undefined && (!path.includes('/') || !Object.hasOwn(this.#options.fields, list))
  }

  #comparison({ field, type, counted }: Operand): Test {
    const operator = this.#word().toLowerCase()
    const get = (read: Read): Value => (counted ? elementsOf(read(field)).length : read(field))
    this.operators.add(operator)
    if (operator === 'has') return this.#has(field, type)
    if (type === 'strings' || type === 'list') throw this.#options.refuse(field)
    if (operator === 'in') {
      const values = this.#list(type)
      return (read) => values.some((value) => compare(get(read), value) === 0)
    }
    const holds = Object.hasOwn(COMPARE, operator) ? COMPARE[operator] : undefined
    if (!holds) throw this.#error(-1)
    const wanted = this.#literal(type)
    if (!counted) this.comparisons.push({ field, operator, value: wanted })
    return (read) => {
      const value = get(read)
      // A missing value is less than nothing and more than nothing: only eq and ne can speak of it.
      if ((value === null || wanted === null) && operator !== 'eq' && operator !== 'ne') return false
      return holds(compare(value, wanted))
    }
  }

  /** A flag among those set, which stand behind commas. */
  #has(field: string, type: FieldType): Test {
    if (type !== 'string' && type !== 'strings') throw this.#options.refuse(field)
    const wanted = textOf(this.#literal('string'))
    return (read) => {
      const value = read(field)
      const flags = typeof value === 'string' ? value.split(',') : elementsOf(value)
      return flags.some((flag) => typeof flag === 'string' && flag.trim().toLowerCase() === wanted)
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
    const token = this.#peek()
    if (!token || token.kind === 'mark') throw this.#error()
    this.#at++
    // An enumeration's member may be written with its type: `microsoft.graph.importance'high'`.
    const next = this.#peek()
    if (type === 'string' && token.kind === 'word' && token.value.includes('.') && next?.kind === 'string') {
      this.#at++
      return next.value
    }
    const value = literalOf(token, type)
    if (value !== undefined) return value
    if (token.kind === 'string')
      throw badRequest(
        `Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '${EDM[type]}' and 'Edm.String'.`,
      )
    throw this.#error(-1)
  }

  /** A path as the fields spell it: variables of lambdas stand for their lists. */
  #fullPath(path: string): string {
    const [first = '', ...rest] = path.split('/')
    return [this.#variables.get(first) ?? first, ...rest].join('/')
  }

  #known(name: string): string {
    const field = Object.keys(this.#options.fields).find((known) => known.toLowerCase() === name.toLowerCase())
    if (!field) throw this.#options.refuse(name)
    if (!this.used.includes(field)) this.used.push(field)
    this.#named.push(field)
    return field
  }

  #peek(): Token | undefined {
    return this.#options.tokens[this.#at]
  }

  #word(): string {
    const token = this.#peek()
    if (token?.kind !== 'word') throw this.#error()
    this.#at++
    return token.value
  }

  #string(): string {
    const token = this.#peek()
    if (token?.kind !== 'string') throw this.#error()
    this.#at++
    return token.value
  }

  #takeWord(word: string): boolean {
    const token = this.#peek()
    if (token?.kind !== 'word' || token.value.toLowerCase() !== word) return false
    this.#at++
    return true
  }

  #peekMark(mark: string, ahead = 0): boolean {
    const token = this.#options.tokens[this.#at + ahead]
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

  #error(ahead = 0): GraphError {
    return this.#options.wrong(this.#options.tokens[this.#at + ahead]?.at)
  }
}

const EDM: Record<FieldType, string> = {
  string: 'Edm.String',
  guid: 'Edm.Guid',
  boolean: 'Edm.Boolean',
  date: 'Edm.DateTimeOffset',
  number: 'Edm.Int32',
  strings: 'Collection(Edm.String)',
  list: 'Collection',
}

const textOf = (value: Value) => (typeof value === 'string' ? value.toLowerCase() : '')

const elementsOf = (value: Value): readonly (string | Element)[] => (Array.isArray(value) ? value : [])
