import type { LoadedRule } from '#detect/rule-set.ts'
import type { Expression, Leaf } from '#detect/sigma/expression.ts'
import { listsOf } from '#detect/sigma/lists.ts'
import { compilePattern, exactText } from '#detect/sigma/pattern.ts'

import { knownOf } from './known.ts'
import { streamsOf, whyAbsent } from './logsources.ts'
import { aliasOf } from './places.ts'
import type { EventStream } from './source.ts'

/**
 * Why a rule can never fire here, in a sentence; undefined where nothing says so. Said is only what Microsoft's published
 * schemas and lists exclude: fields and values that no record has, logsources that are not collected.
 */
export function whyNeverFires({ logsource, expression }: LoadedRule): string | undefined {
  const streams = streamsOf(logsource)
  if (streams.length === 0) return whyAbsent(logsource)
  const [list] = listsOf(expression)
  if (list !== undefined) return `It names the list %${list}%, which is not given.`
  const reasons = streams.map((stream) => impossible(expression, stream))
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined
}

function impossible(expression: Expression, stream: EventStream): string | undefined {
  switch (expression.kind) {
    case 'leaf':
      return impossibleLeaf(expression, stream)
    case 'and':
      return expression.terms.map((term) => impossible(term, stream)).find((reason) => reason !== undefined)
    case 'or': {
      const reasons = expression.terms.map((term) => impossible(term, stream))
      return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined
    }
    case 'not':
      return undefined
  }
}

function impossibleLeaf({ field, test }: Leaf, stream: EventStream): string | undefined {
  if (field === undefined || test.kind === 'null' || (test.kind === 'exists' && !test.expected)) return undefined
  const name = field.toLowerCase().replace(/^properties\./, '')
  const { fields, values } = knownOf(stream)
  if (aliasOf(stream, field) === undefined && fields !== undefined && !fields.has(name.split('.')[0]!))
    return `No record of ${stream.dataset} has the field ${field}.`
  if (test.kind !== 'pattern') return undefined
  const text = exactText(test.pattern)
  if (text === 'UPN') return `${field} asks for "UPN", which its author left for somebody to replace by a user.`
  const possible = Object.hasOwn(values, name) ? [...values[name]!, ...wordsOf(stream, field)] : undefined
  if (possible === undefined) return undefined
  const matches = compilePattern(test.pattern, false)
  if (possible.some((value) => matches(value.toLowerCase()))) return undefined
  return `No record of ${stream.dataset} is known whose ${field} fits "${test.pattern.map((part) => (part.kind === 'text' ? part.text : '*')).join('')}".`
}

/** What else rules call the values of a field. */
function wordsOf(stream: EventStream, field: string): string[] {
  return (aliasOf(stream, field) ?? []).flat().flatMap(({ words = {} }) => Object.values(words).flat())
}
