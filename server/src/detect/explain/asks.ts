import type { ValueTest } from '#detect/sigma/expression.ts'
import { type Pattern, shapeOf } from '#detect/sigma/pattern.ts'

const SYMBOLS = { lt: '<', lte: '≤', gt: '>', gte: '≥' }
const COMPARED = { equals: 'is', contains: 'contains', startswith: 'starts with', endswith: 'ends with' }

/** What a test asks of a value, in words. */
export function asks(test: ValueTest): string {
  switch (test.kind) {
    case 'pattern':
      return askedPattern(test.pattern) + (test.cased ? ', in this case' : '')
    case 'regex':
      return `matches /${test.source}/${test.flags}`
    case 'cidr':
      return `is in ${test.block}`
    case 'compare':
      return `${SYMBOLS[test.operator]} ${test.value}`
    case 'field':
      return `${COMPARED[test.how]} what ${test.other} has`
    case 'time':
      return `has the ${test.part} ${test.value}`
    case 'list':
      return `is in the list %${test.name}%, which is not given`
    case 'null':
      return 'is absent or null'
    case 'exists':
      return test.expected ? 'is there' : 'is not there'
  }
}

function askedPattern(pattern: Pattern): string {
  const shape = shapeOf(pattern)
  if (shape.kind === 'anything') return 'is anything'
  if (shape.kind === 'glob') return `is like "${globText(shape.parts)}"`
  return `${COMPARED[shape.kind]} "${shape.text}"`
}

function globText(parts: Pattern): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : part.kind === 'any' ? '*' : '?')).join('')
}
