import type { Named, Node, Pipeline } from './syntax.ts'
import type { Reader } from './reader.ts'

/** Reads scalar expressions. Weakest first: `or`, `and`, comparison, sum, product, sign, path. */
export class Expressions {
  readonly #reader: Reader
  readonly #operators: (first: Node) => Pipeline

  /** `operators` reads what follows a `|`: lists and arguments may be whole queries. */
  constructor(reader: Reader, operators: (first: Node) => Pipeline) {
    this.#reader = reader
    this.#operators = operators
  }

  read(): Node {
    return this.#reader.nested(() => this.#chain(['or'], () => this.#chain(['and'], () => this.#comparison())))
  }

  /** An expression, or a whole query where a `|` follows. */
  argument(): Node {
    if (this.#reader.takes('*')) return { kind: 'star' }
    const node = this.read()
    return this.#reader.sees('|') ? { kind: 'pipeline', pipeline: this.#operators(node) } : node
  }

  /** `Name = expression`, `(A, B) = expression` or an expression alone, as operators list their columns. */
  named(): Named {
    return this.#named(() => (this.#reader.takes('*') ? { kind: 'star' } : this.read()))
  }

  #named(read: () => Node): Named {
    const reader = this.#reader
    if (reader.next.kind === 'name' && reader.sees('=', 1)) {
      const name = reader.name()
      reader.expect('=')
      return { names: [name], node: read() }
    }
    if (reader.sees('[') && reader.sees(']', 2) && reader.sees('=', 3)) {
      const name = reader.name()
      reader.expect('=')
      return { names: [name], node: read() }
    }
    if (this.#namesSeveral()) {
      reader.expect('(')
      const names = reader.list(() => reader.name())
      reader.expect(')', '=')
      return { names, node: read() }
    }
    return { names: [], node: read() }
  }

  #namesSeveral(): boolean {
    const reader = this.#reader
    if (!reader.sees('(')) return false
    let distance = 1
    while (reader.ahead(distance).kind === 'name' && reader.sees(',', distance + 1)) distance += 2
    return reader.ahead(distance).kind === 'name' && reader.sees(')', distance + 1) && reader.sees('=', distance + 2)
  }

  #chain(operators: readonly string[], read: () => Node): Node {
    let left = read()
    for (;;) {
      const operator = operators.find((each) => this.#reader.takes(each))
      if (operator === undefined) return left
      left = { kind: 'binary', operator, left, right: read() }
    }
  }

  #comparison(): Node {
    const reader = this.#reader
    const left = this.#sum()
    const operator = reader.next.text
    if (reader.next.kind === 'literal') return left
    if (AMONG.has(operator)) {
      reader.take()
      return { kind: 'among', operator, left, list: this.#values() }
    }
    if (operator === 'between' || operator === '!between') {
      reader.take()
      reader.expect('(')
      const low = this.#sum()
      reader.expect('..')
      const high = this.#sum()
      reader.expect(')')
      return { kind: 'among', operator, left, list: [low, high] }
    }
    if (operator === 'matches') {
      reader.expect('matches', 'regex')
      return { kind: 'binary', operator: 'matches regex', left, right: this.#sum() }
    }
    if (!COMPARISONS.has(operator)) return left
    reader.take()
    return { kind: 'binary', operator: operator === '<>' ? '!=' : operator, left, right: this.#sum() }
  }

  #values(): Node[] {
    this.#reader.expect('(')
    const list = this.#reader.list(() => this.argument())
    this.#reader.expect(')')
    return list
  }

  #sum(): Node {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#signed()))
  }

  #signed(): Node {
    if (this.#reader.takes('-')) return this.#reader.nested(() => ({ kind: 'negative', of: this.#signed() }))
    if (this.#reader.takes('+')) return this.#reader.nested(() => this.#signed())
    return this.#path()
  }

  #path(): Node {
    const reader = this.#reader
    let node = this.#primary()
    for (;;) {
      if (reader.takes('.')) node = { kind: 'member', target: node, name: reader.name() }
      else if (reader.sees('[')) {
        reader.take()
        node = { kind: 'index', target: node, index: this.read() }
        reader.expect(']')
      } else return node
    }
  }

  #primary(): Node {
    const reader = this.#reader
    const token = reader.next
    if (token.kind === 'literal') {
      reader.take()
      return { kind: 'literal', type: token.type, value: token.value }
    }
    if (reader.takes('(')) {
      const node = this.argument()
      reader.expect(')')
      return node
    }
    if (reader.sees('[')) return { kind: 'name', name: reader.name() }
    if (token.kind !== 'name' || RESERVED.has(token.text)) throw reader.error()
    const name = reader.name()
    if (name === 'typeof' && reader.takes('(')) {
      const type = reader.type()
      reader.expect(')')
      return { kind: 'literal', type: 'string', value: type }
    }
    if (!reader.takes('(')) return { kind: 'name', name }
    if (reader.takes(')')) return { kind: 'call', name, args: [] }
    const args = reader.list(() => this.#named(() => this.argument()).node)
    reader.expect(')')
    return { kind: 'call', name, args }
  }
}

const AMONG = new Set(['in', 'in~', '!in', '!in~', 'has_any', 'has_all'])

/** Comparisons of one value with one. */
const COMPARISONS = new Set(
  ['==', '!=', '<>', '=~', '!~', '<', '>', '<=', '>='].concat(
    ['has', 'hasprefix', 'hassuffix', 'contains', 'startswith', 'endswith'].flatMap((word) => [
      word,
      `!${word}`,
      `${word}_cs`,
      `!${word}_cs`,
    ]),
  ),
)

/** Words that no expression begins with. */
const RESERVED = new Set(['by', 'and', 'or', 'on', 'in', 'between', 'matches', 'asc', 'desc', 'contains', 'has'])
