import { expect, it } from 'vitest'

import { networkTest, parseNetwork } from './network.ts'

it.each([
  ['192.0.2.0/25', '192.0.2.1', true],
  ['192.0.2.0/25', '::ffff:192.0.2.1', true],
  ['192.0.2.0/25', '::192.0.2.1', false],
  ['::/96', '::192.0.2.1', true],
  ['::/96', '::999.0.2.1', false],
  ['::192.0.2.0/120', '::c000:201', true],
  ['::192.0.2.0/120', '192.0.2.1', false],
  ['2001:db8::/32', '2001:db8::1%eth0', true],
])('of %s is %s: %s', (network, address, isWithin) => {
  const block = parseNetwork(network)
  expect(typeof block).toBe('string')
  expect(networkTest(block as string)(address)).toBe(isWithin)
})
