import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { TokenKeys } from '#token-keys.ts'
import { createWorld } from '#world/world.ts'
import { openDoor } from '#http/server.ts'
import { openProxy } from '#http/proxy.ts'
import { serverCertificates } from '#http/certificates.ts'
import { openEventHubs, servicesOf } from '#services/index.ts'

import { openCloud } from './cloud.ts'
import { StartError } from './cli/start-error.ts'
import { openOrigin } from './state.ts'
import { loadSnapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import type { Consistency } from './cloud.ts'
import type { EventHubsNamespace } from '#services/event-hubs/event-hubs.ts'
import type { Strictness } from '#throttle/throttle.ts'
import type { World } from '#world/world.ts'
import type { BornApplication, OriginOptions } from './state.ts'

/**
 * A Microsoft cloud with a company in it, on 127.0.0.1. Log in as one of its applications, then talk to Graph and to the
 * Office 365 Management Activity API as in the real cloud; `/_emu` is the emulator's own.
 */
export interface EmulatorOptions extends OriginOptions {
  /** 0, the default, picks a free one. */
  port?: number
  /** Port of the CONNECT proxy; 0, the default, picks a free one. */
  proxyPort?: number | 'off'
  /** Opens a second door that speaks plain HTTP; 0 picks a free port. */
  httpPort?: number
  /** Ports of Event Hubs: plain AMQP, and AMQP over TLS. 0, the default, picks a free one. */
  amqpPort?: number
  amqpsPort?: number
  /** Where certificates, secrets and changes are kept. Without it a temporary folder, removed at the end. */
  data?: string
  /** State to begin with, in place of what the folder holds. */
  snapshot?: Snapshot
  /** Documented limits as they are (the default), not at all, or so many times as much. */
  throttle?: Strictness
  /** Whether reads of the directory see a write a moment later, as in the real cloud (the default), or at once. */
  consistency?: Consistency
  /** How long Graph takes for each answer, milliseconds; default 0. Requests run at the same time only where answers take time. */
  latencyMs?: number
  /** People need a password at the sign-in page; `GET /_emu/passwords?user=` tells it. Default: their name is enough. */
  passwords?: boolean
}

export interface Emulator {
  /** `https://127.0.0.1:<port>`: origin of every service. */
  url: string
  /** `http://127.0.0.1:<port>`, where asked for. */
  httpUrl?: string
  /** `http://127.0.0.1:<port>`: a CONNECT proxy that leads Microsoft's host names to `url`, and nothing else anywhere. */
  proxyUrl?: string
  /** The authority to trust (PEM). */
  caFile: string
  tenants: EmulatedTenant[]
  /** The Event Hubs namespace of each tenant, to which its logs are sent. */
  eventHubs: EventHubsNamespace[]
  stop(): Promise<void>
}

export interface EmulatedTenant {
  id: string
  name: string
  domain: string
  applications: {
    name: string
    clientId: string
    secret: string
    certificateFile?: string
    keyFile?: string
    /** Granted app roles, of Graph and of the Management APIs. */
    roles: string[]
  }[]
}

export { StartError }

/** Names of namespaces: AMQP over WebSockets comes to the same port as HTTPS. */
const EVENT_HUBS_HOSTS = '*.servicebus.windows.net'

/** Starts an emulator. @throws StartError with what happened, why, and what to do. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const folder = options.data === undefined ? mkdtempSync(join(tmpdir(), 'm365-emulator-')) : resolve(options.data)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const origin = await openOrigin(folder, { ...options.snapshot, ...options })
  const { seed, epoch, organization, live, tenants, frozen, scenarios, activity = 1 } = origin
  const born = origin.applications.map((applications, number) => ({
    world: createWorld(seed, epoch, organization, number, activity),
    applications,
    live,
  }))
  const cloud = openCloud(folder, { seed, organization, epoch, tenants, frozen, scenarios, activity }, born, options)
  const refused = options.snapshot && loadSnapshot(cloud, options.snapshot)
  if (refused)
    throw new StartError(
      'The snapshot cannot be loaded.',
      refused.problem,
      'Start in an empty folder, without the options.',
    )
  const keys = await TokenKeys.open(folder)
  const services = servicesOf(cloud, keys)
  const names = ['localhost', EVENT_HUBS_HOSTS, ...services.flatMap(({ hosts }) => hosts)]
  const { caFile, cert, key } = await serverCertificates(folder, names)
  const { faults, journal } = cloud
  const doors = { services, faults, journal }
  const { amqpPort = 0, amqpsPort = 0 } = options
  const hubs = await listening(amqpPort, () => openEventHubs({ cloud, keys, cert, key, amqpPort, amqpsPort }))
  const { upgrade } = hubs
  const door = await listening(options.port ?? 0, (port) => openDoor({ ...doors, tls: { cert, key }, port, upgrade }))
  const hosts = [EVENT_HUBS_HOSTS, ...services.flatMap((service) => service.hosts)]
  const doorPort = Number(new URL(door.url).port)
  const { proxyPort = 0 } = options
  const proxy =
    proxyPort === 'off'
      ? undefined
      : await listening(proxyPort, (port) => openProxy({ port, hosts, doorPort, journal }))
  const plain =
    options.httpPort === undefined
      ? undefined
      : await listening(options.httpPort, (port) => openDoor({ ...doors, port }))
  return {
    url: door.url,
    ...(plain ? { httpUrl: plain.url } : {}),
    ...(proxy ? { proxyUrl: proxy.url } : {}),
    caFile,
    tenants: born.map(({ world, applications }) => describe(world, applications)),
    eventHubs: hubs.namespaces,
    stop: async () => {
      await Promise.all([door.close(), plain?.close(), proxy?.close(), hubs.close()])
      cloud.close()
      if (options.data === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function listening<T>(port: number, open: (port: number) => Promise<T>): Promise<T> {
  try {
    return await open(port)
  } catch (error) {
    const { code, message, port: refused = port } = error as NodeJS.ErrnoException & { port?: number }
    throw new StartError(
      `The emulator cannot listen on 127.0.0.1:${refused}.`,
      code === 'EADDRINUSE' ? 'Another program uses this port.' : `The system says: ${message}.`,
      'Give another port (--port, --proxy-port, --http-port, --amqp-port, --amqps-port), or 0 to have a free one picked.',
    )
  }
}

const describe = (world: World, applications: readonly BornApplication[]): EmulatedTenant => ({
  id: world.tenantId,
  name: world.name,
  domain: world.domain,
  applications: applications.map(({ name, clientId, secrets, roles, certificateFile, keyFile }) => ({
    name,
    clientId,
    secret: secrets[0]!.value,
    roles,
    ...(certificateFile && keyFile ? { certificateFile, keyFile } : {}),
  })),
})
