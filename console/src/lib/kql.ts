import { tokensOf, type Token } from './kql-tokens.ts'

/** Pieces of KQL that buttons write for people. The server parses; here it is only put together and taken apart. */

const QUOTED = /["\\*]/g

/** In, or out: with the value, or without. */
export type Sense = 'in' | 'out'

/** `field : "value"`, or `not field : "value"`; a number or boolean stays as it is. */
export function fieldTerm(field: string, value: unknown, sense: Sense = 'in'): string {
  const text = String(value)
  const literal = typeof value === 'number' || typeof value === 'boolean' ? text : quoted(text)
  return `${sense === 'out' ? 'not ' : ''}${field} : ${literal}`
}

/** The text in quotes, as KQL writes it: a star would stand for any text there too. */
export const quoted = (text: string) => `"${text.replace(QUOTED, String.raw`\$&`)}"`

/** The conditions of a query that must all hold; one alone where an `or` stands between them. */
export function conditions(query: string): string[] {
  let depth = 0
  const cuts: Token[] = []
  for (const token of tokensOf(query)) {
    if (token.kind === 'open') depth += 1
    else if (token.kind === 'close') depth -= 1
    else if (depth === 0 && token.kind === 'or') return [query.trim()]
    else if (depth === 0 && token.kind === 'and') cuts.push(token)
  }
  const ends = [...cuts.map(({ from }) => from), query.length]
  const starts = [0, ...cuts.map(({ to }) => to)]
  return starts.map((start, index) => query.slice(start, ends[index]).trim()).filter((condition) => condition !== '')
}

/** `query` narrowed by `term`, which takes the place of its opposite. Parentheses only where an `or` would otherwise take the term to one side. */
export function narrow(query: string, term: string): string {
  const before = conditions(query)
  if (before.some((each) => isSame(each, term))) return query.trim()
  const [only] = before
  if (before.length === 1 && only !== undefined && hasOr(only)) return `(${only}) and ${term}`
  const isOpposite = (each: string) => isSame(each, opposite(term))
  return before.some(isOpposite)
    ? before.map((each) => (isOpposite(each) ? term : each)).join(' and ')
    : [...before, term].join(' and ')
}

/** `query` without one of its {@link conditions}. */
export function widen(query: string, term: string): string {
  return conditions(query)
    .filter((each) => !isSame(each, term))
    .join(' and ')
}

/** Whether the query asks for the value, or for what is without it. */
export function senseOf(query: string, field: string, value: string): Sense | undefined {
  const given = conditions(query)
  const has = (sense: Sense) =>
    given.some(
      (each) =>
        isSame(each, fieldTerm(field, value, sense)) ||
        isSame(each, `${sense === 'out' ? 'not ' : ''}${field} : ${value}`),
    )
  if (has('in')) return 'in'
  return has('out') ? 'out' : undefined
}

const opposite = (term: string) => (/^not\s/i.test(term) ? term.replace(/^not\s+/i, '') : `not ${term}`)

const written = (term: string) =>
  tokensOf(term)
    .map(({ text }) => text)
    .join(' ')
const isSame = (a: string, b: string) => written(a) === written(b)

function hasOr(condition: string): boolean {
  let depth = 0
  return tokensOf(condition).some(({ kind }) => {
    if (kind === 'open') depth += 1
    else if (kind === 'close') depth -= 1
    return kind === 'or' && depth === 0
  })
}

/** The text before, at and after a fault; `position` is the 1-based character that the server names. */
export function pointAt(query: string, position: number, length = 1): { before: string; at: string; after: string } {
  const index = Math.min(Math.max(0, position - 1), query.length)
  const end = index + Math.max(1, length)
  return { before: query.slice(0, index), at: query.slice(index, end) || ' ', after: query.slice(end) }
}
