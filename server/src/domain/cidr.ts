import { isIP } from 'node:net'

/** Ranges of addresses, `203.0.113.0/24`, in their one shortest spelling, so that two that are the same read the same. */

/**
 * A range as Conditional Access takes it: `203.0.113.7` is `203.0.113.7/32`, IPv6 is `/128`; undefined for what is none, and for
 * IPv4 ranges wider than /8, which it refuses. Bits behind the prefix are cut off, as they mean nothing.
 */
export function readCidr(text: string): string | undefined {
  const [address = '', bits, ...rest] = text.trim().toLowerCase().split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || rest.length > 0) return undefined
  const [least, most] = version === 4 ? [8, 32] : [1, 128]
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined
  const prefix = bits === undefined ? most : Number(bits)
  return prefix < least || prefix > most ? undefined : `${masked(address, version, prefix)}/${prefix}`
}

/** Whether two ranges, as {@link readCidr} gives them, have an address in common: then one holds the other. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [partsOf(one), partsOf(other)]
  if (a.version !== b.version) return false
  const prefix = Math.min(a.prefix, b.prefix)
  return masked(a.address, a.version, prefix) === masked(b.address, b.version, prefix)
}

/** What a range, as {@link readCidr} gives it, is made of. */
export function partsOf(cidr: string): { address: string; version: number; prefix: number } {
  const [address = '', prefix] = cidr.split('/')
  return { address, version: isIP(address), prefix: Number(prefix) }
}

function masked(address: string, version: number, prefix: number): string {
  const words = version === 4 ? address.split('.').map(Number) : wordsOf(address)
  const size = version === 4 ? 8 : 16
  const cut = words.map((word, index) => {
    const bits = Math.min(size, Math.max(0, prefix - index * size))
    return word & (((1 << bits) - 1) << (size - bits))
  })
  return version === 4 ? cut.join('.') : shortest(cut)
}

/** The URL parser writes IPv6 the one shortest way (RFC 5952). */
const shortest = (words: readonly number[]): string =>
  new URL(`http://[${words.map((word) => word.toString(16)).join(':')}]/`).hostname.slice(1, -1)

function wordsOf(address: string): number[] {
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = written.split('::')
  const read = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)))
  if (tail === undefined) return read(head)
  const [front, back] = [read(head), read(tail)]
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back]
}
