import { addressParser } from 'postal-mime'

import type { MailAddress, MailHeader } from '#mail/parsed-mail.ts'

import type { ReportedMail } from './read-report.ts'

/**
 * What a plain forward still tells of the message: mail programs write a few of its headers above the quotation, in the
 * language of whoever forwards.
 */
type Forwarded = Pick<ReportedMail, 'internetMessageId' | 'subject' | 'from' | 'to' | 'cc' | 'date' | 'headers'>

/** In the languages of Outlook's and Gmail's most common editions. */
const LABELS = {
  From: ['from', 'von', 'de', 'da', 'van', 'från', 'fra', 'od'],
  Date: [
    'sent',
    'date',
    'gesendet',
    'datum',
    'envoyé',
    'enviado',
    'enviado el',
    'fecha',
    'data',
    'inviato',
    'verzonden',
    'skickat',
    'sendt',
  ],
  To: ['to', 'an', 'à', 'para', 'a', 'aan', 'till', 'til', 'do'],
  Cc: ['cc', 'kopie', 'kopia'],
  Subject: ['subject', 'betreff', 'objet', 'asunto', 'assunto', 'oggetto', 'onderwerp', 'ämne', 'emne', 'temat'],
} as const
type Name = keyof typeof LABELS

const NAMES = new Map<string, Name>(
  Object.entries(LABELS).flatMap(([name, labels]) => labels.map((label) => [label, name as Name] as const)),
)
/** Headers stand close together: a line may be wrapped, and mail programs put empty lines between. */
const LONGEST_BLOCK = 14

/** The headers of the innermost message that is surely quoted: who sent it and what it is about; undefined where none is. */
export function findForwarded(text: string): Forwarded | undefined {
  const lines = text.split(/\r\n|[\r\n]/)
  for (const [start, line] of lines.entries()) {
    if (headerOf(line)?.name !== 'From') continue
    const headers = blockOf(lines.slice(start, start + LONGEST_BLOCK))
    const value = (name: Name): string => headers.find((header) => header.name === name)?.value ?? ''
    if (value('Subject') === '' || addressesOf(value('From')).length === 0) continue
    const date = value('Date')
    return {
      internetMessageId: '',
      subject: value('Subject'),
      from: addressesOf(value('From')),
      to: addressesOf(value('To')),
      cc: addressesOf(value('Cc')),
      ...(date !== '' && { date }),
      headers,
    }
  }
  return undefined
}

/** Each header once, until its subject has come and something else follows. */
function blockOf(lines: readonly string[]): MailHeader[] {
  const headers: MailHeader[] = []
  for (const line of lines) {
    const header = headerOf(line)
    const isNew = header && !headers.some(({ name }) => name === header.name)
    if (isNew) headers.push(header)
    else if (headers.some(({ name }) => name === 'Subject')) break
  }
  return headers
}

/** `From: Ana <ana@contoso.example>`, whatever quoting (`> `) and bold (`*From:*`) is about it. */
function headerOf(line: string): (MailHeader & { name: Name }) | undefined {
  const [, label = '', value = ''] = /^[\s>*_|]*([\p{L} ]{1,16}?)[\s*_]*:[\s*_]*(\S.*)$/u.exec(line) ?? []
  const name = NAMES.get(label.toLowerCase())
  return name && { name, value: value.trim() }
}

function addressesOf(value: string): MailAddress[] {
  return addressParser(value.replaceAll(/\[?mailto:([^\]>\s]+)\]?/gi, '$1').replaceAll(';', ','), {
    flatten: true,
  }).flatMap(({ name, address }) => (address?.includes('@') ? [{ name, address }] : []))
}
