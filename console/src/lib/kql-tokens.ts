/**
 * A KQL text cut into pieces, as far as completing and changing it needs: the server alone parses queries and says what is
 * wrong with them. It never throws, whatever half of a query somebody has typed.
 */
export interface Token {
  kind: 'open' | 'close' | 'operator' | 'and' | 'or' | 'not' | 'word' | 'quoted'
  /** As written. */
  text: string
  /** First character of it in the query, from 0. */
  from: number
  /** Character behind it. */
  to: number
  /** Of an operator, a value, or a parenthesis around values: the field that is compared. */
  field?: string
}

const SPACE = /\s*/y
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|\\?$)/sy
const OPERATOR = />=|<=|[:<>]/y
const WORD = /(?:[^\s()":<>{}\\]|\\.|\\$)+/sy
// A value may hold `:`, `<` and `>`, as times, IPv6 addresses and message ids do.
const VALUE_WORD = /(?:[^\s()"{}\\]|\\.|\\$)+/sy
const KEYWORDS = ['and', 'or', 'not'] as const

function at(pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index
  return pattern.exec(text)?.[0] ?? ''
}

export function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  /** Of every open parenthesis the field whose values it holds. */
  const groups: (string | undefined)[] = []
  let index = 0
  for (;;) {
    index += at(SPACE, query, index).length
    if (index >= query.length) return tokens
    const before = tokens.at(-1)
    const isValue = before?.kind === 'operator' || (groups.at(-1) !== undefined && before?.kind !== 'word')
    const token = tokenAt(query, index, isValue)
    index = token.to
    tokens.push(token)
    const field = fieldOf(token, before, groups.at(-1))
    if (field !== undefined) token.field = field
    if (token.kind === 'open') groups.push(field)
    else if (token.kind === 'close') groups.pop()
  }
}

function fieldOf(token: Token, before: Token | undefined, group: string | undefined): string | undefined {
  if (token.kind === 'operator') return before?.kind === 'word' ? plain(before.text) : ''
  if (before?.kind === 'operator') return before.field
  if (token.kind === 'open') return group
  if (token.kind !== 'word' && token.kind !== 'quoted') return undefined
  // A value may be of several words: `user.name : ana maria`.
  return group ?? (before?.kind === 'word' || before?.kind === 'quoted' ? before.field : undefined)
}

function tokenAt(query: string, from: number, isValue: boolean): Token {
  const character = query[from]!
  const token = (kind: Token['kind'], text: string): Token => ({ kind, text, from, to: from + text.length })
  if (character === '(') return token('open', character)
  if (character === ')') return token('close', character)
  const quoted = at(QUOTED, query, from)
  if (quoted !== '') return token('quoted', quoted)
  const word = at(isValue ? VALUE_WORD : WORD, query, from)
  const keyword = KEYWORDS.find((each) => each === word.toLowerCase())
  if (keyword !== undefined) return token(keyword, word)
  if (word !== '') return token('word', word)
  const operator = at(OPERATOR, query, from)
  // A brace means nothing here; it is carried along as it stands.
  return operator === '' ? token('word', character) : token('operator', operator)
}

/** A word or a quoted text without what makes it one: `C\:\\a` is `C:\a`. */
export function plain(text: string): string {
  const inner = text.startsWith('"') ? text.slice(1, isClosed(text) ? -1 : undefined) : text
  return inner.replaceAll(/\\(.)/gs, '$1')
}

/** Whether a quoted text has its second quote. */
export const isClosed = (quoted: string) => /^"(?:[^"\\]|\\.)*"$/s.test(quoted)
