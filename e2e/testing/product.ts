/**
 * The whole product for one story: the emulated cloud and Cordon as processes of their own, in a temporary folder, reached
 * only as a user reaches them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

import { inject } from 'vitest'

export const root = dirname(dirname(import.meta.dirname))

export interface Application {
  name: string
  clientId: string
  secret: string
}

export interface Emulator {
  url: string
  caFile: string
  tenants: { id: string; name: string; domain: string; applications: Application[] }[]
}

export interface Product {
  /** Where Cordon's console answers. */
  address: string
  administrator: { name: string; password: string }
  emulator: Emulator
  stop(): Promise<void>
}

type Settings = Record<string, string>

/** Who may sign in from the first start on. */
export const ADMINISTRATOR = { name: 'admin', password: 'correct horse battery staple' }

/**
 * Starts the cloud and Cordon, without any connection between them; `settings` are Cordon's own (CORDON_*), or made when the
 * cloud runs and the address of Cordon is known; `cloudOptions` are those of `m365-emulator start`.
 */
export async function startProduct(
  settings: Settings | ((given: Pick<Product, 'address' | 'emulator'>) => Promise<Settings>) = {},
  cloudOptions: string[] = [],
): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-e2e-'))
  const running: { stop(): Promise<void> }[] = []
  const stop = async () => {
    for (const each of running.toReversed()) await each.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const cloud = run([
      'emulator/bin/m365-emulator.mjs',
      'start',
      '--json',
      '--port',
      '0',
      '--data',
      join(folder, 'emulator'),
      ...cloudOptions,
    ])
    running.push({ stop: () => end(cloud) })
    const emulator = JSON.parse(await firstLine(cloud)) as Emulator
    const cloudFile = join(folder, 'cloud.json')
    const { url, caFile } = emulator
    writeFileSync(
      cloudFile,
      JSON.stringify({
        name: 'emulated',
        title: 'Emulated Microsoft cloud',
        origin: url,
        caFile,
      }),
    )
    const data = join(folder, 'cordon')
    cpSync(inject('freshData'), data, { recursive: true })
    const port = await freePort()
    const address = addressOf(port)
    const own = typeof settings === 'function' ? await settings({ address, emulator }) : settings
    running.push(await startCordon({ CORDON_DATA: data, CORDON_CLOUD_FILE: cloudFile, ...own }, port))
    return { address, administrator: ADMINISTRATOR, emulator, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const addressOf = (port: number): string => `http://127.0.0.1:${port}`

/** Starts Cordon with these settings; resolves as soon as it answers. */
export async function startCordon(settings: Settings, port?: number): Promise<{ stop(): Promise<void> }> {
  const at = port ?? (await freePort())
  const child = run(['server/src/cli/main.ts', 'up'], {
    CORDON_PORT: String(at),
    CORDON_ADMIN_NAME: ADMINISTRATOR.name,
    CORDON_ADMIN_PASSWORD: ADMINISTRATOR.password,
    CORDON_POLL_SECONDS: '1',
    ...settings,
  })
  const stop = () => end(child)
  try {
    await until(async () => (await fetch(`${addressOf(at)}/api/health`)).ok, 180_000)
    return { stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Connects the company to Cordon over its API, as the administrator; gives the tenant's id. The usual feeds unless told. */
export async function connectTenant(product: Product, feeds?: readonly string[]): Promise<string> {
  const tenant = product.emulator.tenants[0]!
  const application = tenant.applications.find(({ name }) => name === 'Cordon')!
  await post(product, 'connections', {
    name: tenant.name,
    cloud: 'emulated',
    directoryId: tenant.id,
    clientId: application.clientId,
    credential: { kind: 'secret', secret: application.secret },
    ...(feeds && { feeds }),
  })
  return tenant.id
}

/** Adds somebody who may sign in, as the administrator. */
export async function addUser(product: Product, user: { name: string; role: string; password: string }): Promise<void> {
  await post(product, 'users', user)
}

/** Sends something to Cordon's API as the administrator. */
async function post({ address, administrator }: Product, path: string, what: object): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: address }
  const signIn = await fetch(`${address}/api/session`, { method: 'POST', headers, body: JSON.stringify(administrator) })
  const cookie = signIn.headers.getSetCookie()[0]!.split(';')[0]!
  const answer = await fetch(`${address}/api/${path}`, {
    method: 'POST',
    headers: { ...headers, cookie },
    body: JSON.stringify(what),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

/** A child of the product's own Node, its complaints visible in the test's output. */
export function run(args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

export async function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    createInterface({ input: child.stdout! }).once('line', done)
    child.once('exit', (code) =>
      failed(new Error(`${child.spawnargs.join(' ')} ended with ${code} before it said anything`)),
    )
  })
}

/** Asks the process to stop and waits until it has; kills it after ten seconds. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(timer)
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

/** Asks again until the condition holds; a condition that throws does not hold yet. */
export async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${condition.toString()}`)
    await new Promise((done) => setTimeout(done, 100))
  }
}
