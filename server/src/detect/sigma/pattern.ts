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

/** What a pattern asks of a value. Nearly every rule uses one of the first five forms. */
export type Shape =
  | { kind: 'equals' | 'startswith' | 'endswith' | 'contains'; text: string }
  | { kind: 'anything' }
  | { kind: 'glob'; parts: Pattern }

export function shapeOf(pattern: Pattern): Shape {
  const parts = mergeAnys(pattern)
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []))
  if (parts.length === 1 && parts[0]!.kind === 'any') return { kind: 'anything' }
  if (texts.length > 1 || parts.some(({ kind }) => kind === 'one')) return { kind: 'glob', parts }
  const [text = ''] = texts
  const before = parts[0]?.kind === 'any'
  const behind = parts.at(-1)?.kind === 'any'
  if (before) return { kind: behind ? 'contains' : 'endswith', text }
  return { kind: behind ? 'startswith' : 'equals', text }
}

/** The text that a pattern seeks anywhere in a value; undefined when it seeks anything else. */
export function innerText(pattern: Pattern): string | undefined {
  const shape = shapeOf(pattern)
  return shape.kind === 'contains' ? shape.text : undefined
}

/** A predicate over whole values, which are given in lower case unless it is `cased`. */
export function compilePattern(pattern: Pattern, cased: boolean): (value: string) => boolean {
  const shape = shapeOf(cased ? pattern : foldPattern(pattern))
  switch (shape.kind) {
    case 'anything':
      return () => true
    case 'equals':
      return (value) => value === shape.text
    case 'startswith':
      return (value) => value.startsWith(shape.text)
    case 'endswith':
      return (value) => value.endsWith(shape.text)
    case 'contains':
      return (value) => value.includes(shape.text)
    case 'glob':
      return (value) => matchParts(shape.parts, value)
  }
}

/** The pattern in lower case, for values in lower case. */
export function foldPattern(pattern: Pattern): Pattern {
  return pattern.map((part) => (part.kind === 'text' ? { ...part, text: part.text.toLowerCase() } : part))
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
      at += lengthAt(value, at)
      continue
    }
    if (current?.kind === 'text' && value.startsWith(current.text, at)) {
      part++
      at += current.text.length
      continue
    }
    if (returnPart < 0 || returnAt >= value.length) return false
    part = returnPart
    at = returnAt += lengthAt(value, returnAt)
  }
}

/** Of the character there: one beyond the first 65,536 takes two places. */
function lengthAt(value: string, at: number): number {
  return value.codePointAt(at)! > 0xffff ? 2 : 1
}

function mergeAnys(pattern: Pattern): PatternPart[] {
  return pattern.filter((part, index) => part.kind !== 'any' || pattern[index - 1]?.kind !== 'any')
}
