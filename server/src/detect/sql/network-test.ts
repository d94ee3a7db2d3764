import ipaddr from 'ipaddr.js'
import type { Params } from '#store/clickhouse/params.ts'

import type { TextTest } from './text-test.ts'

/**
 * Strictly an address, as node:net has it (the grammar of RFC 3986, 3.2.2); IPv6 may end in a zone, which says nothing of the
 * network. The engine reads more than that as an address, `2001:db8:::1` for one.
 */
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
const IPV4 = String.raw`${OCTET}(?:\.${OCTET}){3}`
const GROUP = '[0-9a-fA-F]{1,4}'
const END = `(?:${GROUP}:${GROUP}|${IPV4})`
const IPV6 = [
  `(?:${GROUP}:){6}${END}`,
  ...[5, 4, 3, 2, 1, 0].map((groups) => `${before(5 - groups)}::(?:${GROUP}:){${groups}}${END}`),
  `${before(6)}::${GROUP}`,
  `${before(7)}::`,
].join('|')
const ADDRESS = `^(?:${IPV4}|(?:${IPV6})(?:%[0-9a-zA-Z.:-]+)?)$`

/** Up to so many groups. */
function before(groups: number): string {
  return groups === 0 ? '' : `(?:(?:${GROUP}:){0,${groups - 1}}${GROUP})?`
}

/**
 * Whether a text is an address of a block. All are compared as IPv6, where IPv4 has a block of its own: an address written
 * there is what it means, and no part of an IPv6 network. The engine's own function throws on what is no address.
 */
export function networkTest(block: string, params: Params): TextTest {
  const { first, last, isIPv6 } = rangeOf(block)
  const form = params.text(ADDRESS)
  const range = `BETWEEN toIPv6(${params.text(first)}) AND toIPv6(${params.text(last)})`
  const isMeantAsIPv4 = `BETWEEN toIPv6('::ffff:0.0.0.0') AND toIPv6('::ffff:255.255.255.255')`
  return (text) => {
    const address = `toIPv6OrNull(splitByChar('%', ${text})[1])`
    const notIPv4 = isIPv6 ? ` AND NOT (${address} ${isMeantAsIPv4})` : ''
    return `(match(${text}, ${form}) AND ifNull(${address} ${range}${notIPv4}, 0))`
  }
}

function rangeOf(block: string): { first: string; last: string; isIPv6: boolean } {
  const [network] = ipaddr.parseCIDR(block)
  if (network.kind() === 'ipv4') {
    const first = ipaddr.IPv4.networkAddressFromCIDR(block)
    const last = ipaddr.IPv4.broadcastAddressFromCIDR(block)
    return { first: `::ffff:${first.toString()}`, last: `::ffff:${last.toString()}`, isIPv6: false }
  }
  const first = ipaddr.IPv6.networkAddressFromCIDR(block)
  const last = ipaddr.IPv6.broadcastAddressFromCIDR(block)
  return { first: first.toString(), last: last.toString(), isIPv6: true }
}
