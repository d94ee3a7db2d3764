import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { rowsFolderOf, Started } from './messages.ts'
import type { Start } from './messages.ts'
import { startFailure } from './start-failure.ts'

/** The embedded engine, running in a child process behind ClickHouse's HTTP protocol. */
export interface EmbeddedClickHouse {
  /** Where it listens; the same for its whole life, restarts included. */
  readonly url: string
  /** For HTTP Basic, with any user name. */
  readonly password: string
  /** The child process at this moment; undefined while it is being restarted. */
  readonly pid: number | undefined
  /** Files in it can be read by statements; emptied whenever the engine starts. */
  readonly rowsFolder: string
  /** Lets running statements finish, then ends the process. */
  stop(): Promise<void>
}

export interface EmbeddedClickHouseOptions {
  /** The engine's own folder; made when absent, locked while it runs. */
  dataDir: string
  /** All memory the engine may use, in MB; a statement that would need more is refused. 600 when absent; the process takes some 250 MB more. */
  memoryLimitMb?: number
}

/**
 * Starts the engine for this process alone: on a free port of the loopback address, with a random password. A child that
 * crashes is started again at the same address; clients see a connection that breaks, and retry.
 *
 * @throws AppError APP_DATA_IN_USE, APP_DATA_UNWRITABLE, STORE_UNREACHABLE
 */
export function startEmbeddedClickHouse(options: EmbeddedClickHouseOptions): Promise<EmbeddedClickHouse> {
  return serveEmbeddedClickHouse({ ...options, host: '127.0.0.1', port: 0, password: randomBytes(24).toString('hex') })
}

/**
 * Starts the engine for several processes, at an address of one's choice; they reach it as they would a server.
 *
 * @throws AppError as above, and APP_PORT_TAKEN
 */
export async function serveEmbeddedClickHouse(
  options: EmbeddedClickHouseOptions & { host: string; port: number; password: string },
): Promise<EmbeddedClickHouse> {
  const start: Start = { memoryLimitMb: 600, ...options }
  const stopping = new AbortController()
  let child = await launch(start)
  start.port = child.port
  const keptAlive = keepAlive()

  /** Until it is to stop, starts another child when one ends. */
  async function keepAlive(): Promise<void> {
    for (let waitMs = 0; !stopping.signal.aborted;) {
      await (waitMs === 0 ? child.ended : pause(waitMs, undefined, { signal: stopping.signal }).catch(() => {}))
      if (stopping.signal.aborted) break
      try {
        child = await launch(start)
        waitMs = 0
      } catch {
        // What made it crash may last (a full disk); clients hear STORE_UNREACHABLE meanwhile.
        waitMs = Math.min(waitMs * 2 + 100, 5_000)
      }
    }
    if (child.process.connected) child.process.disconnect()
    await child.ended
  }

  return {
    url: `http://${start.host.includes(':') ? `[${start.host}]` : start.host}:${start.port}`,
    password: start.password,
    rowsFolder: rowsFolderOf(start.dataDir),
    get pid() {
      return child.process.exitCode === null && child.process.signalCode === null ? child.process.pid : undefined
    },
    async stop() {
      stopping.abort()
      if (child.process.connected) child.process.disconnect()
      await keptAlive
    },
  }
}

interface Launched {
  process: ChildProcess
  port: number
  ended: Promise<unknown>
}

const ENGINE_ENVIRONMENT = {
  // Each statement holds a thread of Node's pool while it runs.
  UV_THREADPOOL_SIZE: '8',
  // Memory goes back to the system soon: without the two the process grows by a fifth.
  MALLOC_ARENA_MAX: '2',
  JE_MALLOC_CONF: 'dirty_decay_ms:500,muzzy_decay_ms:0',
}

async function launch(start: Start): Promise<Launched> {
  const child = fork(new URL('./engine-process.ts', import.meta.url), {
    // A tool that runs this process with flags of its own (a test runner, a debugger) does not mean the engine.
    execArgv: [],
    env: { ...process.env, ...ENGINE_ENVIRONMENT },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const ended = once(child, 'exit')
  // Why it cannot open a folder the engine tells there alone; the error it throws says only that.
  let complaints = ''
  const listen = (text: Buffer) => (complaints = `${complaints}${text.toString()}`.slice(-4_000))
  child.stderr?.on('data', listen)
  child.send(start)
  const [answer] = await Promise.race([
    once(child, 'message'),
    ended.then(([code, signal]) => [{ state: 'failed', message: `The engine ended at once (${code ?? signal}).` }]),
  ])
  const started = Started.parse(answer)
  if (started.state === 'ready') {
    child.stderr?.off('data', listen).pipe(process.stderr, { end: false })
    return { process: child, port: started.port, ended }
  }
  await once(child, 'close')
  const message = `${complaints.trim()} ${started.message}`.trim()
  throw startFailure({ ...started, message }, { dataDir: start.dataDir, address: `${start.host}:${start.port}` })
}
