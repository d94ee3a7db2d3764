import type { Pattern, PatternPart } from './pattern.ts'
import type { Fault } from './problem.ts'

/**
 * The ways in which one text may be written in a log: with another dash, in UTF-16, in Base64. Each modifier turns every
 * spelling into one or several.
 */
interface Spelling {
  pattern: Pattern
  /** The text's characters stand for bytes (UTF-16 was applied). */
  isBytes: boolean
}

const DASHES = ['-', '/', '–', '—', '―']
/** A dash or slash that begins a word, as options of a command line do. */
const DASH = /(?<![\p{L}\p{N}_])[-/–—―](?=[\p{L}\p{N}_])/u
/** Five dashes in one text, each in five ways. */
const MAX_SPELLINGS = 3_125

/** Every spelling of a text under the modifiers, applied in the order given. */
export function spell(pattern: Pattern, modifiers: readonly string[]): Pattern[] | Fault {
  let spellings: Spelling[] = [{ pattern, isBytes: false }]
  for (const modifier of modifiers) {
    const next: Spelling[] = []
    for (const spelling of spellings) {
      const made = SPELL[modifier]!(spelling)
      if ('found' in made) return made
      next.push(...made)
    }
    spellings = next
  }
  return spellings.map((spelling) => spelling.pattern)
}

const SPELL: Record<string, (spelling: Spelling) => Spelling[] | Fault> = {
  windash: ({ pattern, isBytes }) => {
    const patterns = dashed(pattern)
    return 'found' in patterns ? patterns : patterns.map((each) => ({ pattern: each, isBytes }))
  },
  wide: (spelling) => [encode(spelling, utf16le)],
  utf16le: (spelling) => [encode(spelling, utf16le)],
  utf16be: (spelling) => [encode(spelling, utf16be)],
  utf16: (spelling) => [encode(spelling, (text, index) => (index === 0 ? '\xFF\xFE' : '') + utf16le(text))],
  base64: (spelling) => base64(spelling, (bytes) => [bytes.toString('base64')]),
  base64offset: (spelling) => base64(spelling, base64Offsets),
}

function dashed(pattern: Pattern): Pattern[] | Fault {
  let patterns: PatternPart[][] = [[]]
  for (const part of pattern) {
    const texts = part.kind === 'text' ? dashedTexts(part.text) : undefined
    if (texts && 'found' in texts) return texts
    const parts: PatternPart[] = texts ? texts.map((text) => ({ kind: 'text', text })) : [part]
    if (patterns.length * parts.length > MAX_SPELLINGS) return tooMany
    patterns = patterns.flatMap((before) => parts.map((each) => [...before, each]))
  }
  return patterns
}

const tooMany: Fault = { found: 'a text of more than five dashes', allowed: 'at most five under `windash`' }

function dashedTexts(text: string): string[] | Fault {
  const words = text.split(new RegExp(DASH, 'gu'))
  if (DASHES.length ** (words.length - 1) > MAX_SPELLINGS) return tooMany
  return words
    .slice(1)
    .reduce((spellings, word) => spellings.flatMap((before) => DASHES.map((dash) => before + dash + word)), [words[0]!])
}

function encode({ pattern }: Spelling, encoder: (text: string, index: number) => string): Spelling {
  return {
    isBytes: true,
    pattern: pattern.map((part, index) => (part.kind === 'text' ? { ...part, text: encoder(part.text, index) } : part)),
  }
}

function utf16le(text: string): string {
  return Buffer.from(text, 'utf16le').toString('latin1')
}

function utf16be(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('latin1')
}

function base64({ pattern, isBytes }: Spelling, encoder: (bytes: Buffer) => string[]): Spelling[] | Fault {
  if (pattern.some(({ kind }) => kind !== 'text')) {
    return { found: 'a wildcard in a text for Base64', allowed: 'a text without * and ?, or with \\* and \\?' }
  }
  const text = pattern.map((part) => (part.kind === 'text' ? part.text : '')).join('')
  if (text === '') return { found: 'an empty text for Base64', allowed: 'a text' }
  const encoded = encoder(Buffer.from(text, isBytes ? 'latin1' : 'utf8'))
  return encoded.map((each) => ({ isBytes: false, pattern: each === '' ? [] : [{ kind: 'text', text: each }] }))
}

/** How bytes look inside a longer Base64 text: at each of three offsets, without the characters that neighbors share. */
function base64Offsets(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, ' '), bytes]).toString('base64')
    const end = [0, 3, 2][(bytes.length + offset) % 3]!
    return encoded.slice([0, 2, 3][offset], encoded.length - end)
  })
}
