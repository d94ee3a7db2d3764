/**
 * A Sigma string: text with wildcards. `*` is any number of characters, `?` exactly one; a backslash makes either literal,
 * and stands for itself before anything else (Sigma 2.1, "Escaping").
 */
export type PatternPart = { kind: 'text'; text: string } | { kind: 'any' } | { kind: 'one' }
export type Pattern = readonly PatternPart[]

/** `source` as written in a rule, cut at its wildcards. */
export function parsePattern(source: string): Pattern {
  const parts: PatternPart[] = []
  let text = ''
  const flush = () => {
    if (text !== '') parts.push({ kind: 'text', text })
    text = ''
  }
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!
    const next = source[at + 1]
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      text += next
      at++
    } else if (character === '*' || character === '?') {
      flush()
      parts.push({ kind: character === '*' ? 'any' : 'one' })
    } else text += character
  }
  flush()
  return parts
}

/** The pattern with any text allowed before it, behind it, or both. */
export function widen(pattern: Pattern, where: { before?: boolean; behind?: boolean }): Pattern {
  const any: PatternPart = { kind: 'any' }
  return [...(where.before ? [any] : []), ...pattern, ...(where.behind ? [any] : [])]
}

/** The text that a pattern without wildcards is; undefined when it has any. */
export function exactText(pattern: Pattern): string | undefined {
  const [first] = pattern
  if (first === undefined) return ''
  return pattern.length === 1 && first.kind === 'text' ? first.text : undefined
}

/** The text that a pattern seeks anywhere in a value; undefined when it seeks anything else. */
export function innerText(pattern: Pattern): string | undefined {
  const [before, text, behind] = mergeAnys(pattern)
  const isInner = pattern.length >= 3 && before!.kind === 'any' && behind?.kind === 'any'
  return isInner && text!.kind === 'text' && mergeAnys(pattern).length === 3 ? text!.text : undefined
}

/** A predicate over whole values, which are given in lower case unless it is `cased`. */
export function compilePattern(pattern: Pattern, cased: boolean): (value: string) => boolean {
  const parts = mergeAnys(pattern).map((part) =>
    part.kind === 'text' && !cased ? { ...part, text: part.text.toLowerCase() } : part,
  )
  return specialize(parts) ?? ((value: string) => matchParts(parts, value))
}

/** The four forms that nearly every rule uses, without the general walk. */
function specialize(parts: Pattern): ((value: string) => boolean) | undefined {
  const [first, second, third] = parts
  if (first === undefined) return (value) => value === ''
  if (parts.length === 1 && first.kind === 'text') return (value) => value === first.text
  if (parts.length === 1 && first.kind === 'any') return () => true
  if (parts.length === 2 && first.kind === 'text' && second!.kind === 'any')
    return (value) => value.startsWith(first.text)
  if (parts.length === 2 && first.kind === 'any' && second!.kind === 'text') {
    const { text } = second!
    return (value) => value.endsWith(text)
  }
  if (parts.length === 3 && first.kind === 'any' && second!.kind === 'text' && third!.kind === 'any') {
    const { text } = second!
    return (value) => value.includes(text)
  }
  return undefined
}

/** Glob matching with one point of return, so that no pattern costs more than pattern × value. */
function matchParts(parts: Pattern, value: string): boolean {
  let part = 0
  let at = 0
  let returnPart = -1
  let returnAt = 0
  while (true) {
    const current = parts[part]
    if (current?.kind === 'any') {
      returnPart = ++part
      returnAt = at
      continue
    }
    if (current === undefined && at === value.length) return true
    if (current?.kind === 'one' && at < value.length) {
      part++
      at++
      continue
    }
    if (current?.kind === 'text' && value.startsWith(current.text, at)) {
      part++
      at += current.text.length
      continue
    }
    if (returnPart < 0 || returnAt >= value.length) return false
    part = returnPart
    at = ++returnAt
  }
}

function mergeAnys(pattern: Pattern): PatternPart[] {
  return pattern.filter((part, index) => part.kind !== 'any' || pattern[index - 1]?.kind !== 'any')
}
