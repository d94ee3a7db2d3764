import { badValue, missingParameters, unknownParameter } from './errors.ts'

/**
 * Parameters of cmdlets, with the conversions that PowerShell makes: names and enumerations in any case, members by their
 * first letters, text where a number is meant, one value where a list is.
 */
export type ParameterType =
  | { kind: 'text' }
  | { kind: 'texts' }
  | { kind: 'flag' }
  | { kind: 'number' }
  | { kind: 'moment' }
  /** A number, or `Unlimited`, which is {@link Infinity}. */
  | { kind: 'size' }
  | { kind: 'one'; type: string; members: readonly string[] }
  | { kind: 'some'; type: string; members: readonly string[] }
  /** A list that is replaced, or added to and removed from by a hashtable. */
  | { kind: 'list' }

export const text: ParameterType = { kind: 'text' }
export const texts: ParameterType = { kind: 'texts' }
export const flag: ParameterType = { kind: 'flag' }
export const number: ParameterType = { kind: 'number' }
export const moment: ParameterType = { kind: 'moment' }
export const size: ParameterType = { kind: 'size' }
export const list: ParameterType = { kind: 'list' }
export const oneOf = (type: string, ...members: string[]): ParameterType => ({ kind: 'one', type, members })
export const someOf = (type: string, ...members: string[]): ParameterType => ({ kind: 'some', type, members })

/** Names parted by spaces. */
export const words = (names: string): string[] => names.trim().split(/\s+/)

export type Declared = Readonly<Record<string, ParameterType>>

/** How a list is to be changed. */
export type ListChange = { replace: readonly string[] } | { add: readonly string[]; remove: readonly string[] }

/** What every cmdlet takes and the service ignores. */
const COMMON = new Set(
  ['ErrorAction', 'WarningAction', 'InformationAction', 'Verbose', 'Debug', 'Confirm', 'WhatIf', 'AsJob'].map((name) =>
    name.toLowerCase(),
  ),
)

/** Arguments by the declared name of their parameter, converted. Null where the caller gave null. */
export class Arguments {
  readonly #values: ReadonlyMap<string, unknown>

  /** @throws ExchangeError for parameters that are not declared, lack, or have a value of another type. */
  constructor(given: Readonly<Record<string, unknown>>, declared: Declared, mandatory: readonly string[] = []) {
    const names = new Map(Object.keys(declared).map((name) => [name.toLowerCase(), name]))
    const values = new Map<string, unknown>()
    const unknown: string[] = []
    for (const [name, value] of Object.entries(given)) {
      const known = names.get(name.toLowerCase())
      if (known) values.set(known, value === null ? null : convert(known, value, declared[known]!))
      else if (!COMMON.has(name.toLowerCase()) && !name.includes('@')) unknown.push(name)
    }
    if (unknown.length > 0) throw unknownParameter(unknown)
    const missing = mandatory.filter((name) => values.get(name) === undefined || values.get(name) === null)
    if (missing.length > 0) throw missingParameters(missing)
    this.#values = values
  }

  /** True where the caller named the parameter, be it with null. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  text(name: string): string | undefined {
    return (this.#values.get(name) as string | null | undefined) ?? undefined
  }

  texts(name: string): readonly string[] | undefined {
    return (this.#values.get(name) as readonly string[] | null | undefined) ?? undefined
  }

  flag(name: string): boolean | undefined {
    return (this.#values.get(name) as boolean | null | undefined) ?? undefined
  }

  number(name: string): number | undefined {
    return (this.#values.get(name) as number | null | undefined) ?? undefined
  }

  list(name: string): ListChange | undefined {
    return (this.#values.get(name) as ListChange | null | undefined) ?? undefined
  }

  /** As audit records show them: everything as text. */
  get shown(): Record<string, string> {
    return Object.fromEntries([...this.#values].map(([name, value]) => [name, show(value)]))
  }
}

function show(value: unknown): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return value.join(';')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function convert(name: string, value: unknown, type: ParameterType): unknown {
  switch (type.kind) {
    case 'text':
      return textOf(name, value)
    case 'texts':
      return Array.isArray(value) ? value.map((each) => textOf(name, each)) : [textOf(name, value)]
    case 'flag':
      return flagOf(name, value)
    case 'number':
      return numberOf(name, value)
    case 'size':
      return typeof value === 'string' && value.toLowerCase() === 'unlimited' ? Infinity : numberOf(name, value)
    case 'moment':
      return momentOf(name, value)
    case 'one':
      return memberOf(name, value, type.type, type.members)
    case 'some': {
      const all: readonly unknown[] = Array.isArray(value) ? value : textOf(name, value).split(',')
      return all.map((each) => memberOf(name, each, `${type.type}[]`, type.members))
    }
    case 'list':
      return listOf(name, value)
  }
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw badValue(name, value, 'System.String', 'Invalid cast.')
}

function flagOf(name: string, value: unknown): boolean {
  const word = typeof value === 'object' ? '' : String(value).toLowerCase()
  if (['true', '$true', '1'].includes(word)) return true
  if (['false', '$false', '0'].includes(word)) return false
  throw badValue(name, value, 'System.Boolean', 'String was not recognized as a valid Boolean.')
}

function numberOf(name: string, value: unknown): number {
  const found =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() ? Number(value) : Number.NaN
  if (Number.isSafeInteger(found)) return found
  throw badValue(name, value, 'System.Int32', 'Input string was not in a correct format.')
}

/** ISO 8601, or as an American writes it; without a zone it is UTC. */
function momentOf(name: string, value: unknown): number {
  const written = textOf(name, value).trim()
  const zoned = /(?:z|[+-]\d\d:?\d\d|gmt)$/i.test(written)
    ? written
    : `${written}${written.includes('T') ? 'Z' : ' UTC'}`
  const found = Date.parse(/^\d{4}-\d\d-\d\d$/.test(written) ? written : zoned)
  if (!Number.isNaN(found)) return found
  throw badValue(name, value, 'System.DateTime', 'String was not recognized as a valid DateTime.')
}

/** The member of this name, or the only one that begins so. */
function memberOf(name: string, value: unknown, type: string, members: readonly string[]): string {
  const wanted = textOf(name, value).trim()
  const folded = wanted.toLowerCase()
  const exact = members.find((member) => member.toLowerCase() === folded)
  const near = folded === '' ? [] : members.filter((member) => member.toLowerCase().startsWith(folded))
  const found = exact ?? (near.length === 1 ? near[0] : undefined)
  if (found) return found
  throw badValue(
    name,
    value,
    type,
    `Unable to match the identifier name ${wanted.slice(0, 100)} to a valid enumerator name. Specify one of the following enumerator names and try again: ${members.join(', ')}`,
  )
}

function listOf(name: string, value: unknown): ListChange {
  if (typeof value !== 'object' || Array.isArray(value) || value === null)
    return { replace: Array.isArray(value) ? value.map((each) => textOf(name, each)) : [textOf(name, value)] }
  const parts = Object.entries(value).filter(([key]) => !key.startsWith('@') && !key.includes('@'))
  const part = (wanted: string) =>
    parts
      .filter(([key]) => key.toLowerCase() === wanted)
      .flatMap(([, each]: [string, unknown]) => (Array.isArray(each) ? each : [each]))
      .map((each) => textOf(name, each))
  const strange = parts.find(([key]) => !['add', 'remove'].includes(key.toLowerCase()))
  if (strange)
    throw badValue(name, value, 'System.Collections.Hashtable', `The key ${strange[0]} is neither Add nor Remove.`)
  return { add: part('add'), remove: part('remove') }
}

/** The list after the change; members are compared in any case. */
export function changed(before: readonly string[], change: ListChange): string[] {
  if ('replace' in change) return [...change.replace]
  const without = (members: readonly string[], less: readonly string[]) =>
    members.filter((member) => !less.some((each) => each.toLowerCase() === member.toLowerCase()))
  return [...without(before, [...change.remove, ...change.add]), ...change.add]
}
