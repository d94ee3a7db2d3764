import { asText } from './expression.ts'
import { compile } from './scalars.ts'
import { convert, nothing } from './values.ts'
import { passed } from './scope.ts'
import type { Operator, ParsePart } from './syntax.ts'
import type { Scope, Table } from './scope.ts'
import type { Type } from './values.ts'

/** `parse`: columns out of text by what stands around them. Where the text does not fit, they are empty. */
export function parsed(table: Table, operator: Extract<Operator, { kind: 'parse' }>, scope: Scope): Table {
  const text = asText(compile(operator.column, scope), 'parsed expression')
  const pattern = patternOf(operator.parts)
  const found = operator.parts.filter((part) => part.kind === 'column')
  const columns = [...table.columns]
  const positions = found.map(({ name, type }) => {
    const known = columns.findIndex((column) => column.name === name)
    const at = known < 0 ? columns.length : known
    columns[at] = { name, type }
    return at
  })
  const made = new Set(found.map(({ name }) => name))
  return {
    columns,
    *rows(hints) {
      const below = passed(hints, (name) => (made.has(name) ? undefined : name))
      for (const row of table.rows(below)) {
        const match = pattern.exec(text(row))
        const values = [...row]
        for (const [i, { type }] of found.entries())
          values[positions[i]!] = match ? convert(match[i + 1]!, 'string', type) : nothing(type)
        yield values
      }
    },
  }
}

function patternOf(parts: readonly ParsePart[]): RegExp {
  const body = parts.map((part, i) => {
    if (part.kind === 'text') return part.text.replaceAll(/[^\w\s]/g, String.raw`\$&`)
    const last = i === parts.length - 1
    if (part.kind === 'any') return last ? '.*' : '.*?'
    return part.type === 'string' ? (last ? '(.*)' : '(.*?)') : typed(part.type)
  })
  return new RegExp(`^${body.join('')}${parts.at(-1)!.kind === 'text' ? '' : '$'}`, 's')
}

const typed = (type: Type) =>
  type === 'int' || type === 'long'
    ? String.raw`\s*([+-]?\d+)`
    : type === 'real'
      ? String.raw`\s*([+-]?\d*\.?\d+)`
      : '(.*?)'
