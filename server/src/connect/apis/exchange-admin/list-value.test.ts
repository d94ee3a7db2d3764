import { assert, constantFrom, emailAddress, ipV6, oneof, property, stringMatching, webUrl } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { hostOf, readListValue } from './list-value.ts'

const SHA256 = 'A1'.repeat(32)

describe('a value for the Tenant Allow/Block List', () => {
  it.each([
    ['Billing@BAD.example', 'Sender', 'billing@bad.example', 'bad.example'],
    ['bad.example', 'Sender', 'bad.example', 'bad.example'],
    ['*.bad.example', 'Sender', '*.bad.example', '*.bad.example'],
    ['*.zip', 'Sender', '*.zip', '*.zip'],
    ['bücher.example', 'Sender', 'xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['https://bad.example', 'Url', 'bad.example', 'bad.example'],
    ['https://Bad.example/Login?id=7#top', 'Url', 'bad.example/Login?id=7', 'bad.example'],
    ['bad.example/login*', 'Url', 'bad.example/login*', 'bad.example'],
    ['~bad.example', 'Url', '~bad.example', '*.bad.example'],
    ['*.bad.example/', 'Url', '*.bad.example', '*.bad.example'],
    ['https://203.0.113.7/x', 'Url', '203.0.113.7/x', '203.0.113.7'],
    [SHA256, 'FileHash', SHA256.toLowerCase(), undefined],
    ['2001:DB8:0:0::7', 'IP', '2001:db8::7', undefined],
    ['2001:db8::7/32', 'IP', '2001:db8::/32', undefined],
  ])('%s goes to the list %s as %s, about %s', (text, listType, value, host) => {
    expect(readListValue(text)).toEqual({ listType, value })
    expect(hostOf({ listType: listType as 'Url', value })).toBe(host)
  })

  it.each([
    ['203.0.113.7', 'connection filter'],
    ['203.0.113.0/24', 'connection filter'],
    ['a'.repeat(32), 'MD5'],
    ['a'.repeat(40), 'SHA-1'],
    ['https://ana@bad.example/', 'user name'],
    ['https://bad.example:8443/', '8443'],
    [`https://bad.example/${'x'.repeat(250)}`, '250'],
    ['2001:db8::/129', 'range'],
    ['localhost', 'no address'],
    ['*', 'no address'],
    ['@bad.example', 'no address'],
    ['a@b@bad.example', 'no address'],
    ['bad example', 'no address'],
    ['', 'no address'],
    ['https://', 'no URL'],
  ])('%s is none, and the reason names %s', (text, reason) => expect(readListValue(text)).toContain(reason))

  it('is the same when it is read again (seed 5)', () => {
    const text = oneof(emailAddress(), ipV6(), stringMatching(/^[\da-f]{64}$/), webUrl(), constantFrom('*.bad.example'))
    assert(
      property(text, (each) => {
        const read = readListValue(each)
        if (typeof read === 'string') return
        const again = read.listType === 'Url' && !/[/~*]/.test(read.value) ? `https://${read.value}` : read.value
        expect(readListValue(again)).toEqual(read)
      }),
      { seed: 5 },
    )
  })
})
