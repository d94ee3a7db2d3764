import { badRequest } from '#services/graph/errors.ts'
import { random } from '#world/random.ts'
import { sentAt } from '#world/mail/mime.ts'
import { sizeOfItem } from '#world/mail/item.ts'
import type { Item, MailAddress } from '#world/mail/item.ts'
import type { Message } from '#world/mail/message.ts'

/**
 * The content index: `$search="from:billing@evil.example AND received>=2026-11-18"`. Words match whole words in any case,
 * `*` at the end of a word matches what follows. Words side by side are joined by AND.
 */

type Test = (item: Item) => boolean

/** How long new mail takes to be found, milliseconds: half a minute to a minute and a half. */
const FASTEST = 30_000
const SPREAD = 60_000

/** Whether the index has a message: what came lately is not in it yet. */
export function isIndexed(message: Message, now: number): boolean {
  if (message.arrived < 0 || now - message.item.receivedAt > FASTEST + SPREAD + 1000) return true
  return now >= message.item.receivedAt + FASTEST + random('indexed', message.item.networkMessageId).between(0, SPREAD)
}

/** @throws GraphError BadRequest for a search that cannot be read. */
export function parseSearch(text: string): Test {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text.trim())
  if (!quoted)
    throw badRequest(`Syntax error: character '${text.trim()[0] ?? ''}' is not valid at position 0 in '${text}'.`)
  const words = tokenize(quoted[1]!.replaceAll(/\\(.)/gs, '$1'))
  if (words.length === 0) throw badRequest('The search query is empty.')
  const state = { words, at: 0, depth: 0 }
  const test = readOr(state)
  if (state.at < words.length) throw badRequest(`Syntax error in search query near '${words[state.at]}'.`)
  return test
}

const tokenize = (text: string) => text.match(/[()]|[\w-]+\s*(?:[:=]|[<>]=?)\s*"[^"]*"|"[^"]*"|[^\s()"]+/g) ?? []

interface State {
  words: string[]
  at: number
  depth: number
}

function readOr(state: State): Test {
  const tests = [readAnd(state)]
  while (state.words[state.at] === 'OR') {
    state.at++
    tests.push(readAnd(state))
  }
  return (item) => tests.some((test) => test(item))
}

function readAnd(state: State): Test {
  const tests = [readNot(state)]
  for (
    let word = state.words[state.at];
    word !== undefined && word !== 'OR' && word !== ')';
    word = state.words[state.at]
  ) {
    if (word === 'AND') state.at++
    tests.push(readNot(state))
  }
  return (item) => tests.every((test) => test(item))
}

function readNot(state: State): Test {
  const word = state.words[state.at++]
  if (word === undefined || ++state.depth > 200) throw badRequest('Syntax error in search query: a term is missing.')
  if (word === 'NOT') {
    const test = readNot(state)
    return (item) => !test(item)
  }
  if (word === '(') {
    const test = readOr(state)
    if (state.words[state.at++] !== ')') throw badRequest("Syntax error in search query: ')' is missing.")
    return test
  }
  if (word === ')' || word === 'AND' || word === 'OR') throw badRequest(`Syntax error in search query near '${word}'.`)
  return readTerm(word)
}

function readTerm(word: string): Test {
  const [, property, operator, raw] = /^([\w-]+)\s*([:=]|[<>]=?)\s*(.+)$/s.exec(word) ?? []
  if (!property || !Object.hasOwn(PROPERTIES, property.toLowerCase())) {
    const matches = wordsMatch(word)
    return ({ from, subject, text }) => matches([from.name, from.address, subject, text].join(' '))
  }
  return PROPERTIES[property.toLowerCase()]!(operator!, raw!.replaceAll('"', ''))
}

type Property = (operator: string, value: string) => Test

const inText =
  (read: (item: Item) => string): Property =>
  (_, value) => {
    const matches = wordsMatch(value)
    return (item) => matches(read(item))
  }

const names = (addresses: readonly MailAddress[]) =>
  addresses.map(({ name, address }) => `${name} ${address}`).join(' ')

const onDate =
  (read: (item: Item) => number): Property =>
  (operator, value) => {
    const [first, last = first] = value.split('..').map((day) => dateOf(day))
    return (item) => {
      const at = read(item)
      if (operator === '>') return at >= last!.end
      if (operator === '>=') return at >= first!.start
      if (operator === '<') return at < first!.start
      if (operator === '<=') return at < last!.end
      return at >= first!.start && at < last!.end
    }
  }

/** A day, or a moment. */
function dateOf(text: string): { start: number; end: number } {
  const start = Date.parse(text.includes('T') && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text)
  if (Number.isNaN(start)) throw badRequest(`The date '${text}' in the search query is not valid.`)
  return { start, end: start + (text.includes('T') ? 1000 : 86_400_000) }
}

const yes: Property = (_, value) => (item) =>
  item.attachments.some(({ isInline }) => !isInline) === (value.toLowerCase() === 'true')

const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
}

/** Bytes: `size>1000`, `size:1000..2000`. */
const size: Property = (operator, value) => {
  const [first, last = first] = value.split('..').map(Number)
  if (Number.isNaN(first) || Number.isNaN(last))
    throw badRequest(`The size '${value}' in the search query is not valid.`)
  const holds = COMPARE[operator]
  return (item) => {
    const bytes = sizeOfItem(item)
    return holds ? holds(bytes, first!) : bytes >= first! && bytes <= last!
  }
}

const KINDS: Record<string, (item: Item) => boolean> = {
  email: ({ meeting }) => meeting === undefined,
  meetings: ({ meeting }) => meeting !== undefined,
}

const kind: Property = (_, value) => {
  const name = value.toLowerCase()
  return Object.hasOwn(KINDS, name) ? KINDS[name]! : () => false
}

const PROPERTIES: Record<string, Property> = {
  from: inText(({ from }) => names([from])),
  to: inText(({ to }) => names(to)),
  cc: inText(({ cc }) => names(cc)),
  bcc: inText(({ bcc = [] }) => names(bcc)),
  recipients: inText(({ to, cc, bcc = [] }) => names([...to, ...cc, ...bcc])),
  participants: inText(({ from, to, cc, bcc = [] }) => names([from, ...to, ...cc, ...bcc])),
  subject: inText(({ subject }) => subject),
  body: inText(({ text }) => text),
  attachment: inText(({ attachments }) => attachments.map(({ name }) => name).join(' ')),
  importance: inText(({ importance }) => importance),
  hasattachment: yes,
  hasattachments: yes,
  received: onDate((item) => item.receivedAt),
  sent: onDate(sentAt),
  size,
  kind,
}

/** True for a text that holds the words in this order, as whole words. */
function wordsMatch(phrase: string): (text: string) => boolean {
  const prefix = phrase.endsWith('*')
  const wanted = split(phrase)
  if (wanted.length === 0) return () => true
  return (text) => {
    const words = split(text)
    const same = (word: string | undefined, i: number) =>
      prefix && i === wanted.length - 1 ? word?.startsWith(wanted[i]!) : word === wanted[i]
    return words.some((_, start) => wanted.every((__, i) => same(words[start + i], i)))
  }
}

const split = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
