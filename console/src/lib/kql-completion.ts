import { isClosed, plain, tokensOf, type Token } from './kql-tokens.ts'

/** What may be written next at a place of a query, and which of its characters that would replace. */
export interface Completion {
  /** A field (or a word); what to do with the field just named; a value of `field`; or how to go on. */
  wants: 'field' | 'operator' | 'value' | 'join'
  field: string
  /** What is there of it already, without quotes. */
  typed: string
  from: number
  to: number
}

/** What is wanted at `caret`. */
export function completionAt(query: string, caret: number): Completion {
  const tokens = tokensOf(query.slice(0, caret))
  const last = tokens.at(-1)
  // A word is still being written while the caret touches it; so is a quoted text without its second quote.
  const isTouched = last !== undefined && last.to === caret && isWritten(last)
  const typed = isTouched ? tokens.pop() : undefined
  const before = tokens.at(-1)
  const rest =
    typed?.kind === 'quoted' ? restOfQuoted(query, caret) : (/^[^\s()":<>{}]*/.exec(query.slice(caret))?.[0] ?? '')
  const place = {
    field: '',
    typed: typed === undefined ? '' : plain(typed.text),
    from: typed?.from ?? caret,
    to: caret + rest.length,
  }
  if (before?.kind === 'operator') return { ...place, wants: 'value', field: before.field ?? '' }
  const group = groupField(tokens)
  const opens = before === undefined || ['open', 'and', 'or', 'not'].includes(before.kind)
  if (opens) return group === undefined ? { ...place, wants: 'field' } : { ...place, wants: 'value', field: group }
  const isSubject = before.kind === 'word' && before.field === undefined && isFirstOfCondition(tokens)
  if (isSubject && place.typed === '') return { ...place, wants: 'operator', field: plain(before.text) }
  return { ...place, wants: 'join' }
}

/** A keyword that ends at the caret may be the beginning of a word. */
const isWritten = ({ kind, text }: Token) =>
  kind === 'word' || ['and', 'or', 'not'].includes(kind) || (kind === 'quoted' && !isClosed(text))

const restOfQuoted = (query: string, caret: number) => /^(?:[^"\\]|\\.)*"/s.exec(query.slice(caret))?.[0] ?? ''

/** The field whose values the innermost open parenthesis holds: `user.name : (ana or …`. */
function groupField(tokens: readonly Token[]): string | undefined {
  const groups: (string | undefined)[] = []
  for (const { kind, field } of tokens) {
    if (kind === 'open') groups.push(field)
    else if (kind === 'close') groups.pop()
  }
  return groups.at(-1)
}

const isFirstOfCondition = (tokens: readonly Token[]) => {
  const earlier = tokens.at(-2)
  return earlier === undefined || ['open', 'and', 'or', 'not'].includes(earlier.kind)
}

/** The query with `text` where the completion belongs, and where the caret is afterwards. */
export function complete(query: string, { from, to }: Completion, text: string): { query: string; caret: number } {
  const rest = query.slice(to)
  const gap = rest.startsWith(' ') || rest.startsWith(')') ? '' : ' '
  const head = `${query.slice(0, from)}${text}${gap}`
  return { query: head + rest, caret: head.length + (gap === '' && rest.startsWith(' ') ? 1 : 0) }
}
