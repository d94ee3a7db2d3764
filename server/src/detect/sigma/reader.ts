import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Scalar, visit, type YAMLMap } from 'yaml'

import type { Place, ProblemList } from './problem.ts'
import type { YamlText } from './yaml-text.ts'

/** A scalar of a rule; `source` is the text as written, so that `007` stays `007`. */
export interface RuleValue {
  value: string | number | boolean | null
  source: string
}

/** One `key: value` of a map. */
export interface Entry {
  key: string
  value: Node | undefined
  /** Where the key stands. */
  offset: number | undefined
}

/** Aliases (`*name`) repeat what they stand for; this many repetitions are read. */
const MAX_ALIASES = 1_000

/** Reads one document: what is there, where it stands, and what is wrong with it. */
export class Reader {
  readonly problems: ProblemList
  readonly #text: YamlText
  #anchors: Map<Alias, Node> | undefined
  #aliases = 0

  constructor(text: YamlText) {
    this.#text = text
    this.problems = text.problems
  }

  get yaml(): string {
    return this.#text.text
  }

  get line(): number {
    return this.#text.line
  }

  get root(): Node | undefined {
    return this.#text.document.contents ?? undefined
  }

  /** The entries of a map, keys that repeat refused; undefined where there is no map. */
  entries(node: Node | undefined): Entry[] | undefined {
    const map = this.resolve(node)
    if (!isMap(map)) return undefined
    const seen = new Set<string>()
    return map.items.map(({ key, value }) => {
      const name = isScalar(key) && key.value !== null ? String(key.source ?? key.value) : undefined
      const offset = isNode(key) ? key.range?.[0] : undefined
      if (name === undefined) this.problems.add(offset, 'a key that is no text', 'the name of a field or a selection')
      else if (seen.has(name)) this.problems.add(offset, `\`${name}\` twice`, 'each key once')
      if (name !== undefined) seen.add(name)
      return { key: name ?? '', value: isNode(value) ? value : undefined, offset }
    })
  }

  /** The value at a path of keys. */
  at(node: Node | undefined, ...keys: string[]): Node | undefined {
    let found = this.resolve(node)
    for (const key of keys) found = isMap(found) ? this.resolve((found as YAMLMap).get(key, true) as Node) : undefined
    return found
  }

  /** The members of a list; a scalar is a list of one; nothing is an empty list. */
  items(node: Node | undefined): (Node | undefined)[] {
    const found = this.resolve(node)
    if (found === undefined) return []
    return isSeq(found) ? found.items.map((item) => this.resolve(item as Node | undefined)) : [found]
  }

  isList(node: Node | undefined): boolean {
    return isSeq(this.resolve(node))
  }

  /** A scalar's value; undefined for maps and lists. Nothing at all is null. */
  value(node: Node | undefined): RuleValue | undefined {
    const found = this.resolve(node)
    if (found === undefined) return { value: null, source: '' }
    return isScalar(found) ? ruleValue(found) : undefined
  }

  /** A scalar's text as written; undefined where there is none or it is empty. */
  text(node: Node | undefined): string | undefined {
    const found = this.value(node)
    return found === undefined || found.value === null || found.source === '' ? undefined : found.source
  }

  /** The texts of a list or of one scalar, each with its place; what is neither is left out. */
  texts(node: Node | undefined): { text: string; offset: number | undefined }[] {
    return this.items(node).flatMap((item) => {
      const text = this.text(item)
      return text === undefined ? [] : [{ text, offset: offsetOf(item) }]
    })
  }

  place(node: Node | undefined): Place {
    return this.problems.place(offsetOf(node))
  }

  /** What an alias stands for. */
  resolve(node: Node | undefined): Node | undefined {
    if (!isAlias(node)) return node ?? undefined
    if (++this.#aliases > MAX_ALIASES) {
      if (this.#aliases === MAX_ALIASES + 1) {
        this.problems.add(offsetOf(node), 'aliases that multiply', `at most ${MAX_ALIASES} of them`)
      }
      return undefined
    }
    this.#anchors ??= anchorsOf(this.#text)
    const found = this.#anchors.get(node)
    if (found === undefined) this.problems.add(offsetOf(node), `*${node.source}`, 'an alias of something before it')
    return found
  }
}

export function offsetOf(node: Node | undefined): number | undefined {
  return node?.range?.[0]
}

/** What each alias of the document stands for: the last thing before it with that anchor, in one pass. */
function anchorsOf({ document }: YamlText): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const found = new Map<Alias, Node>()
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target) found.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return found
}

function ruleValue(node: Scalar): RuleValue {
  const { value } = node
  if (value === null || value === undefined) return { value: null, source: '' }
  if (typeof value === 'string') return { value, source: value }
  return { value: typeof value === 'boolean' ? value : Number(value), source: node.source ?? String(value) }
}
