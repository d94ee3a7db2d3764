import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createSecureContext } from 'node:tls'

import { Agent } from 'undici'
import { z } from 'zod'

import { loadCloudFile, type Cloud } from '#connect/clouds.ts'
import { createMicrosoft } from '#connect/create-microsoft.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import type { Wait } from '#connect/throttle.ts'
import { systemClock, type Clock } from '#domain/clock.ts'
import { parseTenantId } from '#domain/ids.ts'
import type { Credential } from '#domain/tenant.ts'

/**
 * The emulated Microsoft cloud as a program of its own, for tests of every layer: what the server learns of it comes over
 * HTTPS, as from Microsoft.
 */

const Ready = z.object({
  ready: z.literal(true),
  url: z.url(),
  caFile: z.string(),
  eventHubs: z.array(
    z.object({
      namespace: z.string(),
      connectionString: z.string(),
      amqpPort: z.number(),
      amqpsPort: z.number(),
      hubs: z.array(z.string()),
    }),
  ),
  tenants: z.array(
    z.object({
      id: z.string().transform((id) => parseTenantId(id)!),
      name: z.string(),
      domain: z.string(),
      applications: z.array(
        z.object({
          name: z.string(),
          clientId: z.string(),
          secret: z.string().optional(),
          certificateFile: z.string().optional(),
          keyFile: z.string().optional(),
          roles: z.array(z.string()),
        }),
      ),
    }),
  ),
})

export type EmulatedNamespace = z.infer<typeof Ready>['eventHubs'][number]
type EmulatedTenant = z.infer<typeof Ready>['tenants'][number]
export type EmulatedApplication = EmulatedTenant['applications'][number]

interface ClientOptions {
  tenant?: EmulatedTenant
  application?: Pick<EmulatedApplication, 'clientId' | 'secret'>
  credential?: Credential
  clock?: Clock
  /** How to wait; not at all when absent, as the emulator need not be spared. */
  wait?: Wait
}

export interface Emulator {
  url: string
  caFile: string
  tenants: EmulatedTenant[]
  /** The Event Hubs namespace of each tenant. */
  eventHubs: EmulatedNamespace[]
  cloud: Cloud
  /** What CORDON_CLOUD_FILE would name. */
  cloudFile: string
  /** A request below `/_emu`, which steers the emulated world; the parsed JSON of the reply. */
  request(path: string, body?: unknown, method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'): Promise<unknown>
  /** A client signed in as an application, the first of the first tenant unless another is given, with its secret. */
  client(options?: ClientOptions): Microsoft & { close(): Promise<void> }
  stop(): Promise<void>
}

const PROGRAM = join(import.meta.dirname, '../../../../emulator/bin/m365-emulator.mjs')

/** How long a connection may have rested that is used again: less than the emulator keeps one. */
const IDLE_MS = 10_000

/** Starts one on a free port. `args` are further arguments of its `start` command. Stop it when done. */
export async function startEmulator(args: readonly string[] = []): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-emulator-'))
  const child = spawn(process.execPath, [PROGRAM, 'start', '--json', '--port', '0', '--data', folder, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const firstLine = once(createInterface(child.stdout), 'line') as Promise<[string]>
  const started = await Promise.race([firstLine, exited.then(() => undefined)])
  if (!started) throw new Error(`The emulator ended instead of starting: ${complaint}`)

  const { url, caFile, tenants, eventHubs } = Ready.parse(JSON.parse(started[0]))
  const cloudFile = join(folder, 'cloud.json')
  await writeFile(
    cloudFile,
    JSON.stringify({
      name: 'emulated',
      title: 'Emulated Microsoft cloud',
      origin: url,
      eventHubs: '.servicebus.windows.net',
      eventHubsEndpoint: `https://127.0.0.1:${eventHubs[0]!.amqpsPort}`,
      caFile,
    }),
  )
  const cloud = await loadCloudFile(cloudFile)
  const secureContext = createSecureContext({ ca: await readFile(caFile, 'utf8') })
  let agent = new Agent({ connect: { secureContext } })
  let lastAsked = Date.now()
  const clients: { close(): Promise<void> }[] = []

  return {
    url,
    caFile,
    tenants,
    eventHubs,
    cloud,
    cloudFile,
    async request(path, body, method = body === undefined ? 'GET' : 'POST') {
      // Whoever computes for long between two requests would find the connection closed.
      if (Date.now() - lastAsked > IDLE_MS) {
        void agent.close()
        agent = new Agent({ connect: { secureContext } })
      }
      lastAsked = Date.now()
      const reply = await agent.request({
        origin: url,
        path: `/_emu${path}`,
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await reply.body.text()
      if (reply.statusCode >= 300) throw new Error(`${method} /_emu${path}: ${reply.statusCode} ${text}`)
      return text === '' ? undefined : JSON.parse(text)
    },
    client({ tenant = tenants[0]!, application = tenant.applications[0]!, ...options } = {}) {
      const { clientId, secret = '' } = application
      const { credential = { kind: 'secret', secret }, clock = systemClock, wait = async () => undefined } = options
      const client = createMicrosoft({ tenantId: tenant.id, clientId, credential, cloud, clock, wait })
      clients.push(client)
      return client
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close()))
      await agent.close()
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
