import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

import { AppError } from '#domain/errors.ts'

/**
 * Sealing of credentials at rest: AES-256-GCM under a key that lives in a file beside the database or in the environment, never
 * in it. A sealed value names its key and is bound to its context, so that a value copied to another tenant or connection does not
 * open.
 */
export interface Seal {
  /** `plain` sealed for `context` under the current key. */
  close(plain: string, context: readonly string[]): Buffer
  /** Whatever key it was sealed with, as long as the keyring has it. @throws AppError STORE_KEY_WRONG for another key, another context or changed bytes. */
  open(sealed: Buffer, context: readonly string[]): string
  /** Whether it is sealed with the key that {@link close} uses. */
  isCurrent(sealed: Buffer): boolean
}

/** Where a seal has its keys from, 32 bytes each. */
export interface Keyring {
  /** What is sealed from now on is sealed with this one. @throws AppError STORE_KEY_UNREADABLE. */
  current(): Buffer
  /** The key of that id, current or earlier. */
  find(keyId: string): Buffer | undefined
}

/** version (1) · key id (8) · nonce (12) · tag (16) · ciphertext */
const VERSION = 1
const HEADER_BYTES = 9
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What a sealed value calls its key: says nothing of it. Hexadecimal. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256')
    .update('cordon key id')
    .update(key)
    .digest('hex')
    .slice(0, 2 * (HEADER_BYTES - 1))
}

/** A seal under the keys of `keys`. */
export function createSeal(keys: Keyring): Seal {
  const headerOf = (key: Buffer) => Buffer.concat([Buffer.of(VERSION), Buffer.from(keyIdOf(key), 'hex')])
  const bind = (header: Buffer, context: readonly string[]) =>
    Buffer.concat([header, Buffer.from(JSON.stringify(context))])
  return {
    close(plain, context) {
      const key = keys.current()
      const header = headerOf(key)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bind(header, context))
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([header, nonce, cipher.getAuthTag(), text])
    },

    open(sealed, context) {
      const header = sealed.subarray(0, HEADER_BYTES)
      const key = header[0] === VERSION ? keys.find(header.subarray(1).toString('hex')) : undefined
      if (!key) throw sealWrong('It was sealed with another key than those at hand.')
      const textStart = HEADER_BYTES + NONCE_BYTES + TAG_BYTES
      const nonce = sealed.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
        decipher.setAAD(bind(header, context)).setAuthTag(sealed.subarray(HEADER_BYTES + NONCE_BYTES, textStart))
        return Buffer.concat([decipher.update(sealed.subarray(textStart)), decipher.final()]).toString('utf8')
      } catch {
        throw sealWrong('The stored bytes were changed, or belong to another tenant or connection.')
      }
    },

    isCurrent: (sealed) => sealed.subarray(0, HEADER_BYTES).equals(headerOf(keys.current())),
  }
}

/** That something sealed does not open. */
export function sealWrong(why: string): AppError {
  return new AppError({
    code: 'STORE_KEY_WRONG',
    what: 'Could not open what is sealed: the credential of a connection, say.',
    why,
    fix: 'Set CORDON_KEY_FILE (or CORDON_KEY) to the key this database was written with, and keep earlier keys beside it; if that key is lost, add the connection anew on the Connections page.',
  })
}
