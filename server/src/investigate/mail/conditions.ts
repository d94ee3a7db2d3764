import ipaddr from 'ipaddr.js'

import type { MailCondition, MailField } from '#domain/mail-filter.ts'
import { fold, foldAddress, foldDomain, foldHost, foldSeen } from '#mail/fold.ts'
import { hashAlgorithm, hashOf } from '#mail/hash.ts'
import { goesTo, parseWantedUrl, refang } from '#mail/links/wanted-url.ts'
import type { MailAddress, MailAttachment } from '#mail/parsed-mail.ts'

import { known, linkedUrls, seenText, sentFrom, type KnownMail } from './known-mail.ts'
import { compilePattern } from './pattern.ts'

/** True: it holds; false: it does not; undefined: more of the message must be read to tell. */
export type Test = (message: KnownMail) => boolean | undefined

/** What the value of a field may be, and how it is compared. */
interface FieldRule {
  /** Said as "the message … x". */
  words: string
  /** Longest value, in characters. */
  longest: number
  /** The value as it will be applied; trimmed already. */
  clean?: (value: string) => string
  /** @throws Error that says what is wrong with the value. */
  test: (value: string) => Test
}

/**
 * The test of a condition, and its value as it will be applied.
 *
 * @throws Error whose message says, for a person, what is wrong with the value.
 */
export function compileCondition({ field, value, not }: MailCondition): { value: string; test: Test } {
  const rule = FIELDS[field]
  const clean = (rule.clean ?? ((same: string) => same))(value.trim()).trim()
  if (clean.length > rule.longest)
    throw new Error(`it has ${clean.length} characters; at most ${rule.longest} are allowed`)
  const test = rule.test(clean)
  return { value: clean, test: not ? negated(test) : test }
}

function negated(test: Test): Test {
  return (message) => {
    const holds = test(message)
    return holds === undefined ? undefined : !holds
  }
}

/** "the subject contains “invoice”", for the reasons of a hit. It repeats the filter, never the message. */
export function wordsOf({ field, value, not }: MailCondition): string {
  return `${not ? 'not: ' : ''}${FIELDS[field].words} ${value}`
}

const FIELDS: Record<MailField, FieldRule> = {
  from: { words: 'from', ...addressRule(known.from) },
  to: { words: 'to', ...addressRule(known.to) },
  cc: { words: 'cc', ...addressRule(known.cc) },
  bcc: { words: 'bcc', ...addressRule(known.bcc) },
  'sender-name': {
    words: 'sender name contains',
    longest: 256,
    test: (value) => {
      const wanted = fold(value)
      return (message) => known.from(message).some(({ name }) => fold(name).includes(wanted))
    },
  },
  'sender-ip': {
    words: 'sent from',
    longest: 64,
    test: (value) => {
      const holds = inNetwork(value)
      return (message) => {
        const headers = known.headers(message)
        return headers && sentFrom(headers).some(holds)
      }
    },
  },
  subject: {
    words: 'subject contains',
    longest: 512,
    test: (value) => {
      const wanted = fold(value)
      return (message) => fold(known.subject(message)).includes(wanted)
    },
  },
  body: {
    words: 'body contains',
    longest: 512,
    test: (value) => {
      const wanted = foldSeen(value)
      return ({ mail }) => mail && seenText(mail).includes(wanted)
    },
  },
  url: {
    words: 'a link goes to',
    longest: 5000,
    clean: refang,
    test: (value) => {
      const wanted = parseWantedUrl(value)
      if (!wanted)
        throw new Error('it is neither a host such as bad.example nor an address such as https://bad.example/x')
      return ({ mail }) => mail && linkedUrls(mail).some((url) => goesTo(url, wanted))
    },
  },
  regex: {
    words: 'text matches',
    longest: 2000,
    test: (value) => {
      const found = compilePattern(value)
      return (message) =>
        found(known.subject(message)) || (message.mail && (found(message.mail.text) || found(message.mail.html)))
    },
  },
  'attachment-name': {
    words: 'an attachment is named',
    longest: 256,
    test: (value) => {
      const named = matchesName(value)
      return anyAttachment(({ name }) => named(fold(name)))
    },
  },
  'attachment-extension': {
    words: 'an attachment’s extension is',
    longest: 32,
    clean: (value) => fold(value.replace(/^\*?\.+/, '')),
    test: (value) => {
      if (!/^[^\s./\\]+(\.[^\s./\\]+)*$/.test(value)) throw new Error('it is not an extension such as html')
      // Windows drops dots and spaces at the end of a name, and so opens `invoice.exe. ` as a program.
      return anyAttachment(({ name }) =>
        fold(name)
          .replace(/[. ]+$/, '')
          .endsWith(`.${value}`),
      )
    },
  },
  'attachment-size': {
    words: 'an attachment’s size in bytes is',
    longest: 64,
    clean: (value) => value.replace(/\s+/g, ''),
    test: (value) => {
      const fits = parseSize(value)
      return anyAttachment(({ bytes }) => fits(bytes.length))
    },
  },
  'attachment-hash': {
    words: 'an attachment’s hash is',
    longest: 128,
    clean: (value) => value.toLowerCase(),
    test: (value) => {
      const algorithm = hashAlgorithm(value)
      if (!algorithm) throw new Error('it is no MD5, SHA-1, SHA-256 or SHA-512 in hex (32, 40, 64 or 128 digits)')
      return anyAttachment(({ bytes }) => hashOf(bytes, algorithm) === value)
    },
  },
  'internet-message-id': {
    words: 'internet message ID is',
    longest: 1000,
    clean: (value) => value.replace(/^(?!<)(.*)$/s, '<$1>'),
    test: (value) => (message) => known.internetMessageId(message) === value,
  },
  'network-message-id': {
    words: 'network message ID is',
    longest: 64,
    clean: (value) => value.toLowerCase().replace(/^\{(.*)\}$/, '$1'),
    test: (value) => {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) throw new Error('it is not a GUID')
      return (message) =>
        known
          .headers(message)
          ?.some(
            ({ name, value: id }) => name.toLowerCase() === NETWORK_MESSAGE_ID && id.trim().toLowerCase() === value,
          )
    },
  },
}

/** Exchange Online stamps it on what it delivers; a Sent copy has none. */
const NETWORK_MESSAGE_ID = 'x-ms-exchange-organization-network-message-id'

/** An address, or a domain: then it is the whole domain of the address, not a part and not a parent. */
function addressRule(addresses: (message: KnownMail) => MailAddress[] | undefined): Omit<FieldRule, 'words'> {
  return {
    longest: 320,
    clean: (value) => refang(/<([^<>]+)>\s*$/.exec(value)?.[1] ?? value).replace(/^(mailto:)?@?/i, ''),
    test(value) {
      if (/\s/.test(value) || value.endsWith('@')) throw new Error('it is neither an address nor a domain')
      const [wanted, part] = value.includes('@') ? [foldAddress(value), foldAddress] : [foldHost(value), foldDomain]
      const same = ({ address }: MailAddress) => part(address) === wanted
      return (message) => addresses(message)?.some(same)
    },
  }
}

function inNetwork(value: string): (address: string) => boolean {
  if (ipaddr.isValid(value)) {
    const wanted = ipaddr.process(value).toString()
    return (address) => address === wanted
  }
  if (!ipaddr.isValidCIDR(value)) throw new Error('it is no IP address and no network such as 192.0.2.0/24')
  const [network, bits] = ipaddr.parseCIDR(value)
  if (bits === 0) throw new Error('it holds every address, so every message would be a hit')
  return (address) => {
    const parsed = ipaddr.parse(address)
    return parsed.kind() === network.kind() && parsed.match(network, bits)
  }
}

/** The whole name, without case; `*` stands for any run of characters. */
function matchesName(value: string): (name: string) => boolean {
  const [first = '', ...rest] = fold(value).split('*')
  if (rest.length === 0) return (name) => name === first
  const last = rest.pop()!
  return (name) => {
    if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false
    const end = name.length - last.length
    let at = first.length
    for (const piece of rest) {
      const found = name.indexOf(piece, at)
      if (found < 0 || found + piece.length > end) return false
      at = found + piece.length
    }
    return true
  }
}

/** `10000`, `>=10000`, `10000-20000`, in bytes. */
function parseSize(value: string): (size: number) => boolean {
  const [, comparison = '=', from, to] = /^([<>]=?|=)?(\d{1,15})(?:-(\d{1,15}))?$/.exec(value) ?? []
  if (from === undefined || (to !== undefined && comparison !== '=')) {
    throw new Error('it is not a size in bytes such as 10000, >=10000 or 10000-20000')
  }
  if (to !== undefined && Number(to) < Number(from)) throw new Error(`${from} is more than ${to}`)
  if (to !== undefined) return (size) => size >= Number(from) && size <= Number(to)
  return (size) => COMPARE[comparison]!(size, Number(from))
}

const COMPARE: Record<string, (size: number, than: number) => boolean> = {
  '=': (size, than) => size === than,
  '<': (size, than) => size < than,
  '<=': (size, than) => size <= than,
  '>': (size, than) => size > than,
  '>=': (size, than) => size >= than,
}

/** Envelopes do not tell: Graph's `hasAttachments` passes over files that are shown inline. */
function anyAttachment(holds: (attachment: MailAttachment) => boolean): Test {
  return ({ mail }) => mail?.attachments.some(holds)
}
