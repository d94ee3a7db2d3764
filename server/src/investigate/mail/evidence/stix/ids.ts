import { createHash } from 'node:crypto'

/**
 * Identities of STIX objects, computed from what the objects are, so that an export made twice says the same and a receiver
 * that has the sender or the link already recognizes it.
 */

/** The namespace that the standard sets for observables whose properties it names (STIX 2.1, section 2.9). */
const OBSERVABLES = '00abedb4-aa42-466c-9c23-fed23077a8ed'
/** Ours, for all else: the standard forbids the other namespace to what is made by other rules. Made up once, never changed. */
const CORDON = '2e9c7921-c438-466b-a8f2-2150f23b37b2'

/** The id of an observable by its ID contributing properties: `url--…`. */
export function observableId(type: string, properties: Readonly<Record<string, unknown>>): string {
  return `${type}--${uuidV5(OBSERVABLES, canonicalJson(properties))}`
}

/** The id of anything else, by what makes it what it is. */
export function objectId(type: string, ...parts: readonly string[]): string {
  return `${type}--${uuidV5(CORDON, JSON.stringify([type, ...parts]))}`
}

/** A name-based UUID (RFC 9562, section 5.5). */
export function uuidV5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  hash[6] = (hash[6]! & 0x0f) | 0x50
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex', 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** JSON with sorted names and no spaces (RFC 8785) of objects that hold texts and objects alone. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
