import { createHash } from 'node:crypto'

import * as fc from 'fast-check'

import type { GraphMessage } from '#connect/apis/graph/mail.ts'
import type { MailCondition, MailField, MailFilter, MailGroup } from '#domain/mail-filter.ts'

/**
 * Mails and filters over few words, so that they often meet: an envelope as Graph gives it, the same mail as MIME, and
 * filters of every field in nested groups.
 */

const ADDRESSES = [
  'ana@bad.example',
  'ANA@BAD.example',
  'bo@good.example',
  'cy@münchen.example',
  'cy@xn--mnchen-3ya.example',
]
const WORDS = ['invoice', 'Überfällig', 'оплата', '付款', "it's", 'x']
const FILE = 'MZ not a program'

const VALUES: Record<MailField, readonly string[]> = {
  from: [...ADDRESSES, 'bad.example', 'münchen.example'],
  to: [...ADDRESSES, 'good.example'],
  cc: ADDRESSES,
  bcc: ADDRESSES,
  'sender-name': ['Ana', 'billing'],
  'sender-ip': ['192.0.2.7', '192.0.2.0/24', '2001:db8::/32'],
  subject: [...WORDS, 'INVOICE'],
  body: WORDS,
  url: ['bad.example', 'https://bad.example/login', 'hxxps://good[.]example'],
  regex: ['(?i)inv.ice', 'опл\\pL+', 'href="[^"]*login'],
  'attachment-name': ['invoice.exe', '*.exe'],
  'attachment-extension': ['exe', '.zip'],
  'attachment-size': ['16', '>=10', '1-5'],
  'attachment-hash': ['md5', 'sha256'].map((algorithm) => createHash(algorithm).update(FILE).digest('hex')),
  'internet-message-id': ['<1@bad.example>', '<2@bad.example>'],
  'network-message-id': ['3c1f0d0e-5b1c-4a39-8f5a-08de27b1a2aa'],
}

const pick = (values: readonly string[]) => fc.constantFrom(...values)
const TIMES = ['2026-11-20T22:59:59Z', '2026-11-20T23:00:00Z', '2026-11-21T00:00:00+01:00', '2026-11-20T10:00:00.500Z']

export function aFilter(): fc.Arbitrary<MailFilter> {
  const condition: fc.Arbitrary<MailCondition> = fc
    .constantFrom(...(Object.keys(VALUES) as MailField[]))
    .chain((field) =>
      fc
        .record({ value: pick(VALUES[field]), not: fc.integer({ min: 0, max: 4 }) })
        .map(({ value, not }): MailCondition => ({ field, value, ...(not === 0 && { not: true as const }) })),
    )
  const groupOf = (inner: fc.Arbitrary<MailCondition | MailGroup>): fc.Arbitrary<MailGroup> =>
    fc.record({
      logic: fc.constantFrom('and' as const, 'or' as const),
      conditions: fc.array(inner, { minLength: 1, maxLength: 3 }),
    })
  const where = groupOf(fc.oneof({ weight: 3, arbitrary: condition }, groupOf(fc.oneof(condition, groupOf(condition)))))
  return fc
    .record({ where, receivedFrom: fc.option(pick(TIMES)), receivedTo: fc.option(pick(TIMES)) })
    .map(({ where: group, receivedFrom, receivedTo }) => ({
      where: group,
      ...(receivedFrom !== null && { receivedFrom }),
      ...(receivedTo !== null && { receivedTo }),
    }))
}

const recipient = (address: string) => ({ emailAddress: { name: `${address.split('@')[0]} Billing`, address } })

/** As Graph gives it: recipients and headers only sometimes read, anything null on broken mail. */
export function anEnvelope(): fc.Arbitrary<GraphMessage> {
  const recipients = fc.option(fc.array(pick(ADDRESSES).map(recipient), { maxLength: 2 }), { nil: undefined })
  const headers = [
    { name: 'X-Sender-IP', value: '192.0.2.7' },
    { name: 'X-MS-Exchange-Organization-Network-Message-Id', value: '3C1F0D0E-5b1c-4a39-8f5a-08de27b1a2aa' },
  ]
  return fc.record({
    id: fc.constant('1'),
    parentFolderId: fc.constant('inbox'),
    internetMessageId: fc.option(pick(VALUES['internet-message-id'])),
    subject: fc.option(fc.array(pick(WORDS), { maxLength: 3 }).map((words) => words.join(' '))),
    from: fc.option(pick(ADDRESSES).map(recipient)),
    receivedDateTime: fc.option(pick(['2026-11-20T22:59:59Z', '2026-11-20T23:00:00Z', '2026-11-20T10:00:00Z'])),
    toRecipients: recipients,
    ccRecipients: recipients,
    bccRecipients: recipients,
    internetMessageHeaders: fc.constantFrom(undefined, [], headers),
  })
}

/** A MIME that need not agree with any envelope: senders lie. */
export function aMime(): fc.Arbitrary<Buffer> {
  return fc
    .record({
      from: pick(ADDRESSES),
      to: pick(ADDRESSES),
      subject: pick(WORDS),
      body: pick(WORDS),
      link: pick(['https://www.bad.example/login?u=1', 'https://good.example/', 'mailto:x@y.example']),
      file: pick(['invoice.exe', 'logo.png']),
    })
    .map(({ from, to, subject, body, link, file }) =>
      Buffer.from(
        [
          `From: Ana <${from}>`,
          `To: ${to}`,
          `Subject: ${subject}`,
          'Message-ID: <1@bad.example>',
          'Received: from mail.bad.example (192.0.2.7) by inbound',
          'MIME-Version: 1.0',
          'Content-Type: multipart/mixed; boundary=b',
          '',
          '--b',
          'Content-Type: text/html; charset=utf-8',
          '',
          `<p>${body}</p><a href="${link}">here</a>`,
          '--b',
          `Content-Type: application/octet-stream; name=${file}`,
          'Content-Transfer-Encoding: base64',
          '',
          Buffer.from(FILE).toString('base64'),
          '--b--',
          '',
        ].join('\r\n'),
      ),
    )
}
