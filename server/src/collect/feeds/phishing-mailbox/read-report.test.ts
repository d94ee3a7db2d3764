import { createHash } from 'node:crypto'

import { assert, asyncProperty, boolean, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { readReport } from './read-report.ts'

const ORIGINAL = [
  'Received: from mail.bad.example (203.0.113.9)',
  'Message-ID: <lure@bad.example>',
  'From: Billing <billing@bad.example>',
  'To: mara@contoso.example',
  'Date: Fri, 20 Nov 2026 08:00:00 +0000',
  'Subject: Invoice overdue',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=in',
  '',
  '--in',
  'Content-Type: text/plain',
  '',
  'Pay at https://bad.example/pay now.',
  '--in',
  'Content-Type: application/pdf; name="invoice.pdf"',
  'Content-Disposition: attachment; filename="invoice.pdf"',
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from('a bill').toString('base64'),
  '--in--',
].join('\r\n')

const HEAD = [
  'Message-ID: <report@contoso.example>',
  'From: Mara <mara@contoso.example>',
  'To: phishing@contoso.example',
  'Subject: Is this real?',
]

/** A report that carries the original as an attachment. */
const carrying = (type: string, content: string, encoding = '7bit'): Buffer =>
  Buffer.from(
    [
      ...HEAD,
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=out',
      '',
      '--out',
      'Content-Type: text/plain',
      '',
      'See https://intranet.contoso.example/help and attached.',
      '--out',
      `Content-Type: ${type}`,
      'Content-Disposition: attachment; filename="Invoice overdue.eml"',
      `Content-Transfer-Encoding: ${encoding}`,
      '',
      content,
      '--out--',
      '',
    ].join('\r\n'),
  )
const plain = (...lines: string[]): Buffer =>
  Buffer.from([...HEAD, 'Content-Type: text/plain; charset=utf-8', '', ...lines].join('\r\n'))
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('the reported mail is taken out of the report', () => {
  test.each([
    ['attached as a message', carrying('message/rfc822', ORIGINAL)],
    [
      'attached as a file that ends in .eml',
      carrying('application/octet-stream', Buffer.from(ORIGINAL).toString('base64'), 'base64'),
    ],
  ])('%s', async (_, mime) => {
    const { report, original, originalFrom } = await readReport(mime)
    expect(originalFrom).toBe('attachment')
    expect(original).toMatchObject({
      internetMessageId: '<lure@bad.example>',
      subject: 'Invoice overdue',
      from: [{ name: 'Billing', address: 'billing@bad.example' }],
      to: [{ address: 'mara@contoso.example' }],
      date: 'Fri, 20 Nov 2026 08:00:00 +0000',
      mime: { sha256: sha256(ORIGINAL), size: ORIGINAL.length },
      links: ['https://bad.example/pay'],
      attachments: [
        { name: 'invoice.pdf', mediaType: 'application/pdf', size: 6, sha256: sha256('a bill'), within: [] },
      ],
    })
    expect(original?.headers[0]).toEqual({ name: 'Received', value: 'from mail.bad.example (203.0.113.9)' })
    expect(report).toMatchObject({
      internetMessageId: '<report@contoso.example>',
      from: [{ name: 'Mara', address: 'mara@contoso.example' }],
      links: ['https://intranet.contoso.example/help'],
      attachments: [{ name: 'Invoice overdue.eml' }],
    })
  })

  test.each([
    [
      "Outlook's",
      [
        'From: Billing <billing@bad.example>',
        'Sent: Friday, November 20, 2026 8:00 AM',
        'To: Mara',
        'Subject: Invoice overdue',
      ],
    ],
    [
      "Outlook's in German",
      [
        'Von: Billing <billing@bad.example>',
        'Gesendet: Freitag, 20. November 2026 08:00',
        'An: Mara',
        'Betreff: Invoice overdue',
      ],
    ],
    [
      "Gmail's, with a wrapped address",
      [
        '---------- Forwarded message ---------',
        'From: Billing <billing@bad.example>',
        'Date: Fri, 20 Nov 2026',
        'Subject: Invoice overdue',
        'To: <mara@contoso.example>',
      ],
    ],
    [
      'a quoted one with bold labels and a mailto link',
      ['> *From:* Billing [mailto:billing@bad.example]', '> ', '> *Sent:* Friday', '> *Subject:* Invoice overdue'],
    ],
  ])('quoted by a plain forward: %s', async (_, lines) => {
    const { original, originalFrom } = await readReport(plain('FYI', '', ...lines, '', 'https://bad.example/pay'))
    expect(originalFrom).toBe('inline')
    expect(original).toMatchObject({ subject: 'Invoice overdue', links: ['https://bad.example/pay'] })
    expect(original?.from).toMatchObject([{ address: 'billing@bad.example' }])
    expect(original).not.toHaveProperty('mime')
  })

  test('not out of one that quotes nothing', async () => {
    expect(await readReport(plain('Please look: From: the boss, Subject: none'))).toMatchObject({
      original: null,
      originalFrom: 'none',
    })
  })

  test("not out of a file in Outlook's own format, which is told", async () => {
    const mime = carrying('application/vnd.ms-outlook', 'AAAA', 'base64')
      .toString()
      .replace('overdue.eml', 'overdue.msg')
    expect(await readReport(Buffer.from(mime))).toMatchObject({
      original: null,
      report: { notOpened: [{ path: ['Invoice overdue.msg'], why: expect.stringContaining('.msg') }] },
    })
  })

  test('whatever the message is, it is read (seed 7)', async () => {
    await assert(
      asyncProperty(uint8Array({ maxLength: 300 }), boolean(), async (bytes, isAttached) => {
        const mime = isAttached ? carrying('message/rfc822', Buffer.from(bytes).toString('latin1')) : bytes
        const { report, originalFrom } = await readReport(mime)
        expect(report.mime?.size).toBe(mime.length)
        expect(['attachment', 'inline', 'none']).toContain(originalFrom)
      }),
      { seed: 7, numRuns: 60 },
    )
  })
})
