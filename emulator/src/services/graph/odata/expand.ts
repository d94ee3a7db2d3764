import { badRequest, notImplemented } from '#services/graph/errors.ts'
import type { Query } from '#http/exchange.ts'

/** A navigation property to be filled in, and the options in its parentheses by name. */
export interface Expansion {
  property: string
  options: ReadonlyMap<string, string>
}

/** `$expand=attachments($select=name),singleValueExtendedProperties($filter=…)`. @throws GraphError for one not `known`. */
export function readExpand(query: Query, known: readonly string[]): Expansion[] {
  const text = query.get('$expand')
  if (!text?.trim()) return []
  return cut(text, ',').map((part) => {
    const [, name = '', inner = ''] = /^\s*([\w./]+)\s*(?:\((.*)\))?\s*$/s.exec(part) ?? []
    const property = known.find((each) => each.toLowerCase() === name.toLowerCase())
    if (!name) throw badRequest(`Invalid expand clause '${part.trim()}'.`)
    if (!property) throw notImplemented(`$expand=${name} here`)
    const options = cut(inner, ';').flatMap((option) => {
      const at = option.indexOf('=')
      return at < 0 ? [] : [[option.slice(0, at).trim().toLowerCase(), option.slice(at + 1).trim()] as const]
    })
    return { property, options: new Map(options) }
  })
}

/** Cuts at a character, but not within parentheses or quotes. */
function cut(text: string, at: string): string[] {
  const parts = ['']
  let [depth, quoted] = [0, false]
  for (const character of text) {
    if (character === "'") quoted = !quoted
    else if (!quoted && character === '(') depth++
    else if (!quoted && character === ')') depth--
    if (character === at && depth === 0 && !quoted) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts.filter((part) => part.trim() !== '')
}
