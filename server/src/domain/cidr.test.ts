import { assert, integer, ipV4, ipV6, property } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { overlap, readCidr } from './cidr.ts'

describe('a range', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7/32'],
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['2001:DB8:0:0::7', '2001:db8::7/128'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
    ['::ffff:203.0.113.7', '::ffff:cb00:7107/128'],
  ])('%s is %s', (text, cidr) => expect(readCidr(text)).toBe(cidr))
  test.each([
    '203.0.113.0/7',
    '203.0.113.0/33',
    '2001:db8::/129',
    '203.0.113',
    '203.0.113.0/',
    '1.2.3.4/8/8',
    'fe80::1%eth0',
    '',
  ])('%s is none', (text) => expect(readCidr(text)).toBeUndefined())
  test('is the same when it is read again (seed 3)', () => {
    assert(
      property(ipV4(), ipV6(), integer({ min: 8, max: 32 }), (four, six, bits) => {
        for (const text of [`${four}/${bits}`, `${six}/${bits}`, four, six]) {
          const cidr = readCidr(text)!
          expect(readCidr(cidr)).toBe(cidr)
        }
      }),
      { seed: 3 },
    )
  })
})

describe('two ranges', () => {
  test.each([
    ['203.0.113.0/24', '203.0.113.7/32'],
    ['10.0.0.0/8', '10.255.255.255/32'],
    ['2001:db8::/32', '2001:db8:ffff::1/128'],
    ['203.0.113.7/32', '203.0.113.7/32'],
  ])('%s and %s have addresses in common, whichever comes first', (one, other) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([true, true])
  })
  test.each([
    ['203.0.113.0/24', '203.0.112.7/32'],
    ['203.0.113.7/32', '203.0.113.6/32'],
    ['2001:db8::/32', '2001:db9::/32'],
    ['0.0.0.0/8', '::/8'],
  ])('%s and %s have none', (one, other) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([false, false])
  })
})
