/**
 * The demo that `npm start` runs: an emulated Microsoft cloud with a company in it, Cordon on its embedded stores, and a
 * connection between the two, made over Cordon's own API as an administrator would. Three processes; this one starts the
 * others, prints the address, and stops them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const root = dirname(import.meta.dirname)
const data = resolve(process.env['CORDON_DATA'] ?? join(root, '.cordon'))
const port = process.env['CORDON_PORT'] ?? '8420'
const address = `http://127.0.0.1:${port}`

/** What the demo puts into the data folder; `--fresh` removes these and nothing else. */
const OWN = ['events', 'records', 'emulator', 'rules', 'cordon.key', 'cloud.json', 'demo.json', 'cordon.log']

interface Demo {
  administrator: { name: string; password: string }
}

interface EmulatorReady {
  url: string
  caFile: string
  tenants: { id: string; name: string; applications: { name: string; clientId: string; secret: string }[] }[]
}

const children: ChildProcess[] = []
let stopping = false

main().catch(async (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  await stop(1)
})

async function main(): Promise<void> {
  process.on('SIGINT', () => void stop(0))
  process.on('SIGTERM', () => void stop(0))
  process.on('SIGHUP', () => void stop(0))

  const unknown = process.argv.slice(2).filter((argument) => argument !== '--fresh')
  if (unknown.length > 0) {
    throw new Error(
      trouble(
        `Unknown option ${unknown.join(' ')}.`,
        '`npm start` takes only --fresh.',
        'Run `npm start` or `npm start -- --fresh`.',
      ),
    )
  }
  await refuseSecondInstance()
  if (process.argv.includes('--fresh'))
    for (const name of OWN) rmSync(join(data, name), { recursive: true, force: true })
  makeDataFolder()

  const demo = readOrMakeDemo()
  const emulator = await startEmulator()
  writeFileSync(join(data, 'cloud.json'), JSON.stringify(cloudFile(emulator), undefined, 2))
  await startCordon(demo)
  await connectTenant(demo, emulator)
  process.stdout.write(
    `Cordon is ready: ${address}  sign in as ${demo.administrator.name} with password ${demo.administrator.password}  (Ctrl-C stops it)\n`,
  )
}

/** An address that answers means another program: told before anything is started or removed. */
async function refuseSecondInstance(): Promise<void> {
  const taken = await new Promise<boolean>((done) => {
    const probe = connect(Number(port), '127.0.0.1')
    probe.once('connect', () => (probe.destroy(), done(true)))
    probe.once('error', () => done(false))
  })
  if (taken) {
    throw new Error(
      trouble(
        `Cordon cannot listen on ${address}.`,
        `Another program already does, perhaps another Cordon.`,
        `Stop it, or choose another port: CORDON_PORT=8421 npm start`,
      ),
    )
  }
}

function makeDataFolder(): void {
  try {
    mkdirSync(data, { recursive: true })
    writeFileSync(join(data, '.writable'), '')
    rmSync(join(data, '.writable'))
  } catch (error) {
    throw new Error(
      trouble(
        `The data folder ${data} cannot be written.`,
        error instanceof Error ? error.message : String(error),
        'Free some space or give this user the right to write there, or choose another folder: CORDON_DATA=/path npm start',
      ),
      { cause: error },
    )
  }
}

function readOrMakeDemo(): Demo {
  const file = join(data, 'demo.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Demo
  const demo: Demo = { administrator: { name: 'admin', password: randomBytes(9).toString('base64url') } }
  writeFileSync(file, JSON.stringify(demo, undefined, 2), { mode: 0o600 })
  return demo
}

async function startEmulator(): Promise<EmulatorReady> {
  const child = start(
    'The emulated Microsoft cloud',
    [
      join(root, 'emulator', 'bin', 'm365-emulator.mjs'),
      'start',
      // A first collection asks for a day at once; the documented limit would make whoever watches wait for minutes.
      '--throttle',
      'x10',
      '--json',
      '--port',
      '0',
      '--data',
      join(data, 'emulator'),
    ],
    {},
    ['ignore', 'pipe', 'inherit'],
  )
  const line = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout! }).once('line', done)
    child.once('exit', () => failed(new Error('The emulated Microsoft cloud ended before it was ready.')))
  })
  return JSON.parse(line) as EmulatorReady
}

/** See docs/guides/clouds.md for the file. */
function cloudFile({ url, caFile }: EmulatorReady): Record<string, string> {
  return { name: 'emulated', title: 'Emulated Microsoft cloud', origin: url, caFile }
}

async function startCordon(demo: Demo): Promise<void> {
  const child = start(
    'Cordon',
    [join(root, 'server', 'src', 'cli', 'main.ts'), 'up'],
    {
      CORDON_DATA: data,
      CORDON_PORT: port,
      CORDON_CLOUD_FILE: join(data, 'cloud.json'),
      CORDON_ADMIN_NAME: demo.administrator.name,
      CORDON_ADMIN_PASSWORD: demo.administrator.password,
      CORDON_POLL_SECONDS: '2',
    },
    ['ignore', 'ignore', 'inherit'],
  )
  const deadline = Date.now() + 120_000
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await fetch(`${address}/api/health`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('Cordon did not become ready.')
}

/** Signs in, and adds the company's connection where it is not there yet. */
async function connectTenant(demo: Demo, emulator: EmulatorReady): Promise<void> {
  const tenant = emulator.tenants[0]!
  const application = tenant.applications.find(({ name }) => name === 'Cordon')!
  const signIn = await call('POST', '/api/session', demo.administrator)
  const cookie = signIn.headers
    .getSetCookie()
    .map((entry) => entry.split(';')[0])
    .join('; ')
  const { connections } = (await (await call('GET', '/api/connections', undefined, cookie)).json()) as {
    connections: { tenantId: string }[]
  }
  if (!connections.some(({ tenantId }) => tenantId === tenant.id)) {
    await call(
      'POST',
      '/api/connections',
      {
        name: tenant.name,
        cloud: 'emulated',
        directoryId: tenant.id,
        clientId: application.clientId,
        credential: { kind: 'secret', secret: application.secret },
      },
      cookie,
    )
  }
  await call('DELETE', '/api/session', undefined, cookie)
}

async function call(method: string, path: string, body?: unknown, cookie = ''): Promise<Response> {
  const answer = await fetch(address + path, {
    method,
    headers: { 'content-type': 'application/json', origin: address, cookie },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) {
    const { title, why, fix } = (await answer.json()) as { title: string; why: string; fix: string }
    throw new Error(trouble(title, why, fix))
  }
  return answer
}

function start(
  name: string,
  args: string[],
  env: Record<string, string>,
  stdio: ('ignore' | 'pipe' | 'inherit')[],
): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio })
  children.push(child)
  child.once('exit', (code, signal) => {
    if (stopping) return
    process.stderr.write(`${name} ended (${signal ?? `exit code ${code}`}); stopping the demo.\n`)
    void stop(1)
  })
  return child
}

/** Lets the children finish their own clean stop, newest first, and kills what has not ended after eight seconds. */
async function stop(code: number): Promise<void> {
  if (stopping) return
  stopping = true
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 8000)
    await ended
    clearTimeout(timer)
  }
  process.exit(code)
}

function trouble(what: string, why: string, fix: string): string {
  return `${what}\n  why: ${why}\n  fix: ${fix}`
}
