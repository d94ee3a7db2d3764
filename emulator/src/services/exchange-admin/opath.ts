import { plain } from './wire.ts'
import { refusedBecause } from './errors.ts'
import type { Row } from './wire.ts'

/**
 * The filters of `-Filter`: `ForwardingSmtpAddress -ne $null -and DisplayName -like 'A*'`, with parentheses and `-not`.
 * Names and text in any case.
 */
export type Condition = (row: Row) => boolean

type Token = { kind: 'word' | 'text' | 'operator' | 'bracket'; text: string }

const TOKEN = /\s*(?:(-[a-z]+)|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([()])|([^\s()'"]+))/iy
const DEEPEST = 50

/** @throws ExchangeError for text that is no filter, and for properties that `example`, a row such as are filtered, lacks. */
export function readFilter(text: string, example: Row): Condition {
  const names = new Map(Object.keys(example).map((name) => [name.toLowerCase(), name]))
  const tokens = tokensOf(text)
  let at = 0
  let depth = 0
  const take = (kind: Token['kind'], ...texts: string[]): Token | undefined => {
    const token = tokens[at]
    if (token?.kind !== kind || (texts.length > 0 && !texts.includes(token.text.toLowerCase()))) return undefined
    at++
    return token
  }
  const either = (): Condition => {
    const parts = [both()]
    while (take('operator', '-or')) parts.push(both())
    return (row) => parts.some((part) => part(row))
  }
  const both = (): Condition => {
    const parts = [single()]
    while (take('operator', '-and')) parts.push(single())
    return (row) => parts.every((part) => part(row))
  }
  const single = (): Condition => {
    if (++depth > DEEPEST) throw invalid(text)
    if (take('operator', '-not')) {
      const inner = single()
      return (row) => !inner(row)
    }
    if (take('bracket', '(')) {
      const inner = either()
      if (!take('bracket', ')')) throw invalid(text)
      depth--
      return inner
    }
    const [property, operator] = [take('word'), take('operator')]
    const value = take('text') ?? take('word')
    const name = names.get(property?.text.toLowerCase() ?? '')
    if (!name || !operator || !value) throw invalid(text)
    depth--
    return comparison(name, operator.text.toLowerCase(), valueOf(value), text)
  }
  const condition = either()
  if (at < tokens.length) throw invalid(text)
  return condition
}

function tokensOf(text: string): Token[] {
  const inner = /^\{([\s\S]*)\}$/.exec(text.trim())?.[1] ?? text.trim()
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < inner.length) {
    const found = TOKEN.exec(inner)
    if (!found) {
      if (inner.slice(tokens.length === 0 ? 0 : -1).trim() === '') break
      throw invalid(text)
    }
    const [, operator, single, double, bracket, word] = found
    if (operator) tokens.push({ kind: 'operator', text: operator })
    else if (bracket) tokens.push({ kind: 'bracket', text: bracket })
    else if (word) tokens.push({ kind: 'word', text: word })
    else tokens.push({ kind: 'text', text: (single ?? double ?? '').replaceAll(/''|""/g, (pair) => pair[0]!) })
  }
  return tokens
}

type Value = string | number | boolean | null

function valueOf({ kind, text }: Token): Value {
  if (kind === 'text') return text
  const word = text.toLowerCase()
  if (word === '$null') return null
  if (word === '$true' || word === '$false') return word === '$true'
  return text
}

function comparison(property: string, operator: string, value: Value, filter: string): Condition {
  const read = (row: Row) => plain(row[property])
  const wanted = value === null ? null : String(value).toLowerCase()
  const words = (cell: ReturnType<typeof plain>): string[] =>
    cell === null ? [] : Array.isArray(cell) ? cell.map((each) => each.toLowerCase()) : [String(cell).toLowerCase()]
  const equal: Condition = (row) => {
    const cells = words(read(row))
    return wanted === null ? cells.every((cell) => cell === '') : cells.includes(wanted)
  }
  const like: Condition = (row) => words(read(row)).some((cell) => wildcard(wanted ?? '').test(cell))
  const order = (row: Row): number => {
    const cell = read(row)
    const number = typeof cell === 'number' ? Number(value) : Number.NaN
    const date = typeof cell === 'number' && Number.isNaN(number) ? Date.parse(String(value)) : number
    return typeof cell === 'number'
      ? cell - date
      : String(cell)
          .toLowerCase()
          .localeCompare(wanted ?? '')
  }
  switch (operator) {
    case '-eq':
      return equal
    case '-ne':
      return (row) => !equal(row)
    case '-like':
      return like
    case '-notlike':
      return (row) => !like(row)
    case '-gt':
      return (row) => order(row) > 0
    case '-ge':
      return (row) => order(row) >= 0
    case '-lt':
      return (row) => order(row) < 0
    case '-le':
      return (row) => order(row) <= 0
    default:
      throw invalid(filter)
  }
}

const wildcard = (pattern: string) =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/\*+/g, '.*')}$`, 's')

const invalid = (filter: string) =>
  refusedBecause(
    `Cannot bind parameter 'Filter' to the target. Exception setting "Filter": "Invalid filter syntax. For a description of the filter parameter syntax see the command help. "${filter.slice(0, 200)}""`,
    'Microsoft.Exchange.Configuration.Tasks.ParsingException',
  )
