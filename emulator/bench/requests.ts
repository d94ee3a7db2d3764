import { readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { createInterface } from 'node:readline'
import { performance } from 'node:perf_hooks'
import type { ChildProcess } from 'node:child_process'

import { load } from './load.ts'

/**
 * `npm run bench -w emulator`: starts a company of 50,000 mailboxes, then asks its Graph over plain HTTP for one user after
 * another, permissions and throttle accounting on. The amounts of the limits are raised a thousand times, or nine requests
 * in ten would be refused; the counting is the same. Prints one JSON object; the baseline is a bare Node server that
 * answers the same bytes to the same client in the same run.
 */

interface Ready {
  url: string
  httpUrl: string
  tenants: { id: string; applications: { name: string; clientId: string; secret: string }[] }[]
}

const SOCKETS = 50
const WARM_UP = 5
const SECONDS = 8
const USERS = 999

const begun = performance.now()
const emulator = start(
  '../bin/m365-emulator.mjs',
  ...'start --json --org large --no-live --http-port 0'.split(' '),
  '--throttle',
  'x1000',
)
const ready = JSON.parse(await firstLine(emulator)) as Ready
const startSeconds = (performance.now() - begun) / 1000
const startedMegabytes = residentMegabytes(emulator)
const { port } = new URL(ready.httpUrl)
const token = await logIn(ready)
const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
const people = await userIds(ready)
const paths = people.map((id) => `/v1.0/users/${id}?$select=id,displayName,mail,accountEnabled`)
const ask = (seconds: number) => load({ port: Number(port), paths, headers, sockets: SOCKETS, seconds })
// The compiler needs some tens of thousands of requests to settle.
await ask(WARM_UP)
const graph = await ask(SECONDS)
const rss = residentMegabytes(emulator)
emulator.kill()

const bare = start('./baseline.ts')
const barePort = Number(await firstLine(bare))
await load({ port: barePort, paths, headers, sockets: SOCKETS, seconds: WARM_UP / 2 })
const baseline = await load({
  port: barePort,
  paths,
  headers,
  sockets: SOCKETS,
  seconds: SECONDS / 2,
})
bare.kill()

const refused = Object.entries(graph.statuses).filter(([status]) => status !== '200')
if (refused.length > 0) throw new Error(`Not every request was answered with 200: ${JSON.stringify(graph.statuses)}`)
const report = {
  bench: 'emulator-requests',
  params: { organization: 'large', sockets: SOCKETS, seconds: SECONDS, users: people.length },
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
  metrics: {
    requests_per_s: Math.round(graph.requestsPerSecond),
    start_s: round(startSeconds),
    rss_mb: startedMegabytes,
    rss_after_load_mb: rss,
  },
  baseline: { bare_node_requests_per_s: Math.round(baseline.requestsPerSecond) },
  ratio: round(graph.requestsPerSecond / baseline.requestsPerSecond),
}
process.stdout.write(`${JSON.stringify(report)}\n`)

function start(script: string, ...args: string[]): ChildProcess {
  const path = new URL(script, import.meta.url).pathname
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  return child
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [''])])) as [string]
  if (line === '') throw new Error('It ended before it was ready; see what it printed above.')
  return line
}

/** Resident memory of a process as Linux counts it; of any process elsewhere 0, which says that it was not measured. */
function residentMegabytes({ pid }: ChildProcess): number {
  try {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Math.round(Number(line?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

async function logIn({ httpUrl, tenants }: Ready): Promise<string> {
  const [tenant] = tenants
  const { clientId, secret } = tenant!.applications[0]!
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
  const scope = 'https://graph.microsoft.com/.default'
  const answer = await fetch(`${httpUrl}/${tenant!.id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...form, scope }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

async function userIds({ httpUrl }: Ready): Promise<string[]> {
  const answer = await fetch(`${httpUrl}/v1.0/users?$top=${USERS}&$select=id`, { headers })
  return ((await answer.json()) as { value: { id: string }[] }).value.map(({ id }) => id)
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}
