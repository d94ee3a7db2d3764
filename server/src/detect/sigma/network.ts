import { isIP } from 'node:net'

import ipaddr from 'ipaddr.js'

import type { Fault } from './problem.ts'

/** A network in CIDR notation, an address alone being one of its own; or what is wrong with it. */
export function parseNetwork(source: string): string | Fault {
  const [address = '', bits] = source.split('/')
  const version = isIP(address)
  const block = bits === undefined ? `${source}/${version === 4 ? 32 : 128}` : source
  if (version === 0 || address.includes('%') || !ipaddr.isValidCIDR(block)) {
    return { found: `\`${source}\``, allowed: 'a network such as 192.0.2.0/24 or 2001:db8::/32' }
  }
  const family = version === 4 ? ipaddr.IPv4 : ipaddr.IPv6
  const network = family.networkAddressFromCIDR(block)
  if (network.toString() === ipaddr.parse(address).toString()) return block
  return { found: `\`${source}\` with host bits set`, allowed: `\`${network.toString()}/${bits}\`` }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Whether an address lies in a block; an IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is what it means. */
export function networkTest(block: string): (value: string) => boolean {
  const [network, bits] = ipaddr.parseCIDR(block) as [Address, number]
  return (value) => {
    if (isIP(value) === 0) return false
    const address: Address = ipaddr.process(value)
    return address.kind() === network.kind() && address.match([network, bits] as [ipaddr.IPv4, number])
  }
}
