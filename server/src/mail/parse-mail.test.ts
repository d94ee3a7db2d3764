import { gzipSync } from 'node:zlib'

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { hashOf } from './hash.ts'
import { parseMail } from './parse-mail.ts'
import type { ParsedMail } from './parsed-mail.ts'
import { senderIps } from './sender-ip.ts'
import { attached, mime, zip } from './testing/mime.ts'

const EXE = Buffer.from('MZ not really a program')
const targets = ({ links }: ParsedMail) => links.map(({ chain }) => chain.at(-1))
const paths = ({ attachments }: ParsedMail) => attachments.map(({ within, name }) => [...within, name].join(' › '))
const plain = (text: string, headers: string[] = []) =>
  Buffer.from(['From: a@b.example', ...headers, '', text].join('\r\n'))

describe('parseMail', () => {
  it('reads headers, every address, text, HTML and links', async () => {
    const mail = await parseMail(
      mime(
        [
          { type: 'text/plain; charset=utf-8', body: 'Überweisen Sie: http://plain.example/a.' },
          {
            type: 'text/html; charset=utf-8',
            body: '<p>Zahlen&nbsp;Sie <b>so</b>fort</p><a href="https://BAD.example/x?a=1&amp;b=2">hier</a>',
          },
        ],
        ['Cc: Team: c@x.example, "D, E" <d@x.example>;', 'X-Sender-IP: 192.0.2.1'],
      ),
    )
    expect(mail.from).toEqual([{ name: 'Ana', address: 'ana@bad.example' }])
    expect(mail.cc.map(({ address }) => address)).toEqual(['c@x.example', 'd@x.example'])
    expect(mail).toMatchObject({ subject: 'Invoice', internetMessageId: '<1@bad.example>', notOpened: [] })
    expect(mail.text).toMatch(/Überweisen Sie[^]*Zahlen\u00a0Sie sofort/)
    expect(targets(mail)).toEqual(expect.arrayContaining(['http://plain.example/a', 'https://bad.example/x?a=1&b=2']))
    expect(senderIps(mail.headers)).toEqual(['192.0.2.1'])
  })

  it('takes every sender of a From that names several', async () => {
    const { from } = await parseMail(Buffer.from('From: Shop, x <a@bad.example>, b@worse.example\r\n\r\nhi'))
    expect(from.map(({ address }) => address)).toEqual(['a@bad.example', 'b@worse.example'])
  })

  it('reads text in its charset', async () => {
    const cases = [
      ['windows-1251', [0xd1, 0xf0, 0xee, 0xf7, 0xed, 0xee], 'Срочно'],
      ['iso-2022-jp', [0x1b, 0x24, 0x42, 0x40, 0x41, 0x35, 0x61, 0x1b, 0x28, 0x42], '請求'],
      ['gb18030', [0xb7, 0xa2, 0xc6, 0xb1], '发票'],
      ['no-such-charset', [0x41, 0xfc], 'Aü'],
    ] as const
    for (const [charset, bytes, text] of cases) {
      const mail = await parseMail(mime([{ type: `text/plain; charset=${charset}`, body: new Uint8Array(bytes) }]))
      expect(mail.text).toBe(text)
    }
  })

  it('opens archives within archives, gzip and attached messages, and hashes what is in them', async () => {
    const inner = mime([
      { type: 'text/html', body: '<a href="https://inner.example/">x</a>' },
      attached('deep.zip', await zip({ 'a/invoice.exe': EXE })),
    ])
    const mail = await parseMail(
      mime([
        attached('one.zip', await zip({ 'two.zip': await zip({ 'invoice.exe': EXE }), 'note.txt': 'hello' })),
        attached('log.txt.gz', gzipSync('see https://gzip.example/y')),
        { type: 'message/rfc822', name: 'report.eml', body: inner.toString() },
      ]),
    )
    expect(paths(mail)).toEqual([
      'one.zip',
      'one.zip › two.zip',
      'one.zip › two.zip › invoice.exe',
      'one.zip › note.txt',
      'log.txt.gz',
      'log.txt.gz › log.txt',
      'report.eml',
      'report.eml › deep.zip',
      'report.eml › deep.zip › a/invoice.exe',
    ])
    const hashes = mail.attachments
      .filter(({ name }) => name.endsWith('.exe'))
      .map(({ bytes }) => hashOf(bytes, 'sha256'))
    expect(hashes).toEqual([hashOf(EXE, 'sha256'), hashOf(EXE, 'sha256')])
    expect(targets(mail)).toEqual(expect.arrayContaining(['https://gzip.example/y', 'https://inner.example/']))
    expect(mail.notOpened).toEqual([])
  })

  it('finds the links of a web page sent as a file', async () => {
    const page = Buffer.from('\ufeff<form action="https://collect.example/p">', 'utf16le')
    const mail = await parseMail(mime([attached('Voicemail.HTM', page)]))
    expect(mail.links).toEqual([{ chain: ['https://collect.example/p'], within: ['Voicemail.HTM'] }])
  })

  it('does not take an Office document for an archive', async () => {
    const mail = await parseMail(mime([attached('x.docx', await zip({ 'word/document.xml': '<w/>' }))]))
    expect(paths(mail)).toEqual(['x.docx'])
  })

  it('names a message attached without a name after its subject', async () => {
    const mail = await parseMail(mime([{ type: 'message/rfc822', body: mime([]).toString() }]))
    expect(paths(mail)).toEqual(['Invoice.eml'])
  })
})

describe('a hostile mail', () => {
  it('with an encrypted, broken or foreign archive says that it was not opened', async () => {
    const whole = await zip({ 'a.exe': EXE })
    const mail = await parseMail(
      mime([
        attached('locked.zip', await zip({ 'a.exe': EXE }, { password: 'infected' })),
        attached('torn.zip', whole.subarray(0, whole.length - 30)),
        attached('torn.gz', gzipSync('x'.repeat(9999)).subarray(0, 30)),
        attached('other.rar', Buffer.from('Rar!\x1a\x07\x01\x00', 'latin1')),
      ]),
    )
    expect(mail.notOpened.map(({ path }) => path.join(' › '))).toEqual([
      'locked.zip › a.exe',
      'torn.zip',
      'torn.gz',
      'other.rar',
    ])
    expect(mail.notOpened.map(({ why }) => why)).toContain('encrypted')
  })

  it('with a bomb has it reported, not eaten', async () => {
    const zeros = Buffer.alloc(40 * 2 ** 20)
    const bomb = await zip({ '1': zeros, '2': zeros, '3': zeros, 'after.exe': EXE })
    const before = process.memoryUsage().arrayBuffers
    const mail = await parseMail(
      mime([attached('bomb.zip', bomb), attached('bomb.gz', gzipSync(Buffer.alloc(70 * 2 ** 20)))]),
    )
    const unpacked = mail.attachments.filter(({ within }) => within.length > 0)
    expect(unpacked.map(({ name }) => name)).toEqual(['1', 'after.exe'])
    expect(mail.notOpened.map(({ path }) => path.join(' › '))).toEqual(['bomb.zip › 2', 'bomb.zip › 3', 'bomb.gz'])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400 * 2 ** 20)
  })

  it('with thousands of files in an archive has the rest reported', async () => {
    const files = Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`${i}.txt`, 'x']))
    const mail = await parseMail(mime([attached('many.zip', await zip(files, { level: 0 }))]))
    expect(mail.attachments).toHaveLength(1001)
    expect(mail.notOpened).toEqual([{ path: ['many.zip'], why: 'too many files' }])
  })

  it('nested without end is followed to a limit', async () => {
    let archive = await zip({ 'invoice.exe': EXE })
    let message = mime([attached('invoice.exe', EXE)])
    for (let i = 0; i < 20; i += 1) {
      archive = await zip({ 'next.zip': archive })
      message = mime([{ type: 'message/rfc822', name: 'next.eml', body: message.toString() }])
    }
    const mail = await parseMail(
      mime([attached('start.zip', archive), { type: 'message/rfc822', name: 'start.eml', body: message.toString() }]),
    )
    expect(Math.max(...mail.attachments.map(({ within }) => within.length))).toBe(8)
    expect(mail.notOpened).toHaveLength(2)
    expect(mail.notOpened[0]!.why).toBe('nested deeper than 8')
  })

  it('too broken to take apart is read as text', async () => {
    const parts = Array.from({ length: 300 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}`)
    const deep = Buffer.from(
      `From: a@b.example\r\nSubject: deep\r\n${parts.join('\r\n')}\r\n\r\nhttps://deep.example/z`,
    )
    const mail = await parseMail(deep)
    expect(mail.from).toEqual([{ name: '', address: 'a@b.example' }])
    expect(targets(mail)).toEqual(['https://deep.example/z'])
    expect(mail.notOpened[0]).toMatchObject({ path: [] })
  })

  it('that hides its body behind a boundary that never comes is read all the same', async () => {
    const mail = await parseMail(
      plain('pay at https://hidden.example/', ['Content-Type: multipart/mixed; boundary=never']),
    )
    expect(targets(mail)).toEqual(['https://hidden.example/'])
  })

  it.each<[string, () => Buffer]>([
    ['5,000 parts', () => mime(Array.from({ length: 5000 }, () => ({ type: 'text/plain', body: 'x' })))],
    [
      '5,000 headers',
      () =>
        plain(
          'x',
          Array.from({ length: 5000 }, (_, i) => `X-${i}: y`),
        ),
    ],
    ['20,000 addresses', () => plain('x', [`To: ${'a@b.example, '.repeat(20_000)}`])],
    ['100,000 parentheses', () => plain('x', [`To: ${'('.repeat(100_000)}`])],
    ['a million spaces', () => plain(`${' '.repeat(1_000_000)}x`, ['Content-Type: text/html'])],
    ['a million dots after an address', () => plain(`http://a.example/${'.'.repeat(1_000_000)}x`)],
    ['50,000 wrapped addresses in one', () => plain(`https://urldefense.com/v3/__${'__;'.repeat(50_000)}`)],
    [
      '200,000 elements in one another',
      () => plain('<div>'.repeat(200_000) + '</p>'.repeat(200_000), ['Content-Type: text/html']),
    ],
    ['100,000 attributes', () => plain(`<a ${'href=http://x.example '.repeat(100_000)}>`, ['Content-Type: text/html'])],
    ['1,000 attached archives', () => mime(Array.from({ length: 1000 }, (_, i) => attached(`${i}.gz`, gzipSync('x'))))],
  ])(
    'with %s takes no more time than its size',
    async (_, build) => {
      const bytes = build()
      const began = performance.now()
      await parseMail(bytes)
      expect(performance.now() - began).toBeLessThan(8000)
    },
    30_000,
  )

  it('never makes it throw, whatever the bytes', async () => {
    const whole = mime([
      { type: 'text/html; charset=utf-8', body: '<a href="https://bad.example/">x</a>' },
      attached('a.zip', await zip({ 'b.zip': await zip({ 'c.txt': 'x' }) })),
      { type: 'message/rfc822', name: 'm.eml', body: mime([attached('d.gz', gzipSync('y'))]).toString() },
    ])
    const damaged = fc
      .array(fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 8 }), fc.nat(40)), {
        minLength: 1,
        maxLength: 12,
      })
      .map((cuts) => {
        let bytes = whole
        for (const [at, added, removed] of cuts) {
          bytes = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)])
        }
        return bytes
      })
    const law = fc.asyncProperty(fc.oneof(damaged, fc.uint8Array({ maxLength: 400 })), async (bytes) => {
      const { links, attachments, notOpened } = await parseMail(bytes)
      return [links, attachments, notOpened].every(Array.isArray)
    })
    expect((await fc.check(law, { numRuns: 1000 })).counterexample).toBeNull()
  }, 60_000)
})
