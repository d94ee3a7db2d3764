import type { Fault } from './problem.ts'

/**
 * The modifiers of Sigma 2.1 and what may stand with what. One that decides alone what a value means comes first; the rest
 * change how a text is spelled, where in the field it is sought, or how several values are joined.
 */
const PLACES = ['contains', 'startswith', 'endswith'] as const
const SPELLINGS = ['windash', 'wide', 'utf16le', 'utf16be', 'utf16', 'base64', 'base64offset'] as const
const ENCODINGS = new Set(['base64', 'base64offset'])
const FLAGS = ['i', 'm', 's'] as const
export const TIME_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const
export const COMPARISONS = ['lt', 'lte', 'gt', 'gte'] as const

/** What may follow each modifier that comes first. */
const FOLLOWERS: Readonly<Record<string, readonly string[]>> = {
  re: [...FLAGS, 'all', 'neq'],
  cidr: ['all', 'neq'],
  exists: [],
  fieldref: [...PLACES, 'cased', 'all', 'neq'],
  ...Object.fromEntries(COMPARISONS.map((each) => [each, ['all', 'neq']])),
  ...Object.fromEntries(TIME_PARTS.map((each) => [each, ['all', 'neq']])),
}

const TEXT: readonly string[] = [...PLACES, ...SPELLINGS, 'cased', 'expand', 'all', 'neq']
const ALL: readonly string[] = [...new Set([...TEXT, ...Object.keys(FOLLOWERS), ...FLAGS])]

/** The modifiers of an item, checked and told apart. */
export interface Modifiers {
  /** `re`, `cidr`, `exists`, `fieldref`, a comparison or a part of time; undefined: a text. */
  kind: string | undefined
  flags: string
  place: (typeof PLACES)[number] | undefined
  /** In the order written, which is the order applied. */
  spellings: string[]
  cased: boolean
  expand: boolean
  all: boolean
  neq: boolean
}

/** Reads what stands behind a field's name, or says what is wrong with it. */
export function parseModifiers(names: readonly string[]): Modifiers | Fault {
  const kind = names[0] !== undefined && Object.hasOwn(FOLLOWERS, names[0]) ? names[0] : undefined
  for (const [index, name] of names.entries()) {
    const fault = checkOne(name, index, names, kind)
    if (fault) return fault
  }
  const places = PLACES.filter((place) => names.includes(place))
  if (places.length > 1) return { found: `\`${places.join('|')}\``, allowed: `one of ${PLACES.join(', ')}` }
  const spellings = names.filter((name) => (SPELLINGS as readonly string[]).includes(name))
  if (spellings.length > 0 && names.includes('expand')) {
    return { found: `\`expand\` with \`${spellings[0]}\``, allowed: '`expand` of values that are used as they are' }
  }
  return {
    kind,
    flags: FLAGS.filter((flag) => names.includes(flag)).join(''),
    place: places[0],
    spellings,
    cased: names.includes('cased'),
    expand: names.includes('expand'),
    all: names.includes('all'),
    neq: names.includes('neq'),
  }
}

function checkOne(name: string, index: number, names: readonly string[], kind: string | undefined): Fault | undefined {
  const before = names[index - 1]
  if (!ALL.includes(name)) return { found: `the modifier \`${name}\``, allowed: `one of ${ALL.join(', ')}` }
  if (names.indexOf(name) < index) return { found: `\`${name}\` twice`, allowed: 'each modifier once' }
  if (Object.hasOwn(FOLLOWERS, name) && index > 0) {
    return { found: `\`${name}\` behind \`${before}\``, allowed: `\`${name}\` as the first modifier` }
  }
  if (kind === undefined && (FLAGS as readonly string[]).includes(name)) {
    return { found: `the flag \`${name}\` without \`re\``, allowed: '`re` in front of its flags' }
  }
  if (kind !== undefined && index > 0 && !FOLLOWERS[kind]!.includes(name)) {
    const followers = FOLLOWERS[kind]!.join(', ') || 'nothing'
    return { found: `\`${name}\` behind \`${kind}\``, allowed: `${followers} behind \`${kind}\`` }
  }
  if (ENCODINGS.has(name)) {
    const place = names.slice(0, index).find((each) => (PLACES as readonly string[]).includes(each))
    if (place) return { found: `\`${name}\` behind \`${place}\``, allowed: `\`${name}|${place}\`` }
  }
  return undefined
}
