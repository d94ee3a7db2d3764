import { array, assert, boolean, constantFrom, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { isInternal, reachOf, type Destinations } from './forwarding.ts'

const ACCEPTED = [
  { name: 'contoso.example', matchesSubdomains: false },
  { name: 'Bücher.example', matchesSubdomains: true },
]
const to = (...addresses: string[]): Destinations => ({ addresses, isComplete: true })
const partly = (...addresses: string[]): Destinations => ({ addresses, isComplete: false })

describe('an address', () => {
  test.each([
    'mara@contoso.example',
    'MARA@Contoso.Example.',
    'a@b@contoso.example',
    'x@xn--bcher-kva.example',
    'x@it.bücher.example',
  ])('%s is inside', (address) => expect(isInternal(address, ACCEPTED)).toBe(true))
  test.each([
    'mara@contoso.example.bad.example',
    'x@it.contoso.example',
    'x@notcontoso.example',
    'contoso.example@bad.example',
    'x@',
    '',
  ])('%s is outside', (address) => expect(isInternal(address, ACCEPTED)).toBe(false))
})

describe('mail that is forwarded', () => {
  test.each([
    ['stays', 'internal', [to('a@contoso.example'), to('b@contoso.example')]],
    ['leaves', 'external', [to('a@bad.example')]],
    ['leaves in part, by one of several recipients', 'mixed', [to('a@contoso.example'), to('b@bad.example')]],
    ['leaves in part, by one member of a group', 'mixed', [to('a@contoso.example', 'b@bad.example')]],
    ['leaves by a contact, whatever else is not known', 'external', [to('b@bad.example'), partly()]],
    ['leaves in part, whatever else is not known', 'mixed', [to('b@bad.example'), partly('a@contoso.example')]],
    ['goes nobody knows where', 'unknown', [to('a@contoso.example'), partly()]],
    ['has nobody to go to', 'nowhere', [to()]],
  ] as const)('%s: %s', (_, reach, recipients) => expect(reachOf(recipients, ACCEPTED)).toBe(reach))

  const addresses = array(
    constantFrom('a@contoso.example', 'B@CONTOSO.EXAMPLE', 'c@bad.example', 'd@it.bücher.example'),
  )
  const recipients = array(record({ addresses, isComplete: boolean() }), { maxLength: 5 })

  test('goes as far whatever the order, and however recipients are grouped (seed 11)', () => {
    assert(
      property(recipients, (all) => {
        const one = {
          addresses: all.flatMap((each) => each.addresses),
          isComplete: all.every((each) => each.isComplete),
        }
        expect(reachOf(all.toReversed(), ACCEPTED)).toBe(reachOf(all, ACCEPTED))
        expect(reachOf([one], ACCEPTED)).toBe(reachOf(all, ACCEPTED))
      }),
      { seed: 11 },
    )
  })

  test('goes no nearer with one more recipient outside, and leaves only where somebody is outside (seed 12)', () => {
    assert(
      property(recipients, (all) => {
        expect(['external', 'mixed']).toContain(reachOf([...all, to('x@bad.example')], ACCEPTED))
        const someOutside = all.some((each) => each.addresses.includes('c@bad.example'))
        expect(['external', 'mixed'].includes(reachOf(all, ACCEPTED))).toBe(someOutside)
      }),
      { seed: 12 },
    )
  })
})
