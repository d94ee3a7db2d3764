import { semantic } from './errors.ts'

/** How KQL looks into text. */

/** Characters of a term: what `has` finds must not go on before or after. */
const isTermCharacter = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character)

/** True where `wanted` lies in `text` with a boundary of terms where one is asked for. */
function hasTerm(text: string, wanted: string, before: boolean, after: boolean): boolean {
  if (wanted === '') return true
  const guardsBefore = before && isTermCharacter(wanted[0])
  const guardsAfter = after && isTermCharacter(wanted.at(-1))
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (guardsBefore && isTermCharacter(text[at - 1])) continue
    if (guardsAfter && isTermCharacter(text[at + wanted.length])) continue
    return true
  }
  return false
}

/** Tests by name; each looks at text as it is. */
const TEXT_TESTS: Readonly<Record<string, (text: string, wanted: string) => boolean>> = {
  '=~': (text, wanted) => text === wanted,
  has: (text, wanted) => hasTerm(text, wanted, true, true),
  hasprefix: (text, wanted) => hasTerm(text, wanted, true, false),
  hassuffix: (text, wanted) => hasTerm(text, wanted, false, true),
  contains: (text, wanted) => text.includes(wanted),
  startswith: (text, wanted) => text.startsWith(wanted),
  endswith: (text, wanted) => text.endsWith(wanted),
}

export type TextTest = { test: (text: string, wanted: string) => boolean; negative: boolean; caseSensitive: boolean }

/** What an operator such as `!has_cs` asks; undefined for what is none of text. */
export function textTest(operator: string): TextTest | undefined {
  const negative = operator.startsWith('!')
  const caseSensitive = operator.endsWith('_cs')
  const name = operator === '!~' ? '=~' : operator.replace(/^!/, '').replace(/_cs$/, '')
  const test = Object.hasOwn(TEXT_TESTS, name) ? TEXT_TESTS[name] : undefined
  return test && { test, negative, caseSensitive }
}

/** A regular expression as RE2 writes it. @throws KqlError for what is none. */
export function regex(pattern: string, flags = ''): RegExp {
  const inline = /^\(\?([imsU]+)\)/.exec(pattern)
  const own = inline ? [...inline[1]!].filter((flag) => flag !== 'U').join('') : ''
  const body = inline ? pattern.slice(inline[0].length) : pattern
  const spelled = body
    .replaceAll('(?P<', '(?<')
    .replaceAll(String.raw`\A`, '^')
    .replaceAll(String.raw`\z`, '$')
  try {
    return new RegExp(spelled, [...new Set(own + flags)].join(''))
  } catch {
    throw semantic(`Regular expression '${pattern}' is invalid`)
  }
}

/** A test for names by a pattern such as `Email*`. */
export function patternTest(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[^\w]/g, String.raw`\$&`))
  const test = new RegExp(`^${parts.join('.*')}$`)
  return (name) => test.test(name)
}
