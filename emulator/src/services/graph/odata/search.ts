import { GraphError, badRequest } from '#services/graph/errors.ts'
import type { Call } from '#services/graph/route.ts'

import { isEventual } from './advanced.ts'
import type { Element } from './values.ts'

/**
 * `$search` of the directory: `"displayName:harbor"`, clauses joined by `AND` and `OR`. What is looked for begins a word of the
 * property, which a space, a number or another character than a letter ends.
 *
 * @param searched properties that can be searched.
 * @returns undefined where nothing is searched for.
 * @throws GraphError for a clause that cannot be read, another property, or without `ConsistencyLevel: eventual`.
 */
export function readDirectorySearch(
  call: Call,
  searched: readonly string[],
): ((value: Element) => boolean) | undefined {
  const text = call.request.query.get('$search')
  if (text === undefined) return undefined
  if (!isEventual(call))
    throw new GraphError(
      400,
      'Request_UnsupportedQuery',
      'Request with $search query parameter only works through MSGraph with a special request header: ConsistencyLevel: eventual',
    )
  const clauses = text
    .split(/\s+OR\s+/)
    .map((some) => some.split(/\s+AND\s+/).map((each) => readClause(each, searched)))
  return (value) => clauses.some((all) => all.every((holds) => holds(value)))
}

function readClause(text: string, searched: readonly string[]): (value: Element) => boolean {
  const [, name = '', wanted = ''] = /^\s*"(\w+):((?:[^"\\]|\\["\\])+)"\s*$/.exec(text) ?? []
  const property = searched.find((known) => known.toLowerCase() === name.toLowerCase())
  if (!name)
    throw badRequest(`Syntax error: clause '${text}' in the $search query is not of the form "property:value".`)
  if (!property)
    throw new GraphError(400, 'Request_UnsupportedQuery', `Property '${name}' does not exist or cannot be searched.`)
  const words = wordsOf(wanted.replaceAll(/\\(.)/g, '$1'))
  return (value) => {
    const found = wordsOf(typeof value[property] === 'string' ? value[property] : '')
    return words.every((word) => found.some((each) => each.startsWith(word)))
  }
}

const wordsOf = (text: string) => text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? []
