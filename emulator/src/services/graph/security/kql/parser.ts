import { Expressions } from './expressions.ts'
import { KqlError, notBuilt } from './errors.ts'
import { Reader } from './reader.ts'
import type { Binding, JoinKind, Named, Node, Operator, ParsePart, Pipeline } from './syntax.ts'
import type { Query, Search, Sorting, Source, Statement, Union } from './syntax.ts'
import type { Type } from './values.ts'

/** Reads a query. @throws KqlError where it is none, or uses an operator that is not built here. */
export const parse = (text: string): Query => new Parser(new Reader(text)).query()

const JOINS: Record<string, JoinKind> = {
  innerunique: 'innerunique',
  inner: 'inner',
  leftouter: 'leftouter',
  rightouter: 'rightouter',
  fullouter: 'fullouter',
  leftanti: 'leftanti',
  anti: 'leftanti',
  leftantisemi: 'leftanti',
  rightanti: 'rightanti',
  rightantisemi: 'rightanti',
  leftsemi: 'leftsemi',
  rightsemi: 'rightsemi',
}

/** Operators and sources of the language that are missing here. */
const NOT_BUILT = new Set(
  [
    'evaluate',
    'make-series',
    'externaldata',
    'mv-apply',
    'parse-where',
    'parse-kv',
    'partition',
    'scan',
    'reduce',
  ].concat(
    ['fork', 'facet', 'find', 'invoke', 'sample', 'sample-distinct', 'top-nested', 'top-hitters', 'graph-match'],
    ['make-graph', 'assert-schema', 'consume', 'project-smart', 'externaldata', 'cluster', 'workspace', 'adx', 'arg'],
  ),
)

class Parser {
  readonly #reader: Reader
  readonly #expressions: Expressions

  constructor(reader: Reader) {
    this.#reader = reader
    this.#expressions = new Expressions(reader, (first) => this.#operators(this.#sourceOf(first)))
  }

  query(): Query {
    const statements = this.#statements()
    const pipeline = this.#asPipeline(this.#body())
    this.#reader.takes(';')
    if (!this.#reader.ended) throw this.#reader.error()
    return { statements, pipeline }
  }

  #statements(): Statement[] {
    const statements: Statement[] = []
    while (this.#reader.takes('let')) {
      const name = this.#reader.name()
      this.#reader.expect('=')
      statements.push({ name, binding: this.#binding() })
      this.#reader.expect(';')
    }
    return statements
  }

  #binding(): Binding {
    const reader = this.#reader
    if (!this.#seesFunction()) return { kind: 'value', node: this.#body() }
    return reader.nested(() => {
      reader.expect('(')
      const parameters = reader.sees(')') ? [] : reader.list(() => this.#parameter())
      reader.expect(')', '{')
      const statements = this.#statements()
      const body = this.#body()
      reader.takes(';')
      reader.expect('}')
      return { kind: 'function', parameters, statements, body }
    })
  }

  #seesFunction(): boolean {
    const reader = this.#reader
    if (!reader.sees('(')) return false
    if (reader.sees(')', 1)) return reader.sees('{', 2)
    return reader.ahead(1).kind === 'name' && reader.sees(':', 2)
  }

  #parameter(): { name: string; type: Type; usual: Node | undefined } {
    const name = this.#reader.name()
    this.#reader.expect(':')
    if (this.#reader.sees('(')) throw notBuilt('KQL functions with a table as parameter')
    const type = this.#reader.type()
    return { name, type, usual: this.#reader.takes('=') ? this.#expressions.read() : undefined }
  }

  /** A scalar, or a query. */
  #body(): Node {
    const reader = this.#reader
    const source = this.#keywordSource()
    if (source) return { kind: 'pipeline', pipeline: this.#operators(source) }
    if (reader.next.kind === 'name' && NOT_BUILT.has(reader.next.text) && reader.sees('(', 1))
      throw notBuilt(`KQL's ${reader.next.text}`)
    return this.#expressions.argument()
  }

  #asPipeline(node: Node): Pipeline {
    const source = this.#sourceOf(node)
    return source.kind === 'pipeline' ? source.pipeline : { source, operators: [] }
  }

  #sourceOf(node: Node): Source {
    switch (node.kind) {
      case 'name':
        return { kind: 'table', name: node.name }
      case 'call':
        return { kind: 'call', name: node.name, args: node.args }
      case 'pipeline':
        return node
      default:
        throw this.#reader.error()
    }
  }

  /** A source that a keyword begins. */
  #keywordSource(): Source | undefined {
    const reader = this.#reader
    if (reader.sees('=', 1)) return undefined
    if (reader.takes('datatable')) return this.#datatable()
    if (reader.takes('print')) return { kind: 'print', columns: this.#namedList() }
    if (reader.takes('union')) return { kind: 'union', union: this.#union() }
    if (reader.sees('search') && !reader.sees('(', 1)) {
      reader.take()
      return { kind: 'search', search: this.#search() }
    }
    if (!reader.sees('range') || reader.sees('(', 1)) return undefined
    reader.take()
    const name = reader.name()
    const [from, to, step] = ['from', 'to', 'step'].map((word) => {
      reader.expect(word)
      return this.#expressions.read()
    }) as [Node, Node, Node]
    return { kind: 'range', name, from, to, step }
  }

  #datatable(): Source {
    const reader = this.#reader
    reader.expect('(')
    const columns = reader.list(() => {
      const name = reader.name()
      reader.expect(':')
      return { name, type: reader.type() }
    })
    reader.expect(')', '[')
    const values: Node[] = []
    while (!reader.sees(']')) {
      values.push(this.#expressions.read())
      if (!reader.takes(',')) break
    }
    reader.expect(']')
    return { kind: 'datatable', columns, values }
  }

  /** A source in parentheses, or one that is named. */
  #inner(): Source {
    return this.#reader.nested(() => {
      if (!this.#reader.takes('(')) return this.#keywordSource() ?? this.#tableNamed()
      const node = this.#body()
      this.#reader.expect(')')
      return this.#sourceOf(node)
    })
  }

  /** A table, or several by `Email*`. */
  #tableNamed(): Source {
    const reader = this.#reader
    if (reader.takes('*')) return { kind: 'table', name: '*' }
    const name = reader.name()
    if (reader.sees('(')) {
      reader.take()
      const args = reader.sees(')') ? [] : reader.list(() => this.#expressions.argument())
      reader.expect(')')
      return { kind: 'call', name, args }
    }
    return { kind: 'table', name: reader.takes('*') ? `${name}*` : name }
  }

  #operators(source: Source): Pipeline {
    const operators: Operator[] = []
    while (this.#reader.takes('|')) operators.push(this.#reader.nested(() => this.#operator()))
    return { source, operators }
  }

  #operator(): Operator {
    const reader = this.#reader
    const token = reader.take()
    switch (token.kind === 'name' ? token.text : '') {
      case 'where':
      case 'filter':
        return { kind: 'where', condition: this.#expressions.read() }
      case 'project':
      case 'extend':
        return { kind: token.text as 'project' | 'extend', columns: this.#namedList() }
      case 'distinct':
        return { kind: 'distinct', columns: this.#namedList() }
      case 'project-away':
      case 'project-keep':
      case 'project-reorder':
        return { kind: token.text as 'project-away', patterns: reader.list(() => this.#columnPattern()) }
      case 'project-rename':
        return { kind: 'project-rename', renames: reader.list(() => this.#rename()) }
      case 'summarize':
        return this.#summarize()
      case 'top': {
        const count = this.#expressions.read()
        reader.expect('by')
        return { kind: 'top', count, by: reader.list(() => this.#sorting()) }
      }
      case 'take':
      case 'limit':
        return { kind: 'take', count: this.#expressions.read() }
      case 'sort':
      case 'order':
        reader.expect('by')
        return { kind: 'sort', by: reader.list(() => this.#sorting()) }
      case 'count':
      case 'getschema':
        return { kind: token.text as 'count' }
      case 'join':
      case 'lookup':
        return this.#join(token.text === 'lookup')
      case 'union':
        return { kind: 'union', union: this.#union() }
      case 'mv-expand':
      case 'mvexpand':
        return this.#expand()
      case 'parse':
        return this.#parse()
      case 'search':
        return { kind: 'search', search: this.#search() }
      case 'render':
      case 'serialize':
      case 'as':
        while (!reader.ended && !reader.sees('|') && !reader.sees(';') && !reader.sees(')')) reader.take()
        return { kind: 'ignored' }
    }
    if (NOT_BUILT.has(token.text)) throw notBuilt(`KQL's operator ${token.text}`)
    if (token.kind === 'end') throw reader.error(token)
    throw new KqlError('syntax', 'Query operator expected.')
  }

  #namedList(): Named[] {
    return this.#reader.list(() => this.#expressions.named())
  }

  /** A name with `*` for anything: `Sender*`, `*Id`, and `*1` for what a join renamed. */
  #columnPattern(): string {
    const reader = this.#reader
    let pattern = reader.takes('*') ? '*' : reader.name()
    for (;;) {
      if (reader.takes('*')) pattern += '*'
      else if (pattern.endsWith('*') && /^(?!(asc|desc)$)\w+$/.test(reader.next.text)) pattern += reader.take().text
      else break
    }
    if (!reader.takes('asc')) reader.takes('desc')
    return pattern
  }

  #rename(): { to: string; from: string } {
    const to = this.#reader.name()
    this.#reader.expect('=')
    return { to, from: this.#reader.name() }
  }

  #summarize(): Operator {
    const reader = this.#reader
    this.#parameters()
    const aggregates = reader.sees('by') ? [] : this.#namedList()
    const by = reader.takes('by') ? this.#namedList() : []
    return { kind: 'summarize', aggregates, by }
  }

  #sorting(): Sorting {
    const reader = this.#reader
    const node = this.#expressions.read()
    const ascending = reader.takes('asc')
    if (!ascending) reader.takes('desc')
    if (!reader.takes('nulls')) return { node, descending: !ascending, nullsFirst: ascending }
    const nullsFirst = reader.takes('first')
    if (!nullsFirst) reader.expect('last')
    return { node, descending: !ascending, nullsFirst }
  }

  /** `kind=inner`, `hint.strategy=shuffle`, … before what an operator works on. */
  #parameters(): Map<string, string> {
    const reader = this.#reader
    const parameters = new Map<string, string>()
    while (reader.next.kind === 'name' && (reader.sees('=', 1) || (reader.sees('.', 1) && reader.sees('=', 3)))) {
      if (!PARAMETERS.has(reader.next.text)) break
      let name = reader.name()
      while (reader.takes('.')) name += `.${reader.name()}`
      reader.expect('=')
      parameters.set(name, reader.take().text)
    }
    return parameters
  }

  #join(lookup: boolean): Operator {
    const reader = this.#reader
    const kind = this.#parameters().get('kind') ?? (lookup ? 'leftouter' : 'innerunique')
    const join = Object.hasOwn(JOINS, kind) ? JOINS[kind] : undefined
    if (!join) throw reader.error()
    const right = this.#inner()
    reader.expect('on')
    const on = reader.list(() => this.#key())
    while (reader.takes('and') || reader.takes(',')) on.push(this.#key())
    return { kind: 'join', join, lookup, right, on }
  }

  #key(): { left: string; right: string } {
    const reader = this.#reader
    if (!reader.sees('$left') && !reader.sees('$right')) {
      const name = reader.name()
      return { left: name, right: name }
    }
    const sides = new Map<string, string>()
    for (let i = 0; i < 2; i++) {
      const side = reader.name()
      reader.expect('.')
      sides.set(side, reader.name())
      if (i === 0) reader.expect('==')
    }
    const [left, right] = [sides.get('$left'), sides.get('$right')]
    if (left === undefined || right === undefined) throw reader.error()
    return { left, right }
  }

  #union(): Union {
    const parameters = this.#parameters()
    const sources = this.#reader.list(() => this.#inner())
    return {
      sources,
      outer: parameters.get('kind') !== 'inner',
      fuzzy: parameters.get('isfuzzy') === 'true',
      withSource: parameters.get('withsource') ?? parameters.get('with_source'),
    }
  }

  #search(): Search {
    const reader = this.#reader
    this.#parameters()
    if (!reader.takes('in')) return { tables: undefined, condition: this.#expressions.read() }
    reader.expect('(')
    const tables = reader.list(() => this.#columnPattern())
    reader.expect(')')
    return { tables, condition: this.#expressions.read() }
  }

  #expand(): Operator {
    const reader = this.#reader
    const parameters = this.#parameters()
    if (parameters.has('with_itemindex')) throw notBuilt(`mv-expand's with_itemindex`)
    const columns = reader.list(() => {
      const named = this.#expressions.named()
      if (!reader.takes('to')) return { ...named, type: undefined }
      reader.expect('typeof', '(')
      const type = reader.type()
      reader.expect(')')
      return { ...named, type }
    })
    return { kind: 'mv-expand', columns, limit: reader.takes('limit') ? this.#expressions.read() : undefined }
  }

  #parse(): Operator {
    const reader = this.#reader
    const kind = this.#parameters().get('kind') ?? 'simple'
    if (kind !== 'simple') throw notBuilt(`parse kind=${kind}`)
    const column = this.#expressions.read()
    reader.expect('with')
    const parts: ParsePart[] = []
    while (!reader.ended && !reader.sees('|') && !reader.sees(')') && !reader.sees(';')) parts.push(this.#parsePart())
    if (parts.length === 0) throw reader.error()
    return { kind: 'parse', column, parts }
  }

  #parsePart(): ParsePart {
    const reader = this.#reader
    if (reader.takes('*')) return { kind: 'any' }
    if (reader.next.kind === 'literal') return { kind: 'text', text: reader.text() }
    const name = reader.name()
    return { kind: 'column', name, type: reader.takes(':') ? reader.type() : 'string' }
  }
}

const PARAMETERS = new Set([
  'kind',
  'hint',
  'withsource',
  'with_source',
  'isfuzzy',
  'bagexpansion',
  'with_itemindex',
  'flags',
])
