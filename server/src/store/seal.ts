import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { AppError } from '#domain/errors.ts'

/**
 * Sealing of credentials at rest: AES-256-GCM under a key that lives in a file beside the database, never in it. A sealed
 * value names its key and is bound to its context, so that a value copied to another tenant or connection does not open.
 */
export interface Seal {
  /** `plain` sealed for `context`. */
  close(plain: string, context: readonly string[]): Buffer
  /** @throws AppError STORE_KEY_WRONG for another key, another context or changed bytes. */
  open(sealed: Buffer, context: readonly string[]): string
}

const KEY_BYTES = 32
/** version (1) · key id (8) · nonce (12) · tag (16) · ciphertext */
const VERSION = 1
const HEADER_BYTES = 9
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A seal under `key`, 32 bytes. */
export function createSeal(key: Buffer): Seal {
  const keyId = createHash('sha256')
    .update('cordon key id')
    .update(key)
    .digest()
    .subarray(0, HEADER_BYTES - 1)
  const header = Buffer.concat([Buffer.of(VERSION), keyId])
  const bind = (context: readonly string[]) => Buffer.concat([header, Buffer.from(JSON.stringify(context))])
  return {
    close(plain, context) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bind(context))
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([header, nonce, cipher.getAuthTag(), text])
    },

    open(sealed, context) {
      if (!sealed.subarray(0, HEADER_BYTES).equals(header)) {
        throw wrong('It was sealed with another key than the one in the key file.')
      }
      const textStart = HEADER_BYTES + NONCE_BYTES + TAG_BYTES
      try {
        const decipher = createDecipheriv(
          'aes-256-gcm',
          key,
          sealed.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES),
          {
            authTagLength: TAG_BYTES,
          },
        )
        decipher.setAAD(bind(context)).setAuthTag(sealed.subarray(HEADER_BYTES + NONCE_BYTES, textStart))
        return Buffer.concat([decipher.update(sealed.subarray(textStart)), decipher.final()]).toString('utf8')
      } catch {
        throw wrong('The stored bytes were changed, or belong to another tenant or connection.')
      }
    },
  }
}

/**
 * The key in the file at `path`; made there at the first call (mode 0600). Processes that start at the same time agree on one.
 *
 * @throws AppError STORE_KEY_UNREADABLE when it cannot be read or made, is not 32 bytes, or everybody may read it.
 */
export function loadOrCreateKey(path: string): Buffer {
  try {
    create(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unreadable(path, `It could not be made (${codeOf(error)}).`)
  }
  try {
    const key = readFileSync(path)
    if (key.length !== KEY_BYTES) throw unreadable(path, `It holds ${key.length} bytes instead of ${KEY_BYTES}.`)
    if (statSync(path).mode & 0o007) throw unreadable(path, 'Every user of this machine may read or write it.')
    return key
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unreadable(path, `It could not be read (${codeOf(error)}).`)
  }
}

/** Linked into place whole: a crash half-way leaves no short key, and the first of two processes wins. */
function create(path: string): void {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  if (statSync(path, { throwIfNoEntry: false })) return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(draft, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx', flush: true })
    chmodSync(draft, 0o600)
    linkSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error'
}

function unreadable(path: string, why: string): AppError {
  return new AppError({
    code: 'STORE_KEY_UNREADABLE',
    what: `Could not use the key file ${path}.`,
    why,
    fix: `Give it back from your backup with \`chmod 600 ${path}\`, or name another file with CORDON_KEY_FILE.`,
  })
}

function wrong(why: string): AppError {
  return new AppError({
    code: 'STORE_KEY_WRONG',
    what: 'Could not open the credential of a connection.',
    why,
    fix: 'Set CORDON_KEY_FILE to the key this database was written with; if that key is lost, add the connection anew on the Connections page.',
  })
}
