import ipaddr from 'ipaddr.js'
import { RE2JS } from 're2js'

import type { Expression, ValueTest } from '#detect/sigma/expression.ts'
import { compilePattern } from '#detect/sigma/pattern.ts'

/** How a rule reads an event: all values of a field (absent: none), and every scalar value of the event for keywords. */
export interface Fields {
  /** Values of the field, arrays and objects flattened to their scalars; undefined when the event has no such field. */
  values(field: string): readonly unknown[] | undefined
  everyValue(): IteratorObject<unknown>
}

export type Predicate = (fields: Fields) => boolean

/** An expression as a function over one event, in memory. */
export function toPredicate(expression: Expression): Predicate {
  switch (expression.kind) {
    case 'and': {
      const terms = expression.terms.map(toPredicate)
      return (fields) => terms.every((term) => term(fields))
    }
    case 'or': {
      const terms = expression.terms.map(toPredicate)
      return (fields) => terms.some((term) => term(fields))
    }
    case 'not': {
      const term = toPredicate(expression.term)
      return (fields) => !term(fields)
    }
    case 'leaf':
      return compileLeaf(expression.field, expression.test)
  }
}

function compileLeaf(field: string | undefined, test: ValueTest): Predicate {
  if (field !== undefined && test.kind === 'exists')
    return (fields) => (fields.values(field) !== undefined) === test.expected
  if (field !== undefined && test.kind === 'null') {
    return (fields) => fields.values(field)?.every((value) => value === null) ?? true
  }
  const matches = compileTest(test)
  if (field === undefined) return (fields) => fields.everyValue().some(matches)
  return (fields) => fields.values(field)?.some(matches) ?? false
}

function compileTest(test: ValueTest): (value: unknown) => boolean {
  switch (test.kind) {
    case 'pattern': {
      const matches = compilePattern(test.pattern, test.cased)
      return (value) => value !== null && value !== undefined && matches(String(value))
    }
    case 'regex': {
      const flags = [...test.flags].reduce((sum, flag) => sum | REGEX_FLAGS[flag]!, 0)
      const regex = RE2JS.compile(test.source, flags)
      return (value) => value !== null && value !== undefined && regex.matcher(String(value)).find()
    }
    case 'cidr': {
      const block = ipaddr.parseCIDR(test.block)
      return (value) => typeof value === 'string' && inBlock(value, block)
    }
    case 'compare':
      return (value) => {
        const number =
          typeof value === 'number'
            ? value
            : typeof value === 'string' && value.trim() !== ''
              ? Number(value)
              : Number.NaN
        return !Number.isNaN(number) && COMPARE[test.operator](number, test.value)
      }
    case 'field':
    case 'time':
    case 'list':
      // Their modifiers are refused by sigma/item.ts so far.
      return () => false
    case 'null':
    case 'exists':
      // As a keyword neither means anything; sigma/item.ts refuses them there.
      return () => false
  }
}

const REGEX_FLAGS: Record<string, number> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
}

const COMPARE = {
  lt: (left: number, right: number) => left < right,
  lte: (left: number, right: number) => left <= right,
  gt: (left: number, right: number) => left > right,
  gte: (left: number, right: number) => left >= right,
}

/** Addresses of the other family, and mapped ones (`::ffff:192.0.2.1`), are compared as what they mean. */
function inBlock(value: string, block: [ipaddr.IPv4 | ipaddr.IPv6, number]): boolean {
  if (!ipaddr.isValid(value)) return false
  const address = ipaddr.process(value)
  return address.kind() === block[0].kind() && address.match(block as [ipaddr.IPv4, number])
}
