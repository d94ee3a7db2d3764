import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { drainPending, Session } from 'chdb'
import { engineConfig } from './config.ts'
import type { Started } from './messages.ts'
import { putMergesLast } from './merge-threads.ts'
import { rowsFolderOf, Start } from './messages.ts'
import { createShim } from './shim.ts'

/**
 * The child process that holds the embedded engine. It is a process of its own because the engine is native code that
 * can take its process down, because an exit in the middle of a query crashes it, and because it does not run in worker threads.
 *
 * It lives as long as the channel to its parent: a parent that dies, however it dies, takes it along.
 */
process.on('disconnect', () => void end())
// Both also reach this process when someone presses Ctrl-C; the parent decides when the engine ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})

process.once('message', (message) => {
  try {
    serve(Start.parse(message))
  } catch (error) {
    fail(error)
  }
})

function serve(start: Start): void {
  const openSession = openEngine(start)
  const incoming = rowsFolderOf(start.dataDir)
  rmSync(incoming, { recursive: true, force: true })
  mkdirSync(incoming)
  const server = createShim({ openSession, password: start.password, incoming })
  server.on('error', fail)
  server.listen(start.port, start.host, () => say({ state: 'ready', port: (server.address() as AddressInfo).port }))
}

/** Opens the data folder and keeps it open, with a session that is not used again: the engine closes with its last one. */
function openEngine({ dataDir, memoryLimitMb }: Start): () => Session {
  mkdirSync(dataDir, { recursive: true })
  const configFile = join(dataDir, 'engine.xml')
  writeFileSync(configFile, engineConfig(memoryLimitMb))
  const path = join(dataDir, 'data')
  const keeper = new Session(path, { connectionArgs: [`--config-file=${configFile}`] })
  keeper.query('SELECT 1')
  // Its first table of the kind that merges starts the threads that do.
  keeper.query('CREATE TEMPORARY TABLE begun (a UInt8) ENGINE = MergeTree ORDER BY a')
  keeper.query('DROP TEMPORARY TABLE begun')
  putMergesLast()
  return () => new Session(path)
}

/** Ends after what is running; a statement that takes too long is cut off, which the data survives. */
async function end(): Promise<void> {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10_000).unref()
  await drainPending()
  process.exit(0)
}

function say(started: Started, then = () => {}): void {
  process.send?.(started, undefined, undefined, then)
}

function fail(error: unknown): void {
  const { message, code } = error as NodeJS.ErrnoException
  say({ state: 'failed', message, ...(typeof code === 'string' ? { errno: code } : {}) }, () => process.exit(1))
}
