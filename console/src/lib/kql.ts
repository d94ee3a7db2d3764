/** Pieces of KQL that buttons write for people. The server parses; here it is only put together. */

const QUOTED = /["\\]/g

/** `field : "value"`, or `not field : "value"`; a value without quotes, wildcards or operators stays readable. */
export function fieldTerm(field: string, value: unknown, sense: 'in' | 'out' = 'in'): string {
  const text = String(value)
  const literal = typeof value === 'number' || typeof value === 'boolean' ? text : `"${text.replace(QUOTED, '\\$&')}"`
  return `${sense === 'out' ? 'not ' : ''}${field} : ${literal}`
}

/** `query` narrowed by `term`. Parentheses only where an `or` would otherwise take the term to one side. */
export function narrow(query: string, term: string): string {
  const before = query.trim()
  if (before === '') return term
  if (splitTerms(before).includes(term)) return before
  return `${/\bor\b/i.test(withoutStrings(before)) ? `(${before})` : before} and ${term}`
}

const withoutStrings = (query: string) => query.replaceAll(/"(?:\\.|[^"\\])*"/g, '""')

function splitTerms(query: string): string[] {
  return query.split(/\s+and\s+/i).map((term) => term.trim())
}

/** The text before, at and after a fault; `position` is the 1-based character that the server names. */
export function pointAt(query: string, position: number): { before: string; at: string; after: string } {
  const index = Math.min(Math.max(0, position - 1), query.length)
  return { before: query.slice(0, index), at: query.slice(index, index + 1) || ' ', after: query.slice(index + 1) }
}
