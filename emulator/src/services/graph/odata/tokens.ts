/** Words of an OData filter. */
export type Token = { kind: 'string'; value: string; at: number } | { kind: 'word' | 'mark'; value: string; at: number }

const PATTERN = /\s*(?:'((?:[^']|'')*)'|([(),:])|([^\s'(),:]+(?::\d\d[^\s'(),]*)*))/y

/** Cuts a filter into words. Returns the position of the first character that fits nowhere. */
export function tokenize(text: string): Token[] | number {
  const tokens: Token[] = []
  PATTERN.lastIndex = 0
  while (PATTERN.lastIndex < text.trimEnd().length) {
    const at = PATTERN.lastIndex
    const found = PATTERN.exec(text)
    if (!found) return at
    const [, quoted, mark, word] = found
    if (quoted !== undefined) tokens.push({ kind: 'string', value: quoted.replaceAll("''", "'"), at })
    else tokens.push({ kind: mark === undefined ? 'word' : 'mark', value: (mark ?? word)!, at })
  }
  return tokens
}
