import ipaddr from 'ipaddr.js'
import { RE2JS } from 're2js'

import { type Expression, join, type ValueTest } from './expression.ts'
import { parsePattern, widen } from './pattern.ts'

/**
 * One detection item: a field with its modifiers (`Parameters|contains|all`) and its values. Values are alternatives,
 * unless `all` demands every one.
 */

/** A value of a rule; `source` is the text as written, so that `007` stays `007`. */
export interface RuleValue {
  value: string | number | boolean | null
  source: string
}

export type ItemResult = { expression: Expression } | { found: string; allowed: string }

const SUPPORTED = [
  'contains',
  'startswith',
  'endswith',
  'all',
  'cased',
  're',
  'i',
  'm',
  's',
  'cidr',
  'exists',
  'lt',
  'lte',
  'gt',
  'gte',
]

/** Modifiers that decide alone what the value means, and therefore come first. */
const FIRST = new Set(['re', 'cidr', 'exists', 'lt', 'lte', 'gt', 'gte'])

/** Longer expressions are refused: no rule needs them, and compiling them could stall the server. */
const MAX_REGEX = 10_000

/** The item's expression, or what is wrong with it. `key` undefined: a keyword list. */
export function parseItem(key: string | undefined, values: readonly RuleValue[]): ItemResult {
  const [name = '', ...modifiers] = (key ?? '').split('|')
  const field = name === '' ? undefined : name
  const problem = checkModifiers(modifiers)
  if (problem) return problem
  if (field === undefined && modifiers.some((modifier) => FIRST.has(modifier) && modifier !== 're')) {
    return { found: `\`${modifiers[0]}\` without a field`, allowed: 'a field in front of it' }
  }
  if (modifiers.includes('all') && field !== undefined && values.length === 1) {
    return { found: '`all` with a single value', allowed: 'at least two values, or no `all`' }
  }
  if (values.length === 0) return { found: 'an empty list', allowed: 'at least one value' }

  const terms: Expression[] = []
  for (const value of values) {
    const test = parseTest(field, modifiers, value)
    if ('allowed' in test) return test
    terms.push({ kind: 'leaf', field, test })
  }
  return { expression: join(modifiers.includes('all') ? 'and' : 'or', terms) }
}

function checkModifiers(modifiers: readonly string[]): { found: string; allowed: string } | undefined {
  for (const [index, modifier] of modifiers.entries()) {
    if (!SUPPORTED.includes(modifier)) {
      return { found: `the modifier \`${modifier}\``, allowed: `one of ${SUPPORTED.join(', ')}` }
    }
    if (FIRST.has(modifier) && index > 0) {
      return {
        found: `\`${modifier}\` behind \`${modifiers[index - 1]}\``,
        allowed: `\`${modifier}\` as the first modifier`,
      }
    }
    if (['i', 'm', 's'].includes(modifier) && modifiers[0] !== 're') {
      return { found: `the flag \`${modifier}\` without \`re\``, allowed: '`re` in front of its flags' }
    }
  }
  return undefined
}

function parseTest(
  field: string | undefined,
  modifiers: readonly string[],
  { value, source }: RuleValue,
): ValueTest | { found: string; allowed: string } {
  const [first] = modifiers
  if (first === 're') return parseRegex(source, modifiers)
  if (first === 'cidr') return parseCidr(source)
  if (first === 'exists') {
    if (typeof value === 'boolean') return { kind: 'exists', expected: value }
    return { found: `\`${source}\` for exists`, allowed: 'true or false' }
  }
  if (first === 'lt' || first === 'lte' || first === 'gt' || first === 'gte') {
    const number = Number(source)
    if (source.trim() !== '' && Number.isFinite(number)) return { kind: 'compare', operator: first, value: number }
    return { found: `\`${source}\` for ${first}`, allowed: 'a number' }
  }
  if (value === null) {
    if (field !== undefined && modifiers.length === 0) return { kind: 'null' }
    return { found: 'null with a modifier or as a keyword', allowed: 'null as the value of a plain field' }
  }
  // A keyword is a substring of any value; that is what looking for a word in a log means.
  const before = field === undefined || modifiers.includes('contains') || modifiers.includes('endswith')
  const behind = field === undefined || modifiers.includes('contains') || modifiers.includes('startswith')
  return {
    kind: 'pattern',
    pattern: widen(parsePattern(source), { before, behind }),
    cased: modifiers.includes('cased'),
  }
}

function parseRegex(source: string, modifiers: readonly string[]): ValueTest | { found: string; allowed: string } {
  const flags = modifiers.filter((modifier) => ['i', 'm', 's'].includes(modifier)).join('')
  if (source.length > MAX_REGEX)
    return { found: `an expression of ${source.length} characters`, allowed: `at most ${MAX_REGEX}` }
  try {
    RE2JS.compile(source)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return {
      found: `the expression \`${source.slice(0, 80)}\` (${why})`,
      allowed: 'RE2 syntax: no look-around, no back-references',
    }
  }
  return { kind: 'regex', source, flags }
}

function parseCidr(source: string): ValueTest | { found: string; allowed: string } {
  if (ipaddr.isValidCIDR(source)) {
    const [address, bits] = ipaddr.parseCIDR(source)
    const network =
      address.kind() === 'ipv4'
        ? ipaddr.IPv4.networkAddressFromCIDR(source).toString()
        : ipaddr.IPv6.networkAddressFromCIDR(source).toString()
    if (network === address.toString()) return { kind: 'cidr', block: source }
    return { found: `\`${source}\` with host bits set`, allowed: `\`${network}/${bits}\`` }
  }
  return { found: `\`${source}\``, allowed: 'a network such as 192.0.2.0/24 or 2001:db8::/32' }
}
