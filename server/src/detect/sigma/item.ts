import { type Expression, join, type TimePart, type ValueTest } from './expression.ts'
import { parseListValue } from './lists.ts'
import { COMPARISONS, type Modifiers, parseModifiers, TIME_PARTS } from './modifiers.ts'
import { parseNetwork } from './network.ts'
import { parsePattern, type Pattern, widen } from './pattern.ts'
import type { Fault } from './problem.ts'
import type { RuleValue } from './reader.ts'
import { checkRegex } from './regex.ts'
import { spell } from './spelling.ts'

/**
 * One detection item: a field with its modifiers (`Parameters|contains|all`) and its values. Values are alternatives, unless
 * `all` demands every one; with `neq` none may be there.
 */
export function parseItem(key: string | undefined, values: readonly RuleValue[]): Expression | Fault {
  const [name = '', ...names] = (key ?? '').split('|')
  const field = name === '' ? undefined : name
  const modifiers = parseModifiers(names)
  if ('found' in modifiers) return modifiers
  const { kind, all, neq } = modifiers
  if (field === undefined && kind !== undefined && kind !== 're') {
    return { found: `\`${kind}\` without a field`, allowed: 'a field in front of it' }
  }
  if (values.length === 0) return { found: 'an empty list', allowed: 'at least one value' }
  if (values.length === 1 && all && field !== undefined) {
    return { found: '`all` with a single value', allowed: 'at least two values, or no `all`' }
  }
  if (values.length > 1 && kind === 'exists') return { found: '`exists` with a list', allowed: 'true or false' }

  const terms: Expression[] = []
  for (const value of values) {
    const tests = parseTests(field, modifiers, value)
    if ('found' in tests) return tests
    terms.push(
      join(
        'or',
        tests.map((test) => ({ kind: 'leaf', field, test })),
      ),
    )
  }
  const joined = join(all ? 'and' : 'or', terms)
  return neq ? { kind: 'not', term: joined } : joined
}

/** What a value demands, in all its spellings: alternatives. */
function parseTests(field: string | undefined, modifiers: Modifiers, value: RuleValue): ValueTest[] | Fault {
  if (modifiers.kind === undefined) return parseText(field, modifiers, value)
  const test = parseTyped(modifiers, value)
  return 'found' in test ? test : [test]
}

function parseTyped({ kind, flags, place, cased }: Modifiers, { value, source }: RuleValue): ValueTest | Fault {
  const fault = (allowed: string): Fault => ({ found: `\`${source || 'null'}\` for ${kind}`, allowed })
  if (value === null) return fault('a value')
  if (kind === 're') return checkRegex(source) ?? { kind: 'regex', source, flags }
  if (kind === 'cidr') {
    const block = parseNetwork(source)
    return typeof block === 'string' ? { kind, block } : block
  }
  if (kind === 'exists') return typeof value === 'boolean' ? { kind, expected: value } : fault('true or false')
  if (kind === 'fieldref') {
    if (typeof value !== 'string' || value === '') return fault('the name of another field')
    if (/[*?]/.test(value)) return fault('the name of another field, without wildcards')
    return { kind: 'field', other: value, how: place ?? 'equals', cased }
  }
  const number = NUMBER.test(source) ? Number(source) : undefined
  const operator = COMPARISONS.find((each) => each === kind)
  if (operator) return number === undefined ? fault('a number') : { kind: 'compare', operator, value: number }
  const part = TIME_PARTS.find((each) => each === kind)!
  const [first, last] = TIME_RANGES[part]
  if (number === undefined || !Number.isInteger(number) || number < first || number > last) {
    return fault(`a whole number from ${first} to ${last}`)
  }
  return { kind: 'time', part, value: number }
}

/** A number as text. The same in rules and in events, and in SQL. */
export const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

const TIME_RANGES: Record<TimePart, [number, number]> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
  year: [0, 9999],
}

function parseText(field: string | undefined, modifiers: Modifiers, value: RuleValue): ValueTest[] | Fault {
  const { place, cased, expand, spellings } = modifiers
  const isPlain = place === undefined && !cased && !expand && spellings.length === 0
  if (value.value === null) {
    if (field !== undefined && isPlain) return [{ kind: 'null' }]
    return { found: 'null with a modifier or as a keyword', allowed: 'null as the value of a plain field' }
  }
  // A keyword is a substring of any value; that is what looking for a word in a log means.
  const isWord = field === undefined && place === undefined
  const before = isWord || place === 'contains' || place === 'endswith'
  const behind = isWord || place === 'contains' || place === 'startswith'
  if (expand) {
    const test = parseListValue(value.source, { before, behind, cased })
    if (test) return 'found' in test ? test : [test]
  }
  const patterns: Pattern[] = []
  for (const source of isPlain ? numberTexts(value) : [value.source]) {
    const spelled = spell(parsePattern(source), spellings)
    if ('found' in spelled) return spelled
    patterns.push(...spelled)
  }
  return patterns.map((pattern) => ({ kind: 'pattern', pattern: widen(pattern, { before, behind }), cased }))
}

/** `1.0` and `0x10` are numbers, which an event may hold as 1 and 16; `007` is a name made of digits. */
function numberTexts({ value, source }: RuleValue): string[] {
  const isNumber = typeof value === 'number' && Number.isFinite(value) && !/^[+-]?0\d/.test(source)
  return isNumber && String(value) !== source ? [source, String(value)] : [source]
}
