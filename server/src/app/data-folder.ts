import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { AppError } from '#domain/errors.ts'

/** Below this the embedded stores cannot merge and would fail half-way. */
const LEAST_FREE_BYTES = 256 * 1024 * 1024

export interface DataFolder {
  /** Absolute. */
  path: string
  /** Lets another process have it. */
  release(): void
}

/** The garbage collector closes a database that nobody refers to, and with it would go the lock. */
const held = new Set<DatabaseSync>()

/**
 * Takes the data folder for this process: makes it, checks that it can be written and has room, and locks it.
 *
 * The lock is SQLite's: one that the operating system gives back when a process dies in any way, which Node itself does
 * not offer. Neither PGlite nor a folder of files has one of its own.
 *
 * @throws AppError APP_DATA_UNWRITABLE, APP_DATA_IN_USE.
 */
export function takeDataFolder(path: string): DataFolder {
  const probe = join(path, '.write-test')
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    writeFileSync(probe, 'x'.repeat(4096))
    rmSync(probe)
  } catch (error) {
    throw unwritable(path, error)
  }
  const freeBytes = freeSpace(path)
  if (freeBytes < LEAST_FREE_BYTES) throw full(path, freeBytes)
  const lock = new DatabaseSync(join(path, 'lock'))
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new AppError({
      code: 'APP_DATA_IN_USE',
      what: `Could not open the data folder ${path}.`,
      why: 'Another Cordon process uses it; two would destroy each other’s data.',
      fix: 'Stop the other process (`cordon up`, `cordon import`), or give this one a folder of its own with CORDON_DATA. Importing through a running server is not offered yet.',
      cause: error,
    })
  }
  held.add(lock)
  return {
    path,
    release() {
      held.delete(lock)
      lock.close()
    },
  }
}

/** Bytes free for this user on the disk that holds `path`. */
export function freeSpace(path: string): number {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

function unwritable(path: string, error: unknown): AppError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return full(path, 0, error)
  const why: Record<string, string> = {
    EACCES: 'This user has no right to write there.',
    EPERM: 'This user has no right to write there.',
    EROFS: 'The disk is mounted read-only.',
    ENOTDIR: 'A part of the path is a file, not a folder.',
    EEXIST: 'It is a file, not a folder.',
  }
  return new AppError({
    code: 'APP_DATA_UNWRITABLE',
    what: `Could not write to the data folder ${path}.`,
    why: `${why[code] ?? 'The operating system refused.'} (${code || String(error)})`,
    fix: `Give the user that runs Cordon the right to write ${path}, or name another folder with CORDON_DATA.`,
    cause: error,
  })
}

function full(path: string, freeBytes: number, cause?: unknown): AppError {
  return new AppError({
    code: 'APP_DATA_UNWRITABLE',
    what: `Could not write to the data folder ${path}.`,
    why: `The disk has ${Math.floor(freeBytes / 2 ** 20)} MB free; Cordon needs at least ${LEAST_FREE_BYTES / 2 ** 20} MB.`,
    fix: 'Free some space on that disk, or name a folder on another disk with CORDON_DATA.',
    cause,
  })
}
