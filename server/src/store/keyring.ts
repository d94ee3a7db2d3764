import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { AppError } from '#domain/errors.ts'

import { keyIdOf, type Keyring } from './seal.ts'

const KEY_BYTES = 32

/** Keys in files: the current one at a path, and each that a renewal met or made beside it, with its id behind the name. */
export interface FileKeyring extends Keyring {
  /**
   * Makes a new key the current one; the one before is kept beside it, for what is sealed with it still and for backups. A crash
   * on the way leaves the one or the other. Returns where it is kept.
   */
  renew(): string
}

/**
 * The keys at `path`, the first of which is made there at the first call. Every process sees at once when another renews it:
 * the file is read whenever something is sealed, and the folder when a key is not known.
 *
 * @throws AppError STORE_KEY_UNREADABLE.
 */
export function openFileKeyring(path: string): FileKeyring {
  const known = new Map<string, Buffer>()
  const learn = (key: Buffer) => known.set(keyIdOf(key), key)
  learn(loadOrCreateKey(path))
  return {
    current: () => readKey(path),
    find(keyId) {
      if (!known.has(keyId)) for (const file of [path, ...earlier(path)]) learn(readKey(file))
      return known.get(keyId)
    },
    renew() {
      const key = randomBytes(KEY_BYTES)
      const draft = draftOf(path)
      try {
        const kept = keep(path, readKey(path))
        // Under its own name first: another process that renews at this moment takes its place, and takes nothing away.
        keep(path, key)
        writeKey(draft, key)
        renameSync(draft, path)
        flushFolder(dirname(path))
        return kept
      } catch (error) {
        if (error instanceof AppError) throw error
        throw unreadable(path, `A new one could not be put in its place (${codeOf(error)}).`)
      } finally {
        rmSync(draft, { force: true })
      }
    },
  }
}

/**
 * Keys given as text, 32 bytes in base64 each: the current one, and the one before while it is being replaced.
 *
 * @throws AppError STORE_KEY_UNREADABLE.
 */
export function readKeyring(current: string, previous?: string): Keyring {
  const key = decode('CORDON_KEY', current)
  const keys = [key, ...(previous === undefined ? [] : [decode('CORDON_KEY_PREVIOUS', previous)])]
  const known = new Map(keys.map((each) => [keyIdOf(each), each]))
  return { current: () => key, find: (keyId) => known.get(keyId) }
}

function decode(name: string, text: string): Buffer {
  const key = Buffer.from(text, 'base64')
  if (key.length === KEY_BYTES) return key
  throw new AppError({
    code: 'STORE_KEY_UNREADABLE',
    what: `Could not use the key in ${name}.`,
    why: `It is ${key.length} bytes in base64 instead of ${KEY_BYTES}.`,
    fix: `Set ${name} to the output of \`openssl rand -base64 32\`, or to the key this database was written with.`,
  })
}

/** Puts a key beside the current one, under its id; where it is already, it stays. Returns where. */
function keep(path: string, key: Buffer): string {
  const kept = `${path}.${keyIdOf(key)}`
  const draft = draftOf(path)
  try {
    writeKey(draft, key)
    linkSync(draft, kept)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return kept
}

/** So that names outlast a power cut as the files do: what is sealed from now on could not be opened without. */
function flushFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function earlier(path: string): string[] {
  const prefix = `${basename(path)}.`
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length)))
    .map((name) => join(dirname(path), name))
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
  return readKey(path)
}

function readKey(path: string): Buffer {
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
  const draft = draftOf(path)
  if (statSync(path, { throwIfNoEntry: false })) return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    writeKey(draft, randomBytes(KEY_BYTES))
    linkSync(draft, path)
    flushFolder(dirname(path))
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeKey(path: string, key: Buffer): void {
  writeFileSync(path, key, { mode: 0o600, flag: 'wx', flush: true })
  chmodSync(path, 0o600)
}

function draftOf(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString('hex')}.draft`
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
