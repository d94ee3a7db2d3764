import { badSchema } from './errors.ts'
import { child } from './xml.ts'
import { comparable, extendedValue } from './properties.ts'
import type { Element } from './xml.ts'
import type { Shown, Value } from './properties.ts'

/** `<m:Restriction>`: which items are meant, as a tree of conditions. */
export type Condition = (shown: Shown) => boolean

/** @throws Fault ErrorSchemaValidation for conditions that do not exist or lack a part. */
export function readRestriction(element: Element | undefined): Condition {
  const inside = element?.children[0]
  return inside ? read(inside) : () => true
}

function read(element: Element): Condition {
  const { name, children } = element
  switch (name) {
    case 'And': {
      const parts = several(element).map(read)
      return (shown) => parts.every((part) => part(shown))
    }
    case 'Or': {
      const parts = several(element).map(read)
      return (shown) => parts.some((part) => part(shown))
    }
    case 'Not': {
      const inner = read(only(element))
      return (shown) => !inner(shown)
    }
    case 'Exists': {
      const path = only(element)
      const value = comparable(path)
      return path.name === 'ExtendedFieldURI'
        ? ({ message }) => extendedValue(message, path) !== undefined
        : (shown) => !isEmpty(value(shown))
    }
    case 'Contains':
      return contains(element)
    default: {
      const holds = COMPARISONS.get(name)
      if (!holds || children.length < 2) throw badSchema(`The element '${name}' is no valid search expression.`)
      return comparison(element, holds)
    }
  }
}

function several(element: Element): readonly Element[] {
  if (element.children.length < 1) throw badSchema(`The element '${element.name}' has incomplete content.`)
  return element.children
}

const only = (element: Element): Element => several(element)[0]!

const isEmpty = (value: Value | undefined) =>
  value === undefined || (Array.isArray(value) && value.every((each) => each === ''))

const COMPARISONS = new Map<string, (order: number) => boolean>([
  ['IsEqualTo', (order) => order === 0],
  ['IsNotEqualTo', (order) => order !== 0],
  ['IsGreaterThan', (order) => order > 0],
  ['IsGreaterThanOrEqualTo', (order) => order >= 0],
  ['IsLessThan', (order) => order < 0],
  ['IsLessThanOrEqualTo', (order) => order <= 0],
])

function comparison(element: Element, holds: (order: number) => boolean): Condition {
  const [path, operand] = element.children
  const left = comparable(path!)
  const other = operand!.children[0]
  if (operand!.name !== 'FieldURIOrConstant' || !other) throw badSchema("The element 'FieldURIOrConstant' is expected.")
  const right = other.name === 'Constant' ? constant(other) : comparable(other)
  const negative = element.name === 'IsNotEqualTo'
  return (shown) => {
    const [a, b] = [left(shown), right(shown)]
    if (a === undefined || b === undefined) return negative
    const orders = Array.isArray(a) ? a.map((each) => orderOf(each, b)) : [orderOf(a as number | boolean, b)]
    return negative ? orders.every(holds) : orders.some(holds)
  }
}

const constant = (element: Element): (() => readonly string[]) => {
  const value = element.attributes['Value']
  if (value === undefined) throw badSchema("The required attribute 'Value' is missing.")
  return () => [value]
}

/** Below, at or above 0; not a number where the two cannot be compared. Text in any case, as Outlook compares it. */
function orderOf(a: string | number | boolean, b: Value): number {
  const other = Array.isArray(b) ? String(b[0] ?? '') : b
  if (typeof a === 'string') return compareText(a.toLowerCase(), String(other).toLowerCase())
  if (typeof a === 'boolean') return Number(a) - Number(String(other).toLowerCase() === 'true' || other === '1')
  const number = typeof other === 'string' ? (/^-?\d+$/.test(other) ? Number(other) : momentOf(other)) : Number(other)
  return a - number
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** A time without a zone is UTC. */
const momentOf = (text: string) =>
  Date.parse(/T.*(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`)

function contains(element: Element): Condition {
  const value = comparable(only(element))
  const wanted = child(element, 'Constant')?.attributes['Value']
  if (wanted === undefined) throw badSchema("The element 'Constant' is expected.")
  const { ContainmentMode: mode = 'FullString', ContainmentComparison: how = 'Exact' } = element.attributes
  const fold = (text: string) => (how.startsWith('Ignore') || how === 'Loose' ? text.toLowerCase() : text)
  const sought = fold(wanted)
  const test = MODES.get(mode)
  if (!test) throw badSchema(`The 'ContainmentMode' attribute is invalid - '${mode}'.`)
  return (shown) => {
    const found = value(shown)
    return Array.isArray(found) && found.some((each: string) => test(fold(each), sought))
  }
}

const words = (text: string) => ` ${text.replaceAll(/[^\p{L}\p{N}_]+/gu, ' ').trim()} `

const MODES = new Map<string, (text: string, sought: string) => boolean>([
  ['FullString', (text, sought) => text === sought],
  ['Prefixed', (text, sought) => text.startsWith(sought)],
  ['Substring', (text, sought) => text.includes(sought)],
  ['PrefixOnWords', (text, sought) => words(text).includes(words(sought).trimEnd())],
  ['ExactPhrase', (text, sought) => words(text).includes(words(sought))],
])
