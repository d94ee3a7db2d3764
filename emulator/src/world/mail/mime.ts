import { random } from '#world/random.ts'

import { authenticationOf } from './authentication.ts'
import { encodeText } from './charset.ts'
import { htmlOf } from './html.ts'
import { icsOf } from './ics.ts'
import type { Attachment, Header, Item, MailAddress } from './item.ts'

/**
 * A message as RFC 5322 text, as Exchange Online writes it: headers, a text and an HTML form, pictures within the HTML,
 * files and attached messages around it.
 */
export function mimeOf(item: Item): Buffer {
  const { headers, body } = contentOf(item, random('boundary', item.networkMessageId).hex(12), 0)
  const own = headersOf(item).filter(([name]) => !/^(Content-Type|MIME-Version)$/i.test(name))
  const lines = own.map(([name, value]) => fold(`${name}: ${headerValue(name, value, item.charset)}`))
  return Buffer.concat([Buffer.from([...lines, ...headers, 'MIME-Version: 1.0', '', ''].join('\r\n')), body])
}

/** Internet headers in their decoded form, as the Graph lists them. */
export function headersOf(item: Item): Header[] {
  const { senderIp, from } = item
  const domain = from.address.split('@')[1] ?? ''
  const { spf, dkim, dmarc, compauth, reason } = authenticationOf(item)
  const outside: Header[] =
    senderIp === null
      ? []
      : [
          [
            'Received',
            `from mail.${domain} (${senderIp}) by inbound.protection.outlook.example with SMTP; ${rfcDate(item.receivedAt)}`,
          ],
          [
            'Authentication-Results',
            `spf=${spf} (sender IP is ${senderIp}) smtp.mailfrom=${domain}; dkim=${dkim}${dkim === 'none' ? ' (message not signed)' : ''} header.d=${domain}; dmarc=${dmarc} action=none header.from=${domain};compauth=${compauth} reason=${reason}`,
          ],
          ['Received-SPF', `${spf[0]!.toUpperCase()}${spf.slice(1)} (protection.outlook.example: domain of ${domain})`],
          ['Return-Path', from.address],
          ['X-Sender-IP', senderIp],
        ]
  const listed = (name: string, addresses: readonly MailAddress[] = []): Header[] =>
    addresses.length === 0 ? [] : [[name, addresses.map(mailbox).join(', ')]]
  return [
    ...outside,
    ...listed('From', [from]),
    ...listed('Sender', item.sender ? [item.sender] : []),
    ...listed('To', item.to),
    ...listed('CC', item.cc),
    ...listed('Reply-To', item.replyTo),
    ['Subject', item.subject],
    ['Thread-Topic', item.subject.replace(/^((re|fw|fwd)\s*:\s*)+/i, '')],
    ['Date', rfcDate(sentAt(item))],
    ['Message-ID', item.internetMessageId],
    ...(item.headers ?? []),
    ...(item.importance === 'normal' ? [] : ([['Importance', item.importance]] as const)),
    ['Content-Type', topType(item)],
    ['MIME-Version', '1.0'],
    ['X-MS-Exchange-Organization-Network-Message-Id', item.networkMessageId],
    ['X-MS-Exchange-Organization-SCL', sclOf(item)],
    ['X-MS-Exchange-Organization-AuthSource', 'emulator.prod.outlook.example'],
    ['X-MS-Exchange-Organization-AuthAs', senderIp === null ? 'Internal' : 'Anonymous'],
    ['X-MS-Has-Attach', item.attachments.some(({ isInline }) => !isInline) ? 'yes' : ''],
  ]
}

/** Mail is sent a moment before it is received. */
export const sentAt = (item: Item): number => item.receivedAt - (item.isDraft ? 0 : 2000)

const sclOf = ({ folder, senderIp }: Item) => (folder === 'junkemail' ? '5' : senderIp === null ? '-1' : '1')

const topType = (item: Item) =>
  item.attachments.some(({ isInline }) => !isInline)
    ? 'multipart/mixed'
    : item.attachments.length > 0
      ? 'multipart/related'
      : item.isPlain
        ? `text/plain; charset="${item.charset ?? 'utf-8'}"`
        : 'multipart/alternative'

export const rfcDate = (milliseconds: number): string => new Date(milliseconds).toUTCString().replace('GMT', '+0000')

/** `Ada Quill <ada@x.example>`, the name quoted where it needs to be. */
function mailbox({ name, address }: MailAddress): string {
  if (!name) return address
  return `${/^[\w !#$%&'*+/=?^`{|}~-]*$|[^\x20-\x7e]/.test(name) ? name : `"${name.replaceAll(/["\\]/g, '\\$&')}"`} <${address}>`
}

interface Part {
  /** Content headers, folded. */
  headers: string[]
  body: Buffer
}

function contentOf(item: Item, boundary: string, depth: number): Part {
  const charset = item.charset ?? 'utf-8'
  const inline = item.attachments.filter(({ isInline }) => isInline)
  const files = item.attachments.filter(({ isInline }) => !isInline)
  const plain = textPart('text/plain', item.text.replaceAll(/\r?\n/g, '\r\n'), charset)
  const forms = [
    plain,
    ...(item.isPlain ? [] : [textPart('text/html', htmlOf(item), charset)]),
    ...(item.meeting ? [textPart(`text/calendar; method=${methodOf(item)}`, icsOf(item), 'utf-8')] : []),
  ]
  const body = forms.length === 1 ? plain : multipart('alternative', `${boundary}.a`, forms)
  const shown =
    inline.length === 0
      ? body
      : multipart('related', `${boundary}.r`, [body, ...inline.map((each) => filePart(each, boundary, depth))])
  return files.length === 0
    ? shown
    : multipart('mixed', `${boundary}.m`, [shown, ...files.map((each) => filePart(each, boundary, depth))])
}

const methodOf = ({ meeting }: Item) =>
  meeting!.kind === 'request' ? 'REQUEST' : meeting!.kind === 'cancelled' ? 'CANCEL' : 'REPLY'

function multipart(kind: string, boundary: string, parts: readonly Part[]): Part {
  const open = Buffer.from(`--${boundary}\r\n`)
  const pieces = parts.flatMap(({ headers, body }) => [
    open,
    Buffer.from(`${headers.join('\r\n')}\r\n\r\n`),
    body,
    Buffer.from('\r\n'),
  ])
  return {
    headers: [fold(`Content-Type: multipart/${kind}; boundary="${boundary}"`)],
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  }
}

const textPart = (type: string, text: string, charset: string): Part => ({
  headers: [`Content-Type: ${type}; charset="${charset}"`, 'Content-Transfer-Encoding: base64'],
  body: base64Lines(encodeText(text, charset)),
})

function filePart(file: Attachment, boundary: string, depth: number): Part {
  const name = file.item ? `${file.name}.eml` : file.name
  const disposition = `Content-Disposition: ${file.isInline ? 'inline' : 'attachment'}; ${parameter('filename', name)}`
  const id = file.contentId ? [`Content-ID: <${file.contentId}>`] : []
  if (file.item)
    return {
      headers: ['Content-Type: message/rfc822', fold(disposition), ...id],
      body: depth < 20 ? mimeOf(file.item) : Buffer.from('\r\n'),
    }
  return {
    headers: [
      fold(`Content-Type: ${file.contentType}; ${parameter('name', file.name)}`),
      fold(disposition),
      ...id,
      'Content-Transfer-Encoding: base64',
    ],
    body: base64Lines(file.content),
  }
}

const base64Lines = (bytes: Buffer) => Buffer.from(bytes.toString('base64').replaceAll(/.{76}(?!$)/g, '$&\r\n'))

const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text)

/** RFC 2231: a value that is long or not plain is cut into numbered pieces. */
function parameter(name: string, value: string): string {
  if (isAscii(value) && value.length <= 60) return `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`
  const encoded = encodeURIComponent(value).replaceAll(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const pieces = encoded.match(/(?:%[0-9A-F]{2}|[^%]){1,50}/g) ?? ['']
  return pieces.map((piece, i) => `${name}*${i}*=${i === 0 ? "utf-8''" : ''}${piece}`).join('; ')
}

const ADDRESSED = /^(from|to|cc|sender|reply-to)$/i

/** RFC 2047 words where the text is not plain ASCII; in lists of addresses the names alone. */
function headerValue(name: string, value: string, charset = 'utf-8'): string {
  const oneLine = value.replaceAll(/[\r\n]+/g, ' ')
  if (isAscii(oneLine)) return oneLine
  if (!ADDRESSED.test(name)) return encodedWords(oneLine, charset)
  return oneLine.replaceAll(/[^,<>]*[^\x20-\x7e,<>][^,<>]*(?=<)/g, (words) => {
    const trimmed = words.trim()
    return `${words.startsWith(' ') ? ' ' : ''}${encodedWords(trimmed, charset)} `
  })
}

function encodedWords(text: string, charset: string): string {
  const words: string[] = []
  let run = ''
  for (const character of text) {
    if (encodeText(run + character, charset).length > 39) {
      words.push(run)
      run = ''
    }
    run += character
  }
  return [...words, run].map((each) => `=?${charset}?B?${encodeText(each, charset).toString('base64')}?=`).join(' ')
}

/** Breaks a header at spaces so that lines stay below 78 characters where they can. */
function fold(line: string): string {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    if (current && current.length + word.length + 1 > 76) {
      lines.push(current)
      current = word
    } else current = current ? `${current} ${word}` : word
  }
  return [...lines, current].join('\r\n ')
}
