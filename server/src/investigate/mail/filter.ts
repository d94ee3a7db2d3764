import { domainToASCII } from 'node:url'

import type { GraphMessage } from '#connect/apis/graph/mail.ts'
import { AppError } from '#domain/errors.ts'
import type { MailFilter } from '#domain/investigation.ts'

/**
 * What counts as a hit is decided here, on every candidate, and nowhere else. Microsoft's own filter (query.ts) only
 * spares reading messages that cannot be hits; it may let more through, never less.
 */
export function matches(filter: MailFilter, message: GraphMessage): boolean {
  return (
    (filter.sender === undefined || sentBy(filter.sender, message.from?.emailAddress?.address ?? '')) &&
    (filter.subject === undefined || fold(message.subject ?? '').includes(fold(filter.subject))) &&
    (filter.internetMessageId === undefined || filter.internetMessageId === message.internetMessageId) &&
    receivedWithin(filter, message.receivedDateTime)
  )
}

/** `sender` is an address, or a domain: then it is the whole domain of the address, not a part and not a parent. */
function sentBy(sender: string, address: string): boolean {
  const domain = foldDomain(address)
  return sender.includes('@')
    ? foldAddress(sender) === foldAddress(address)
    : domain !== '' && foldHost(sender) === domain
}

function receivedWithin(filter: MailFilter, received: string | null | undefined): boolean {
  if (filter.receivedFrom === undefined && filter.receivedTo === undefined) return true
  if (!received) return false
  const time = Date.parse(received)
  return (
    (filter.receivedFrom === undefined || time >= Date.parse(filter.receivedFrom)) &&
    // Microsoft counts in whole seconds: 23:59:59 is what it calls a message of 23:59:59.7.
    (filter.receivedTo === undefined || time <= Date.parse(filter.receivedTo))
  )
}

/** Without case, and with composed and decomposed accents alike: mail clients send both. */
function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

function foldAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? fold(address) : `${fold(address.slice(0, at))}@${foldDomain(address)}`
}

function foldDomain(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? '' : foldHost(address.slice(at + 1))
}

/** The same for `münchen.example` and `xn--mnchen-3ya.example`. */
function foldHost(host: string): string {
  return domainToASCII(host) || fold(host)
}

/**
 * The filter as it will be applied: trimmed, empty parts dropped, `@domain` read as the domain, a message ID given its
 * brackets.
 *
 * @throws AppError INVESTIGATION_FILTER_MISSING without sender, subject and message ID (dates alone would match every
 * message of their span); REQUEST_INVALID when a date cannot be read or the span is empty.
 */
export function cleanFilter(filter: MailFilter): MailFilter {
  const clean: MailFilter = {}
  const sender = filter.sender?.trim().replace(/^@/, '')
  const subject = filter.subject?.trim()
  const internetMessageId = filter.internetMessageId?.trim()
  if (sender) clean.sender = sender
  if (subject) clean.subject = subject
  if (internetMessageId) clean.internetMessageId = internetMessageId.replace(/^(?!<)(.*)$/s, '<$1>')
  if (Object.keys(clean).length === 0) {
    throw new AppError({
      code: 'INVESTIGATION_FILTER_MISSING',
      what: 'The investigation was not created.',
      why: 'It has no sender, no subject and no message ID, so every message would be a hit.',
      fix: 'Give at least one of sender, subject and internet message ID.',
    })
  }
  return { ...clean, ...cleanDates(filter) }
}

function cleanDates({ receivedFrom, receivedTo }: MailFilter): Pick<MailFilter, 'receivedFrom' | 'receivedTo'> {
  const problems = Object.entries({ receivedFrom, receivedTo })
    .filter(([, date]) => date !== undefined && !DATE_WITH_ZONE.test(date))
    .map(([name, date]) => `${name} is “${date}”.`)
  if (problems.length === 0 && receivedFrom && receivedTo && Date.parse(receivedFrom) > Date.parse(receivedTo)) {
    problems.push(`receivedFrom (${receivedFrom}) is after receivedTo (${receivedTo}).`)
  }
  if (problems.length > 0) {
    throw new AppError({
      code: 'REQUEST_INVALID',
      what: 'The investigation was not created.',
      why: problems.join(' '),
      fix: 'Write dates with their zone, receivedFrom before receivedTo: 2026-11-20T00:00:00+01:00.',
    })
  }
  return { ...(receivedFrom && { receivedFrom }), ...(receivedTo && { receivedTo }) }
}

/** A date without a zone would be read in the server's own, and mails near midnight would be lost. */
const DATE_WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/
