import { assert, domain, ipV4, ipV6, property, webUrl } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { readIndicatorValue } from './indicator-value.ts'

const SHA256 = 'A'.repeat(64)

describe('what an indicator is about', () => {
  test.each([
    [SHA256, 'FileSha256', SHA256.toLowerCase()],
    ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'FileSha1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    [' 203.0.113.7\n', 'IpAddress', '203.0.113.7'],
    ['2001:DB8::7', 'IpAddress', '2001:db8::7'],
    ['Login.Bad.Example', 'DomainName', 'login.bad.example'],
    ['bücher.example', 'DomainName', 'xn--bcher-kva.example'],
    ['https://Bad.Example/Login?Id=7', 'Url', 'https://bad.example/Login?Id=7'],
  ])('is told by its form: %s is a %s', (text, indicatorType, indicatorValue) => {
    expect(readIndicatorValue(text)).toEqual({ indicatorType, indicatorValue })
  })

  test.each([
    ['203.0.113.0/24', 'single addresses only'],
    ['2001:db8::/32', 'single addresses only'],
    ['d41d8cd98f00b204e9800998ecf8427e', 'SHA-256'],
    ['https://user:word@bad.example/', 'user name'],
    ['https://', 'no URL'],
    ['mara@bad.example', 'no SHA-256'],
    ['localhost', 'no SHA-256'],
    ['bad..example', 'no SHA-256'],
    ['', 'no SHA-256'],
  ])('is not %s, and the reason is told', (text, reason) => {
    expect(readIndicatorValue(text)).toContain(reason)
  })

  test('stays the same when it is read again (seed 7)', () => {
    assert(
      property(ipV4(), ipV6(), domain(), webUrl(), (...texts) => {
        for (const text of texts) {
          const read = readIndicatorValue(text)
          if (typeof read === 'string') throw new Error(read)
          expect(readIndicatorValue(read.indicatorValue)).toEqual(read)
        }
      }),
      { seed: 7 },
    )
  })
})
