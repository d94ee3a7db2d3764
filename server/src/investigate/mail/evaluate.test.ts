import { createHash } from 'node:crypto'

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { GraphMessage } from '#connect/apis/graph/mail.ts'
import { allOf, type MailCondition, type MailFilter } from '#domain/mail-filter.ts'
import { parseMail } from '#mail/parse-mail.ts'
import type { ParsedMail } from '#mail/parsed-mail.ts'

import { envelopeFields, evaluate } from './evaluate.ts'
import { cleanFilter } from './filter.ts'
import { anEnvelope, aFilter, aMime } from './testing/arbitrary-mail.ts'

const ENVELOPE: GraphMessage = {
  id: 'AAkALg1',
  parentFolderId: 'inbox',
  internetMessageId: '<7f1c+x@mx.bad.example>',
  subject: 'Überfällige RECHNUNG – Zahlung bis 20.11.',
  from: { emailAddress: { name: 'Billing Team', address: 'Billing@Bad-Pay.example' } },
  receivedDateTime: '2026-11-20T22:59:59Z',
}
const EMPTY: ParsedMail = {
  headers: [],
  from: [],
  to: [],
  cc: [],
  bcc: [],
  subject: '',
  internetMessageId: '',
  text: '',
  html: '',
  links: [],
  attachments: [],
  notOpened: [],
}

const filterOf = (filter: MailFilter) => cleanFilter(filter)
const seen = (filter: MailFilter, change: Partial<GraphMessage> = {}) =>
  evaluate(filterOf(filter), { envelope: { ...ENVELOPE, ...change } }).is === 'hit'
const one = (field: MailCondition['field'], value: string) => allOf({ [field]: value })
const read = (filter: MailFilter, mail: Partial<ParsedMail>, change: Partial<GraphMessage> = {}) =>
  evaluate(filterOf(filter), { envelope: { ...ENVELOPE, ...change }, mail: { ...EMPTY, ...mail } }).is === 'hit'
const hitsAmong = (field: MailCondition['field'], values: string[], mail: Partial<ParsedMail>) =>
  values.filter((value) => read(one(field, value), mail))
const link = (...chain: string[]) => ({ links: [{ chain, within: [] }] })
const file = (name: string, bytes: Uint8Array = Buffer.from('x')) => ({
  attachments: [{ name, mediaType: 'application/octet-stream', bytes, within: [] }],
})

describe('an envelope', () => {
  it('compares a sender’s address without case: Keepnet’s “uppercase in address”', () => {
    expect(seen(one('from', 'billing@BAD-PAY.example'))).toBe(true)
    expect(seen(one('from', 'billing@bad-pay.example.org'))).toBe(false)
    expect(seen(one('from', 'illing@bad-pay.example'))).toBe(false)
  })

  it('takes a sender without @ as the whole domain, never as a part or a parent of it', () => {
    expect(seen(one('from', 'BAD-pay.EXAMPLE'))).toBe(true)
    expect(seen(one('from', 'pay.example'))).toBe(false)
    expect(seen(one('from', 'example'))).toBe(false)
  })

  it('knows domains with dash and underscore: Keepnet’s “domains with dash/underscore”', () => {
    const from = { emailAddress: { address: 'a@bad_pay-now.example' } }
    expect(seen(one('from', 'bad_pay-now.example'), { from })).toBe(true)
    expect(seen(one('from', 'A@BAD_PAY-NOW.example'), { from })).toBe(true)
  })

  it('knows an internationalized domain in both spellings', () => {
    const from = { emailAddress: { address: 'info@xn--mnchen-3ya.example' } }
    expect(seen(one('from', 'MÜNCHEN.example'), { from })).toBe(true)
    expect(seen(one('from', 'info@münchen.example'), { from })).toBe(true)
  })

  it('finds a piece of the subject in any script: Keepnet’s “encoding of non-Latin search text”', () => {
    expect(seen(one('subject', 'überfällige rechnung'))).toBe(true)
    expect(seen(one('subject', 'ÜBERFÄLLIGE'.normalize('NFD')))).toBe(true)
    expect(seen(one('subject', 'срочно'), { subject: 'СРОЧНО: оплата' })).toBe(true)
    expect(seen(one('subject', '请立即'), { subject: '通知：请立即付款' })).toBe(true)
    expect(seen(one('subject', 'Rechnungen'))).toBe(false)
  })

  it('finds a piece of the sender’s name', () => {
    expect(seen(one('sender-name', 'billing'))).toBe(true)
    expect(seen(one('sender-name', 'payroll'))).toBe(false)
  })

  it('compares the message ID exactly, case included', () => {
    expect(seen(one('internet-message-id', '<7f1c+x@mx.bad.example>'))).toBe(true)
    expect(seen(one('internet-message-id', '<7F1C+x@mx.bad.example>'))).toBe(false)
  })

  it('includes both ends of the dates, in any zone: Keepnet’s “end date excluded” and “time-zone lost mails”', () => {
    const rechnung = one('subject', 'rechnung')
    const day = { receivedFrom: '2026-11-20T00:00:00+01:00', receivedTo: '2026-11-20T23:59:59+01:00' }
    expect(seen({ ...rechnung, ...day })).toBe(true)
    expect(seen({ ...rechnung, receivedFrom: '2026-11-20T23:59:59+01:00' })).toBe(true)
    expect(seen({ ...rechnung, receivedFrom: '2026-11-20T22:59:59.001Z' })).toBe(false)
    expect(seen({ ...rechnung, receivedTo: '2026-11-20T23:59:58+01:00' })).toBe(false)
  })

  it('is no hit when it lacks what the filter asks for', () => {
    expect(seen(one('from', 'bad-pay.example'), { from: null })).toBe(false)
    expect(seen(one('subject', 'x'), { subject: null })).toBe(false)
    expect(seen(one('internet-message-id', '<>'), { internetMessageId: null })).toBe(false)
    const since = { ...one('subject', 'rechnung'), receivedFrom: '2020-01-01T00:00:00Z' }
    expect(seen(since, { receivedDateTime: null })).toBe(false)
  })

  it('says no at once, or what makes it a hit, or that more must be read', () => {
    const both = filterOf(allOf({ from: 'bad-pay.example', url: 'bad.example' }))
    expect(evaluate(both, { envelope: ENVELOPE })).toEqual({ is: 'unknown' })
    expect(evaluate(both, { envelope: { ...ENVELOPE, from: null } })).toEqual({ is: 'no' })
    const either = { where: { ...both.where, logic: 'or' as const } }
    expect(evaluate(either, { envelope: ENVELOPE })).toEqual({ is: 'hit', because: ['from bad-pay.example'] })
  })

  it('asks Graph for what decides, and for nothing else', () => {
    expect(envelopeFields(allOf({ subject: 'x', body: 'y' }))).toEqual([])
    const nested: MailFilter = {
      where: { logic: 'or', conditions: [allOf({ to: 'a.example', 'sender-ip': '192.0.2.1' }).where] },
    }
    expect(envelopeFields(nested)).toEqual(['toRecipients', 'internetMessageHeaders'])
    const to = [{ emailAddress: { address: 'Ana@good.example' } }]
    expect(seen(one('to', 'ana@good.example'), { toRecipients: to })).toBe(true)
    expect(evaluate(one('to', 'ana@good.example'), { envelope: ENVELOPE })).toEqual({ is: 'unknown' })
  })

  it('finds the sender’s IP address and Exchange’s own ID in the headers', () => {
    const internetMessageHeaders = [
      { name: 'Received', value: 'from x (10.0.0.1) by y' },
      { name: 'Authentication-Results', value: 'spf=fail (sender IP is 192.0.2.77) smtp.mailfrom=bad.example' },
      { name: 'X-MS-Exchange-Organization-Network-Message-Id', value: '3C1F0D0E-5b1c-4a39-8f5a-08de27b1a2aa' },
    ]
    const headers = { internetMessageHeaders }
    expect(seen(one('sender-ip', '192.0.2.77'), headers)).toBe(true)
    expect(seen(one('sender-ip', '192.0.2.64/26'), headers)).toBe(true)
    expect(seen(one('sender-ip', '192.0.2.0/26'), headers)).toBe(false)
    expect(seen(one('sender-ip', '10.0.0.1'), headers)).toBe(false)
    expect(seen(one('network-message-id', '3c1f0d0e-5b1c-4a39-8f5a-08de27b1a2aa'), headers)).toBe(true)
  })
})

describe('a message that was read', () => {
  it('finds words of the body as a reader sees them', () => {
    const text = 'Ihre Rech\u00adnung ist\r\n  über\u200bfällig'
    expect(read(one('body', 'rechnung IST überfällig'), { text })).toBe(true)
    expect(read(one('body', 'mahnung'), { text })).toBe(false)
  })

  it('takes a host for itself and what is below it: Keepnet’s “URL label expected a domain”', () => {
    const at = link('https://login.bad.example:8443/a/b?x=1')
    const hits = ['bad.example', 'LOGIN.bad.example', 'http://bad.example/', 'hxxp://bad[.]example']
    expect(hitsAmong('url', hits, at)).toEqual(hits)
    expect(
      hitsAmong('url', ['ad.example', 'www.bad.example', 'bad.example.org', 'https://login.bad.example/a/b'], at),
    ).toEqual([])
  })

  it('takes an address for itself, what is below it, and further parameters', () => {
    const at = link('https://bad.example/Login/step?id=7&u=ana')
    const hits = ['http://bad.example/Login', 'bad.example/Login/step?id=7', 'https://bad.example/Login/step']
    expect(hitsAmong('url', hits, at)).toEqual(hits)
    expect(
      hitsAmong('url', ['https://bad.example/Log', 'bad.example/Login/step?id=70', 'bad.example/Login/step/2'], at),
    ).toEqual([])
  })

  it('needs each of several links: Keepnet’s “several URLs under AND matched nothing”', () => {
    const links = [...link('https://a.example/1').links, ...link('https://b.example/2').links]
    const both: MailFilter = {
      where: {
        logic: 'and',
        conditions: [
          { field: 'url', value: 'a.example' },
          { field: 'url', value: 'https://b.example/2' },
        ],
      },
    }
    expect(read(both, { links })).toBe(true)
    expect(read(both, link('https://a.example/1'))).toBe(false)
  })

  it('matches expressions over subject, text and HTML: Keepnet’s “regex that should match did not”', () => {
    const mail = { text: 'Zahlen Sie\nsofort 1.250,00 €', html: '<a href="https://x.example/l0gin">' }
    const hits = ['RECHNUNG', '(?i)sofort\\s+[\\d.,]+', 'href="[^"]*l0gin', '(?m)^sofort', '\\p{Lu}\\pL+ Sie']
    expect(hitsAmong('regex', hits, mail)).toEqual(hits)
    expect(read(one('regex', 'Rechnung'), mail)).toBe(false)
    expect(seen(one('regex', 'RECHNUNG'))).toBe(true)
  })

  it('tells hashes by their length and computes them from the bytes: Keepnet’s “O365 MD5 filter broken”', () => {
    const bytes = Buffer.from('MZ, says the program')
    for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
      const hash = createHash(algorithm).update(bytes).digest('hex')
      expect(read(one('attachment-hash', hash.toUpperCase()), file('a.exe', bytes))).toBe(true)
      expect(read(one('attachment-hash', hash), file('a.exe'))).toBe(false)
    }
  })

  it('compares names and extensions without case, and sees through dots at the end', () => {
    expect(read(one('attachment-name', 'INVOICE.pdf'), file('Invoice.PDF'))).toBe(true)
    expect(read(one('attachment-name', 'inv*_*.pdf'), file('Invoice_20_11.pdf'))).toBe(true)
    expect(read(one('attachment-name', 'voice.pdf'), file('invoice.pdf'))).toBe(false)
    expect(read(one('attachment-name', 'a*a'), file('a'))).toBe(false)
    expect(read(one('attachment-extension', '.EXE'), file('invoice.pdf.exe. '))).toBe(true)
    expect(read(one('attachment-extension', 'tar.gz'), file('x.tar.gz'))).toBe(true)
    expect(read(one('attachment-extension', 'exe'), file('exe'))).toBe(false)
  })

  it.each([
    ['10', true],
    ['=10', true],
    ['11', false],
    ['>=10', true],
    ['> 10', false],
    ['<=10', true],
    ['<10', false],
    ['5 - 10', true],
    ['11-20', false],
  ])('reads the size %s', (value, is) => {
    expect(read(one('attachment-size', value), file('a', Buffer.alloc(10)))).toBe(is)
  })

  it('knows what must not hold', () => {
    const filter = allOf({ from: 'bad-pay.example' })
    filter.where.conditions.push({ field: 'url', value: 'good.example', not: true })
    expect(read(filter, link('https://bad.example/'))).toBe(true)
    expect(read(filter, link('https://www.good.example/'))).toBe(false)
  })
})

describe('evaluate', () => {
  const every = (check: (filter: MailFilter, envelope: GraphMessage, mail: ParsedMail) => boolean) =>
    fc.asyncProperty(aFilter(), anEnvelope(), aMime(), async (filter, envelope, mime) =>
      check(filter, envelope, await parseMail(mime)),
    )

  it('with the full mail is never unknown', async () => {
    const law = every((filter, envelope, mail) => evaluate(filter, { envelope, mail }).is !== 'unknown')
    expect((await fc.check(law, { numRuns: 3000 })).counterexample).toBeNull()
  })

  it('says from the full mail what it said from the envelope alone', async () => {
    const said = { hit: 0, no: 0, unknown: 0 }
    const law = every((filter, envelope, mail) => {
      const { is } = evaluate(filter, { envelope })
      said[is] += 1
      return is === 'unknown' || evaluate(filter, { envelope, mail }).is === is
    })
    expect((await fc.check(law, { numRuns: 3000 })).counterexample).toBeNull()
    expect(Math.min(said.hit, said.no, said.unknown)).toBeGreaterThan(100)
  })
})
