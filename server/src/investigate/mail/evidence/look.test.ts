import { createHash } from 'node:crypto'

import { expect, it } from 'vitest'

import { parseMail } from '#mail/parse-mail.ts'

import { viewMessage } from './look.ts'
import { stixContent } from './stix/content.ts'

const INVOICE = Buffer.from('%PDF-1.7 pay at once')
const SAFE_LINK = 'https://emea01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Flogin&data=05'

const MIME = Buffer.from(
  `From: Bank <security@bank.example>
To: ana@contoso.example
Subject: =?UTF-8?B?${Buffer.from('Überweisung 请付款').toString('base64')}?=
Message-ID: <1@bank.example>
Content-Type: multipart/mixed; boundary=part

--part
Content-Type: text/html; charset=utf-8

<p>Dear ana@contoso.example, go to <a href="${SAFE_LINK}">https://bank.example/login</a> now.</p>
--part
Content-Type: application/pdf; name="invoice\u202efdp.exe"
Content-Disposition: attachment; filename="invoice\u202efdp.exe"
Content-Transfer-Encoding: base64

${INVOICE.toString('base64')}
--part--
`.replaceAll('\n', '\r\n'),
)

const hashOf = (algorithm: string) => createHash(algorithm).update(INVOICE).digest('hex')

it('shows a link as the reader sees it, as it is written, and where it goes', async () => {
  const { links } = viewMessage(await parseMail(MIME))
  expect(links[0]).toEqual({
    shown: 'hxxps://bank[.]example/login',
    written: expect.stringContaining('hxxps://emea01[.]safelinks[.]protection[.]outlook[.]com/'),
    goesTo: 'hxxps://evil[.]example/login',
    within: [],
  })
})

it('shows headers, text and attachments with nothing in them to click or to be fooled by', async () => {
  const view = viewMessage(await parseMail(MIME))
  expect(view.headers.find(({ name }) => name === 'From')?.value).toBe('Bank <security@bank.example>')
  expect(view.text).toContain('Dear ana@contoso[.]example, go to hxxps://bank[.]example/login now.')
  expect(view.attachments).toEqual([
    {
      name: 'invoice[U+202E]fdp.exe',
      mediaType: 'application/pdf',
      size: INVOICE.length,
      hashes: { md5: hashOf('md5'), sha1: hashOf('sha1'), sha256: hashOf('sha256') },
      within: [],
    },
  ])
  expect(JSON.stringify(view)).not.toMatch(/https?:\/\//)
})

it('shows the beginning of a text that is very long, and says how long it is', async () => {
  const view = viewMessage(await parseMail(Buffer.from(`Subject: x\r\n\r\n${'word '.repeat(100_000)}`)))
  expect(view.text.length).toBe(200_000)
  expect(view.textLength).toBeGreaterThan(490_000)
})

it('gives STIX every address a link passes, and every file with its hashes', async () => {
  expect(stixContent(await parseMail(MIME))).toEqual({
    contentType: expect.stringMatching(/^multipart\/mixed/),
    urls: expect.arrayContaining([SAFE_LINK, 'https://evil.example/login', 'https://bank.example/login']),
    files: [
      {
        name: 'invoice\u202efdp.exe',
        mediaType: 'application/pdf',
        size: INVOICE.length,
        hashes: { MD5: hashOf('md5'), 'SHA-1': hashOf('sha1'), 'SHA-256': hashOf('sha256') },
      },
    ],
  })
})
