import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml'

import { SEVERITIES, type Severity } from '#domain/alert.ts'

import { parseCondition } from './condition.ts'
import { type Expression, join } from './expression.ts'
import { parseItem, type RuleValue } from './item.ts'
import { ProblemList, type RuleProblem } from './problem.ts'

/** A Sigma rule, parsed. */
export interface SigmaRule {
  id: string
  title: string
  description: string
  level: Severity
  logsource: { product?: string; service?: string; category?: string }
  /** Tags without `attack.`: tactics and techniques. */
  attack: string[]
  falsePositives: string[]
  expression: Expression
  /** Our own key `cordon.group-by`: event fields whose values make one alert. */
  groupBy: string[]
  /** The file's text, for people to read. */
  yaml: string
}

/** A rule file larger than this is refused before it is parsed. */
const MAX_BYTES = 1_000_000

/** The rule in a file, or every problem that keeps it from being one. */
export function parseRule(text: string, file: string): { rule?: SigmaRule; problems: RuleProblem[] } {
  const lines = new LineCounter()
  const list = new ProblemList(file, (offset) => lines.linePos(offset))
  if (text.length > MAX_BYTES) {
    list.add(undefined, `${text.length} characters`, `at most ${MAX_BYTES}`)
    return { problems: list.problems }
  }
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true })
  if ('empty' in documents || documents.length !== 1) {
    list.add(0, `${documents.length} YAML documents`, 'one rule a file')
    return { problems: list.problems }
  }
  const [document] = documents
  for (const error of document!.errors) list.add(error.pos[0], error.message.split('\n')[0]!, 'valid YAML')
  if (list.problems.length > 0) return { problems: list.problems }
  if (!isMap(document!.contents)) {
    list.add(0, 'no mapping', 'a Sigma rule: title, logsource, detection')
    return { problems: list.problems }
  }
  const rule = new RuleReader(document!.contents, list).read(text)
  return list.problems.length > 0 || rule === undefined ? { problems: list.problems } : { rule, problems: [] }
}

class RuleReader {
  readonly #root: YAMLMap
  readonly #list: ProblemList

  constructor(root: YAMLMap, list: ProblemList) {
    this.#root = root
    this.#list = list
  }

  read(yaml: string): SigmaRule | undefined {
    const title = this.#text('title', true)
    const logsource = this.#logsource()
    const expression = this.#detection()
    const level = this.#text('level', false) ?? 'medium'
    if (!(SEVERITIES as readonly string[]).includes(level)) {
      this.#list.add(offsetOf(this.#node('level')), `level \`${level}\``, SEVERITIES.join(', '))
    }
    const groupBy = this.#strings(this.#inner('cordon', 'group-by'))
    if (title === undefined || expression === undefined) return undefined
    return {
      id: this.#text('id', false) ?? title,
      title,
      description: this.#text('description', false)?.trim() ?? '',
      level: level as Severity,
      logsource,
      attack: this.#strings(this.#node('tags'))
        .filter((tag) => tag.startsWith('attack.'))
        .map((tag) => tag.slice('attack.'.length)),
      falsePositives: this.#strings(this.#node('falsepositives')),
      expression,
      groupBy,
      yaml,
    }
  }

  #logsource(): SigmaRule['logsource'] {
    const node = this.#node('logsource')
    if (!isMap(node) || node.items.length === 0) {
      this.#list.add(
        offsetOf(node) ?? 0,
        node === undefined ? 'no logsource' : 'an empty logsource',
        'product, service or category',
      )
      return {}
    }
    const read = (key: string) => {
      const value = node.get(key)
      return typeof value === 'string' ? { [key]: value } : {}
    }
    return { ...read('product'), ...read('service'), ...read('category') }
  }

  #detection(): Expression | undefined {
    const node = this.#node('detection')
    if (!isMap(node)) {
      this.#list.add(offsetOf(node) ?? 0, 'no detection', 'selections and a condition')
      return undefined
    }
    const selections = new Map<string, Expression>()
    let condition: Node | undefined
    for (const { key, value } of node.items) {
      const name = String((key as Scalar).value)
      if (name === 'condition') condition = value as Node
      else if (name === 'timeframe') {
        this.#list.add(offsetOf(key as Node), '`timeframe`', 'a correlation rule with `timespan` (Sigma 2)')
      } else {
        const selection = this.#selection(value as Node | null, offsetOf(key as Node), 0)
        if (selection !== undefined) selections.set(name, selection)
      }
    }
    const sources = isSeq(condition) ? condition.items : [condition]
    const terms = sources.map((source) => this.#condition(source as Node | undefined, offsetOf(node), selections))
    return terms.every((term) => term !== undefined) ? join('or', terms) : undefined
  }

  #condition(
    node: Node | undefined,
    detection: number | undefined,
    selections: Map<string, Expression>,
  ): Expression | undefined {
    if (!isScalar(node) || typeof node.value !== 'string') {
      this.#list.add(offsetOf(node) ?? detection, 'no condition', 'a condition over the selections')
      return undefined
    }
    const result = parseCondition(node.value, selections)
    if ('expression' in result) return result.expression
    this.#list.add((offsetOf(node) ?? 0) + result.offset, result.found, result.allowed)
    return undefined
  }

  /** A map is AND, a list is OR; a list of plain values is keywords. */
  #selection(node: Node | null, offset: number | undefined, depth: number): Expression | undefined {
    if (isAlias(node) || depth > 10) {
      this.#list.add(offset, isAlias(node) ? 'a YAML alias' : 'selections nested too deep', 'plain maps and lists')
      return undefined
    }
    if (isMap(node) && node.items.length > 0) {
      const terms = node.items.map(({ key, value }) =>
        this.#item(String((key as Scalar).value), value as Node | null, offsetOf(key as Node)),
      )
      return terms.every((term) => term !== undefined) ? join('and', terms) : undefined
    }
    if (isSeq(node) && node.items.length > 0) {
      if (node.items.every((item) => isScalar(item))) return this.#item(undefined, node, offset)
      const terms = node.items.map((item) =>
        isScalar(item)
          ? this.#item(undefined, item, offset)
          : this.#selection(item as Node, offsetOf(item as Node), depth + 1),
      )
      return terms.every((term) => term !== undefined) ? join('or', terms) : undefined
    }
    if (isScalar(node) && node.value !== null) return this.#item(undefined, node, offset)
    this.#list.add(offset, 'an empty selection', 'a map of fields, or a list of keywords')
    return undefined
  }

  #item(key: string | undefined, node: Node | null, offset: number | undefined): Expression | undefined {
    const nodes = isSeq(node) ? node.items : [node]
    const values: RuleValue[] = []
    for (const item of nodes) {
      if (item !== null && !isScalar(item)) {
        this.#list.add(offsetOf(item as Node) ?? offset, 'a nested value', 'text, a number, true, false or null')
        return undefined
      }
      if (isSeq(node) && (item === null || (item as Scalar).value === null)) {
        this.#list.add(offset, 'null in a list', 'null as the only value of a field')
        return undefined
      }
      values.push(ruleValue(item as Scalar | null))
    }
    const result = parseItem(key, values)
    if ('expression' in result) return result.expression
    this.#list.add(offset, result.found, result.allowed)
    return undefined
  }

  #node(key: string): Node | undefined {
    return this.#root.get(key, true) as Node | undefined
  }

  #inner(key: string, inner: string): Node | undefined {
    const node = this.#node(key)
    return isMap(node) ? (node.get(inner, true) as Node | undefined) : undefined
  }

  #text(key: string, required: boolean): string | undefined {
    const node = this.#node(key)
    if (isScalar(node) && node.value !== null && node.value !== '') return String(node.value)
    if (required) this.#list.add(offsetOf(node) ?? 0, `no ${key}`, `a ${key}`)
    return undefined
  }

  #strings(node: Node | undefined): string[] {
    if (isScalar(node) && typeof node.value === 'string') return [node.value]
    return isSeq(node)
      ? node.items.flatMap((item) => (isScalar(item) && item.value !== null ? [String(item.value)] : []))
      : []
  }
}

/** YAML reads `007` as 7; the source text is what the rule's author wrote. */
function ruleValue(node: Scalar | null): RuleValue {
  const value = node?.value
  if (node === null || value === null || value === undefined) return { value: null, source: '' }
  if (typeof value === 'string') return { value, source: value }
  return { value: typeof value === 'boolean' ? value : Number(value), source: node.source ?? String(value) }
}

function offsetOf(node: Node | null | undefined): number | undefined {
  return node?.range?.[0]
}
