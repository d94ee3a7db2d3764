import { hash } from 'node:crypto'

export type HashAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha512'

/** Which hash a value in hex is, by its length; undefined when it is none. */
export function hashAlgorithm(value: string): HashAlgorithm | undefined {
  return /^[0-9a-f]+$/i.test(value) ? BY_LENGTH[value.length] : undefined
}

const BY_LENGTH: Record<number, HashAlgorithm> = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' }

/** In lower-case hex; computed once for the same bytes. */
export function hashOf(bytes: Uint8Array, algorithm: HashAlgorithm): string {
  const known = HASHES.get(bytes) ?? {}
  HASHES.set(bytes, known)
  return (known[algorithm] ??= hash(algorithm, bytes))
}

/** Many conditions ask for the hash of one attachment. */
const HASHES = new WeakMap<Uint8Array, Partial<Record<HashAlgorithm, string>>>()
