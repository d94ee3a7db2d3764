import fs from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import { Pool } from 'pg'
import type { PoolConfig } from 'pg'

import { AppError } from '#domain/errors.ts'
import type { PostgresEngine } from '#store/postgres/engine.ts'

const SETTINGS = ['wal_sync_method=fsync', 'shared_buffers=16MB'].flatMap((setting) => ['-c', setting])
/** PGlite's own but the one that never waits for the disk; whether to is then as `postgresql.conf` has it, which is to do so. */
const START = [...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'), ...SETTINGS]

/**
 * Opens (and at the first call makes) the PostgreSQL in `dataDir`: PGlite, PostgreSQL compiled to WebAssembly, inside this
 * process behind a real `pg` Pool, so that nothing above can tell it from a server. What was committed survives `kill -9`.
 *
 * It has one connection and runs on the event loop: keep statements short, and never wait for the pool inside a transaction.
 *
 * @throws AppError APP_DATA_IN_USE when another process has it open, APP_DATA_UNWRITABLE.
 */
export async function openEmbeddedPostgres(options: { dataDir: string }): Promise<PostgresEngine> {
  const { dataDir } = options
  const lock = takeLock(dataDir)
  try {
    const lite = await PGlite.create({
      dataDir: join(dataDir, 'cluster'),
      startParams: START,
    })
    makeDurable(lite)
    // Never reconnects: a second client on the same instance would find the first one's session.
    const pool = new Pool({ ...createPgConfig(lite), max: 1, idleTimeoutMillis: 0 } as PoolConfig)
    return {
      pool,
      async stop() {
        await pool.end()
        await lite.close()
        lock.close()
      },
    }
  } catch (error) {
    lock.close()
    throw unwritable(dataDir, error)
  }
}

/**
 * Makes commits reach the disk. PGlite's file system answers PostgreSQL's fsync without doing it; this hands each one to the
 * operating system. It reaches into PGlite, so a test counts the calls.
 */
function makeDurable(lite: PGlite): void {
  const { FS } = lite.Module
  const file = FS.open('/pglite/data/PG_VERSION', 'r')
  const operations = file.stream_ops as unknown as { fsync(stream: { nfd: number }): number }
  operations.fsync = (stream) => {
    fs.fsyncSync(stream.nfd)
    return 0
  }
  FS.close(file)
}

/** PGlite has no lock of its own, and two processes on one folder destroy it. The operating system gives SQLite's back when a process dies. */
function takeLock(dataDir: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    lock = new DatabaseSync(join(dataDir, 'lock'))
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw unwritable(dataDir, error)
    throw new AppError({
      code: 'APP_DATA_IN_USE',
      what: `Could not open the embedded PostgreSQL in ${dataDir}.`,
      why: 'Another Cordon process has it open; two would destroy each other’s data.',
      fix: 'Stop the other process, or give this one a folder of its own with CORDON_DATA.',
    })
  }
}

const SQLITE_BUSY = 5

function unwritable(dataDir: string, error: unknown): AppError {
  return new AppError({
    code: 'APP_DATA_UNWRITABLE',
    what: `Could not open the embedded PostgreSQL in ${dataDir}.`,
    why: error instanceof Error ? error.message : String(error),
    fix: `Check the space on that disk and the right to write ${dataDir}, or name another folder with CORDON_DATA.`,
    cause: error,
  })
}
