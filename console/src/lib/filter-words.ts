import type { MailCondition, MailField, MailFilter, MailGroup } from '@cordon/api'

/** A condition reads as a sentence: "Any link" "goes to" "bad.example". */
export interface FieldWords {
  label: string
  verb: string
  /** The same when it must not hold. */
  notVerb: string
  placeholder: string
  /** What is compared, where the sentence does not say it. */
  hint?: string
  mono?: true
}

const is = { verb: 'is', notVerb: 'is not' } as const
const contains = { verb: 'contains', notVerb: 'does not contain' } as const
const ADDRESS = { ...is, placeholder: 'billing@sender.example, or a domain' } as const

export const FIELD_WORDS: Record<MailField, FieldWords> = {
  from: { label: 'From', ...ADDRESS },
  to: { label: 'To', ...ADDRESS },
  cc: { label: 'Cc', ...ADDRESS },
  bcc: { label: 'Bcc', ...ADDRESS, hint: 'Only the sender’s own copy names whom it was sent to blindly.' },
  'sender-name': { label: 'Sender name', ...contains, placeholder: 'Payroll' },
  'sender-ip': {
    label: 'Sender IP address',
    verb: 'is in',
    notVerb: 'is not in',
    placeholder: '192.0.2.0/24, or one address',
    hint: 'As the headers say where the mail was sent from.',
    mono: true,
  },
  subject: { label: 'Subject', ...contains, placeholder: 'words of the subject' },
  body: { label: 'Body text', ...contains, placeholder: 'words that a reader sees' },
  url: {
    label: 'Any link',
    verb: 'goes to',
    notVerb: 'does not go to',
    placeholder: 'bad.example, or https://bad.example/login',
    hint: 'A host with its subdomains, or an address with what is below it. Wrapped links are looked through; bad[.]example is understood.',
    mono: true,
  },
  regex: {
    label: 'Subject, text or HTML',
    verb: 'matches',
    notVerb: 'does not match',
    placeholder: '(?i)invoice\\s+\\d{6}',
    hint: 'RE2 syntax, found anywhere; (?i) for any case.',
    mono: true,
  },
  'attachment-name': {
    label: 'Any attachment',
    verb: 'is named',
    notVerb: 'is not named',
    placeholder: 'invoice*.pdf',
    hint: 'The whole name, in any case; * stands for anything. Files within archives and attached messages count too.',
  },
  'attachment-extension': { label: 'Any attachment’s extension', ...is, placeholder: 'html', mono: true },
  'attachment-size': {
    label: 'Any attachment’s size in bytes',
    ...is,
    placeholder: '10000, >=10000 or 10000-20000',
    mono: true,
  },
  'attachment-hash': {
    label: 'Any attachment’s hash',
    ...is,
    placeholder: 'MD5, SHA-1, SHA-256 or SHA-512',
    hint: 'Computed from the bytes, those within archives and attached messages included.',
    mono: true,
  },
  'internet-message-id': { label: 'Internet message ID', ...is, placeholder: '<id@sender.example>', mono: true },
  'network-message-id': {
    label: 'Network message ID',
    ...is,
    placeholder: '3c1f0d0e-5b1c-4a39-8f5a-08de27b1a2aa',
    hint: 'Exchange Online’s own, as message trace and Defender show it.',
    mono: true,
  },
}

/** A long filter is told by its beginning. */
const MOST_TOLD = 6

/** The filter as sentences that all hold. */
export function filterSentences(
  { where, receivedFrom, receivedTo }: MailFilter,
  moment: (iso: string) => string,
): string[] {
  const dates = [
    ...(receivedFrom === undefined ? [] : [`received not before ${moment(receivedFrom)}`]),
    ...(receivedTo === undefined ? [] : [`received not after ${moment(receivedTo)}`]),
  ]
  const told = sentencesOf(where)
  if (where.logic === 'and' || told.length === 1) return [...told, ...dates]
  const alternatives = told.join(' or ')
  return [dates.length === 0 ? alternatives : `(${alternatives})`, ...dates]
}

function sentencesOf({ conditions }: MailGroup): string[] {
  const told = conditions
    .slice(0, MOST_TOLD)
    .map((each) => ('conditions' in each ? groupSentence(each) : sentence(each)))
  const rest = conditions.length - told.length
  return rest > 0 ? [...told, `${rest} more`] : told
}

function groupSentence(group: MailGroup): string {
  const told = sentencesOf(group)
  return told.length === 1 ? told[0]! : `(${told.join(group.logic === 'and' ? ' and ' : ' or ')})`
}

function sentence({ field, value, not }: MailCondition): string {
  const { label, verb, notVerb } = FIELD_WORDS[field]
  const name = /^[A-Z][a-z]/.test(label) ? `${label[0]!.toLowerCase()}${label.slice(1)}` : label
  const quoted = verb === 'contains' ? `“${value}”` : value
  return `${name} ${not ? notVerb : verb} ${quoted}`
}
