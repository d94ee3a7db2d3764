import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomInt,
  type KeyObject,
} from 'node:crypto'

/**
 * Secrets that an action makes for the person who asked for it, a new password say. They are sealed with a key of that person's
 * where they are made, so that neither the store nor an answer of the API holds anything that somebody else could read.
 */

/** A key pair that a person seals to: the public key in base64, the private one as PEM. */
export function createSealingKey(): { publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Whether a text is a public key that secrets can be sealed to: RSA of 2048 to 4096 bits (SPKI in base64). */
export function isSealingKey(text: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = readKey(text)
    const bits = asymmetricKeyDetails?.modulusLength ?? 0
    return asymmetricKeyType === 'rsa' && bits >= 2048 && bits <= 4096
  } catch {
    return false
  }
}

/** The secret as only the holder of the private key can read it (RSA-OAEP with SHA-256, base64). */
export function sealSecret(publicKey: string, secret: string): string {
  return publicEncrypt({ key: readKey(publicKey), ...OAEP }, Buffer.from(secret, 'utf8')).toString('base64')
}

/** The secret in `sealed`; undefined where it was sealed to another key. */
export function openSecret(privateKey: string, sealed: string): string | undefined {
  try {
    return privateDecrypt({ key: privateKey, ...OAEP }, Buffer.from(sealed, 'base64')).toString('utf8')
  } catch {
    return undefined
  }
}

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }

const readKey = (text: string): KeyObject =>
  createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })

/** Without signs that are taken for one another when read out. */
const SORTS = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '-+=.:_']
const ALL = SORTS.join('')
const LENGTH = 20

/** A password that nobody has thought of: 20 signs of four sorts, about 115 bits. */
export function createPassword(): string {
  for (;;) {
    const password = Array.from({ length: LENGTH }, () => ALL[randomInt(ALL.length)]).join('')
    if (SORTS.every((sort) => [...sort].some((sign) => password.includes(sign)))) return password
  }
}
