import { KqlError } from './errors.ts'
import { parseDatetime, parseTimespan, typeNamed } from './values.ts'
import type { Json, Type, Value } from './values.ts'

/** A word of a query, with the place where it starts. */
export type Token = { text: string; at: number } & (
  | { kind: 'name' | 'mark' | 'end' }
  | { kind: 'literal'; type: Type; value: Value }
)

/** Operators with a hyphen: everywhere else a hyphen is a minus. */
const HYPHENATED = [
  'project-away|project-keep|project-rename|project-reorder|mv-expand|mv-apply|parse-where|parse-kv',
  'make-series|top-nested|top-hitters|project-smart|sample-distinct|graph-match|make-graph|assert-schema',
].join('|')

const PATTERNS: readonly [kind: string, pattern: RegExp][] = [
  ['blank', /(?:\s|\/\/[^\n]*)+/y],
  [
    'timespan',
    /\d+(?:\.\d+)?(?:d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:utes?)?)?|s(?:ec(?:onds?)?)?|ms|milli(?:s|sec(?:onds?)?)?|micro(?:s|sec(?:onds?)?)?|ticks?)\b/y,
  ],
  ['hexadecimal', /0x[0-9a-f]+\b/iy],
  ['real', /\d+(?:\.\d+)?e[+-]?\d+\b|\d+\.\d+\b/iy],
  ['long', /\d+(?![\w$])/y],
  ['verbatim', /h?@"(?:[^"\n]|"")*"|h?@'(?:[^'\n]|'')*'/iy],
  ['string', /h?"(?:[^"\\\n]|\\.)*"|h?'(?:[^'\\\n]|\\.)*'/iy],
  ['block', /h?```[\s\S]*?```|h?~~~[\s\S]*?~~~/iy],
  ['name', new RegExp(`(?:${HYPHENATED})\\b|![a-z_]+~?(?=\\W|$)|in~|[A-Za-z_$][\\w$]*`, 'y')],
  ['mark', /==|=~|!=|!~|<=|>=|<>|=>|\.\.|[|,;:()[\]{}.=<>+\-*/%?@]/y],
]

/** Literals written as a call: what stands between the parentheses is no expression. */
const TYPED = /(bool|boolean|int|long|real|double|decimal|datetime|date|timespan|time|guid|dynamic)\s*\(/y

/** Cuts a query into words. The last one is the end. @throws KqlError for what is no word. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const typed = typedLiteral(text, at)
    if (typed) {
      tokens.push(typed.token)
      at = typed.end
      continue
    }
    const found = wordAt(text, at)
    if (!found) throw syntaxError(text, at, text[at]!)
    const [kind, word] = found
    if (kind !== 'blank') tokens.push(tokenOf(kind, word, at))
    at += word.length
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }]
}

function wordAt(text: string, at: number): [kind: string, word: string] | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) return [kind, found[0]]
  }
  return undefined
}

function tokenOf(kind: string, text: string, at: number): Token {
  const literal = (type: Type, value: Value): Token => ({ kind: 'literal', text, at, type, value })
  switch (kind) {
    case 'timespan':
      return literal('timespan', parseTimespan(text)!)
    case 'hexadecimal':
    case 'long':
      return literal('long', Number(text))
    case 'real':
      return literal('real', Number(text))
    case 'verbatim': {
      const quote = text.at(-1)!
      return literal('string', text.slice(text.indexOf(quote) + 1, -1).replaceAll(quote + quote, quote))
    }
    case 'string':
      return literal('string', unescape(text.slice(/^h/i.test(text) ? 2 : 1, -1)))
    case 'block':
      return literal('string', text.slice(/^h/i.test(text) ? 4 : 3, -3))
    default:
      if (text === 'true' || text === 'false') return literal('bool', text === 'true')
      return { kind: kind as 'name' | 'mark', text, at }
  }
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b', f: '\f', v: '\v', 0: '\0' }

const unescape = (text: string) =>
  text.replaceAll(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (_, escape: string) =>
    escape.length > 1 ? String.fromCharCode(Number.parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? escape),
  )

function typedLiteral(text: string, at: number): { token: Token; end: number } | undefined {
  // Not within a name, nor as a member; two dots are a range.
  if (/(?:[\w$]|[^.]\.)$/.test(text.slice(Math.max(0, at - 2), at))) return undefined
  TYPED.lastIndex = at
  const found = TYPED.exec(text)
  if (!found) return undefined
  const type = typeNamed(found[1]!)!
  const end = closing(text, at + found[0].length)
  if (end === undefined) throw syntaxError(text, at, found[1]!)
  const inside = text.slice(at + found[0].length, end).trim()
  const value = inside === 'null' ? null : typedValue(type, inside)
  // `bool(x)` around a column is a call, not a literal.
  if (value === undefined) throw syntaxError(text, at + found[0].length, inside.split(/\s/)[0]!)
  return { token: { kind: 'literal', text: text.slice(at, end + 1), at, type, value }, end: end + 1 }
}

/** Where the parenthesis closes that opened before `at`; strings are passed over. */
function closing(text: string, at: number): number | undefined {
  let depth = 1
  for (let i = at; i < text.length; i++) {
    const character = text[i]!
    if (character === '"' || character === "'") {
      i++
      while (i < text.length && text[i] !== character) i += text[i] === '\\' ? 2 : 1
    } else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return i
  }
  return undefined
}

function typedValue(type: Type, text: string): Value | undefined {
  const bare = text.replace(/^(["'])(.*)\1$/s, '$2')
  switch (type) {
    case 'datetime':
      return parseDatetime(bare)
    case 'timespan':
      return parseTimespan(bare)
    case 'dynamic':
      return dynamicValue(text)
    case 'bool':
      return /^(true|1)$/i.test(bare) ? true : /^(false|0)$/i.test(bare) ? false : undefined
    case 'guid':
      return /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(bare) ? bare.toLowerCase() : undefined
    default:
      return /^[+-]?(0x[0-9a-f]+|\d+(\.\d+)?(e[+-]?\d+)?)$/i.test(bare) ? Number(bare) : undefined
  }
}

/** JSON, with strings in single quotes allowed. */
function dynamicValue(text: string): Json | undefined {
  const json = text.replaceAll(/"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'/g, (whole, single: string | undefined) =>
    single === undefined ? whole : JSON.stringify(unescape(single)),
  )
  try {
    return JSON.parse(json) as Json
  } catch {
    return undefined
  }
}

/** In the words of the service: line from 1, column from 0. */
export function syntaxError(query: string, at: number, token: string): KqlError {
  const before = query.slice(0, at).split('\n')
  return new KqlError(
    'syntax',
    `Query could not be parsed at '${token}' on line [${before.length},${before.at(-1)!.length}]`,
  )
}
