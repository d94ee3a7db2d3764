import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Where a connection came from: ECS `source.*`. */
export interface Address {
  /** IPv4, or IPv6 as RFC 5952 writes it, so that one address has one spelling. */
  ip: string
  port?: number
}

/**
 * An address from any form Microsoft writes: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`,
 * `::ffff:192.0.2.1`, `fe80::1%12`. Undefined for "", "<null>" and whatever else is no address.
 */
export function parseAddress(value: unknown): Address | undefined {
  if (typeof value !== 'string' || value.length < 2) return undefined
  if (isIPv4(value)) return { ip: value }
  const text = value.trim()
  const bracketed = text.startsWith('[')
  if (bracketed && !text.includes(']')) return undefined
  const colon = bracketed ? text.indexOf(']:') + 1 : text.indexOf(':')
  const splits = colon > 0 && (bracketed || text.indexOf(':', colon + 1) === -1)
  const ip = canonicalIp(bracketed ? text.slice(1, text.indexOf(']')) : splits ? text.slice(0, colon) : text)
  if (ip === undefined) return undefined
  const port = splits ? Number(text.slice(colon + 1)) : Number.NaN
  return Number.isInteger(port) && port > 0 && port < 65_536 ? { ip, port } : { ip }
}

/** By hand: nearly every record has one or two, and Node's pattern costs several times as much. */
function isIPv4(text: string): boolean {
  if (text.length < 7 || text.length > 15) return false
  let parts = 1
  let digits = 0
  let number = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (digits === 0) return false
      parts += 1
      digits = 0
      number = 0
      continue
    }
    // No number has a zero before it.
    if (code < ZERO || code > NINE || (digits > 0 && number === 0)) return false
    digits += 1
    number = number * 10 + code - ZERO
    if (number > 255) return false
  }
  return parts === 4 && digits > 0
}

const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39

/** One address stands in many records, and parsing one of IPv6 takes as long as a fifth of all else that is done to a record. */
const canonical = new Map<string, string | undefined>()
const REMEMBERED = 10_000

function canonicalIp(text: string): string | undefined {
  if (isIPv4(text)) return text
  if (canonical.has(text)) return canonical.get(text)
  if (canonical.size >= REMEMBERED) canonical.clear()
  const ip = toRfc5952(text)
  canonical.set(text, ip)
  return ip
}

function toRfc5952(text: string): string | undefined {
  const zone = text.indexOf('%')
  const address = zone === -1 ? text : text.slice(0, zone)
  if (!isIPv6(address)) return undefined
  const parsed = ipaddr.IPv6.parse(address)
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String()
}
