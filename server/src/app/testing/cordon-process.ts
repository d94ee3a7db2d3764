import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import { request } from 'undici'

import { copyTemplate } from '#store/testing/temporary-records.ts'

/** `cordon up` as a process of its own, which a test may kill at any moment. */
export interface CordonProcess {
  pid: number
  /** A request below `/api` as the administrator; the parsed reply. @throws when it is refused. */
  call<Reply>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply>
  /** `kill -9`, as a power cut does it to the process. */
  kill(): Promise<void>
  /** SIGTERM, and what it ended with. */
  stop(): Promise<number | null>
}

const PROGRAM = join(import.meta.dirname, '../../cli/main.ts')
const ADMINISTRATOR = { name: 'admin', password: 'correct horse battery' }

/** @param servers of the stores, as variables of the environment; without them they are embedded in the folder `data`. */
export async function startCordonProcess(
  data: string,
  cloudFile: string,
  servers: Record<string, string> = {},
): Promise<CordonProcess> {
  if (!servers['CORDON_POSTGRES_URL']) await copyTemplate(join(data, 'records'))
  const child = spawn(process.execPath, [PROGRAM, 'up'], {
    // What it complains about belongs beside the failure that follows from it.
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      CORDON_DATA: data,
      CORDON_PORT: '0',
      CORDON_POLL_SECONDS: '1',
      CORDON_CLOUD_FILE: cloudFile,
      CORDON_ADMIN_PASSWORD: ADMINISTRATOR.password,
      ...servers,
    },
  })
  const url = await readyUrl(child)
  const signIn = await request(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMINISTRATOR),
  })
  await signIn.body.dump()
  const cookie = String(signIn.headers['set-cookie']).split(';')[0]!
  const exited = once(child, 'exit') as Promise<[number | null]>

  return {
    pid: child.pid!,
    async call<Reply>(method: 'GET' | 'POST', path: string, body?: unknown) {
      const answer = await request(`${url}/api${path}`, {
        method,
        headers: { cookie, origin: url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.body.text()
      if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${text}`)
      return JSON.parse(text) as Reply
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      child.kill('SIGTERM')
      return (await exited)[0]
    },
  }
}

/** Asks until the answer is as wanted. @throws when patience ends, after two minutes unless said otherwise, with the last answer. */
export async function until<T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  patienceMs = 120_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (Date.now() > deadline) throw new Error(`It did not come about: ${JSON.stringify(answer).slice(0, 2000)}`)
    await pause(20)
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /is ready: (\S+)/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('Cordon ended instead of starting.')
}
