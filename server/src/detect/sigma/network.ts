import { isIP } from 'node:net'

import ipaddr from 'ipaddr.js'

import type { Fault } from './problem.ts'

/** A network in CIDR notation, an address alone being one of its own; or what is wrong with it. */
export function parseNetwork(source: string): string | Fault {
  const text = spelled(source)
  const [address = '', bits] = text.split('/')
  const version = isIP(address)
  const block = bits === undefined ? `${text}/${version === 4 ? 32 : 128}` : text
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
    const address: Address = ipaddr.process(spelled(value))
    return address.kind() === network.kind() && address.match([network, bits] as [ipaddr.IPv4, number])
  }
}

/**
 * `::192.0.2.1` as `::c000:201`. It is an IPv6 address of its own (RFC 4291, 2.5.5.1), which ipaddr.js takes for
 * `::ffff:192.0.2.1`.
 */
function spelled(text: string): string {
  const match = /^::(\d+)\.(\d+)\.(\d+)\.(\d+)(.*)$/s.exec(text)
  if (match === null) return text
  const [a, b, c, d] = match.slice(1, 5).map(Number) as [number, number, number, number]
  const isAddress = [a, b, c, d].every((octet) => octet < 256)
  return isAddress ? `::${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}${match[5]}` : text
}
