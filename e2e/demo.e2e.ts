import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { freePort, root, until } from './testing/product.ts'

/** `npm start` as a stranger runs it, and the mistakes that strangers make. */
describe('npm start', () => {
  const data = mkdtempSync(join(tmpdir(), 'cordon-demo-'))
  let port: number
  let demo: Demo

  beforeAll(async () => {
    port = await freePort()
  })
  afterAll(() => {
    demo?.child.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })

  it('prints the address and the sign-in, and both work', async () => {
    demo = await startDemo(port, data)
    expect(demo.address).toBe(`http://127.0.0.1:${port}`)
    expect((await fetch(demo.address)).headers.get('content-type')).toMatch(/html/)
    expect(await signIn(demo)).toBe(200)
  })

  it('refuses a taken port with what, why and fix, and leaves the other alone', async () => {
    const { code, said } = await runToEnd(['bin/start.mjs'], { CORDON_PORT: String(port), CORDON_DATA: data })
    expect(code).toBe(1)
    expect(said).toMatch(/cannot listen on .*\n {2}why: Another program .*\n {2}fix: .*CORDON_PORT=/)
    expect(await signIn(demo)).toBe(200)
  })

  it('refuses a data folder in use by another process with what, why and fix', async () => {
    const other = String(await freePort())
    const { code, said } = await runToEnd(['bin/cordon.mjs', 'up'], { CORDON_PORT: other, CORDON_DATA: data })
    expect(code).toBe(1)
    expect(said).toMatch(/APP_DATA_IN_USE/)
    expect(said).toMatch(/why: .*\n {2}fix: /)
  })

  it('refuses an option it does not know', async () => {
    const { code, said } = await runToEnd(['bin/start.mjs', '--frsh'], { CORDON_PORT: '0', CORDON_DATA: data })
    expect([code, said]).toEqual([1, expect.stringMatching(/Unknown option --frsh.*\n.*why.*\n.*fix/)])
  })

  it('stops at Ctrl-C with no child left behind', async () => {
    // A terminal sends the signal to every process in the foreground.
    process.kill(-demo.child.pid!, 'SIGINT')
    const code = await new Promise((done) => demo.child.once('exit', done))
    expect(code).toBe(0)
    await until(async () => processesNaming(data).length === 0, 10_000)
    await expect(fetch(demo.address)).rejects.toThrow('fetch failed')
  })

  it('resumes its data at the second start', async () => {
    const again = await startDemo(port, data)
    expect(again.password).toBe(demo.password)
    demo = again
    expect(await connections(demo)).toHaveLength(1)
  })

  it('stops at an interrupt that only its first process gets', async () => {
    demo.child.kill('SIGINT')
    expect(await new Promise((done) => demo.child.once('exit', done))).toBe(0)
    await until(async () => processesNaming(data).length === 0, 10_000)
  })

  it('begins again from nothing with --fresh', async () => {
    const fresh = await startDemo(port, data, '--fresh')
    expect(fresh.password).not.toBe(demo.password)
    expect(await signIn(demo)).toBe(401)
    expect(await signIn(fresh)).toBe(200)
    process.kill(-fresh.child.pid!, 'SIGINT')
    await new Promise((done) => fresh.child.once('exit', done))
  })
})

interface Demo {
  child: ChildProcess
  address: string
  password: string
}

async function startDemo(port: number, data: string, ...args: string[]): Promise<Demo> {
  const child = spawn(process.execPath, ['bin/start.mjs', ...args], {
    cwd: root,
    env: { ...process.env, CORDON_PORT: String(port), CORDON_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const line = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout! }).once('line', done)
    child.once('exit', (code) => failed(new Error(`npm start ended with ${code}`)))
  })
  const [, address, password] = /(http:\S+) .* password (\S+)/.exec(line) ?? []
  if (address === undefined || password === undefined) throw new Error(`npm start printed: ${line}`)
  return { child, address, password }
}

async function signIn({ address, password }: Demo): Promise<number> {
  const answer = await fetch(`${address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address },
    body: JSON.stringify({ name: 'admin', password }),
  })
  return answer.status
}

async function connections({ address, password }: Demo): Promise<unknown[]> {
  const headers = { 'content-type': 'application/json', origin: address }
  const body = JSON.stringify({ name: 'admin', password })
  const session = await fetch(`${address}/api/session`, { method: 'POST', headers, body })
  const cookie = session.headers.getSetCookie()[0]!.split(';')[0]!
  const answer = await fetch(`${address}/api/connections`, { headers: { cookie } })
  return ((await answer.json()) as { connections: unknown[] }).connections
}

async function runToEnd(args: string[], env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const code = await new Promise<number | null>((done) => child.once('exit', done))
  return { code, said }
}

/** Processes whose command line or environment names the folder. */
function processesNaming(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) ||
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
      )
    } catch {
      return false
    }
  })
}
