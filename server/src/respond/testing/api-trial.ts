import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import { openApiStage, type Onlooker } from '#connect/testing/api-stage.ts'
import type { EmulatedApplication, Emulator } from '#connect/testing/start-emulator.ts'
import { DIRECTORY_ROLES } from '#connect/directory-roles.ts'
import type { MicrosoftApi } from '#connect/microsoft.ts'
import { isoTime, systemClock } from '#domain/clock.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { recording } from './recording.ts'
import type { Trial } from './test-contract.ts'

/** What actions through one of Microsoft's APIs are tried with, whatever they are on. */
export interface ApiTrial extends Omit<Trial<never>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  emulator: Emulator
  connectionId: string
  /** Client ID of the application that acts. */
  clientId: string
  /** The company's own. */
  domain: string
  /** A client of its own with credentials of its own. */
  onlooker: Onlooker
  /** Names what else the connection is told, until the next reset. */
  settle(settings: ConnectionSettings): Promise<void>
  wait(ms: number): Promise<void>
}

/** What applications hold: the one that acts all of it, the one that only looks on what reads. */
export interface Held {
  read: readonly string[]
  write: readonly string[]
  /** Directory roles by name. */
  readRole?: string
  writeRole?: string
  /** Whether reads hear of a write at once, or seconds later as with Microsoft; that when absent. */
  consistency?: 'strong' | 'eventual'
}

const Faults = z.object({ rules: z.array(z.object({ struck: z.number() })) })

/** Starts the emulator and an embedded store; a second or two. */
export async function openApiTrial(
  api: MicrosoftApi,
  { read, write, readRole, writeRole, consistency }: Held,
): Promise<ApiTrial> {
  const all = [...read, ...write]
  const rolesOf = (name: string | undefined) => (name === undefined ? [] : [name])
  const [stage, records] = await Promise.all([
    openApiStage(api, all, rolesOf(writeRole), consistency),
    openTemporaryRecords(),
  ])
  const { emulator, onlooker } = stage
  const tenant = emulator.tenants[0]!
  const [application, auditor] = tenant.applications as [EmulatedApplication, EmulatedApplication]
  const grant = ({ clientId }: EmulatedApplication, roles: readonly string[], role: string | undefined) =>
    emulator.request(
      `/applications/${clientId}`,
      { roles, directoryRoles: rolesOf(role).map((name) => DIRECTORY_ROLES[name]!) },
      'PATCH' as 'PUT',
    )
  const arrange = async () => {
    await grant(application, all, writeRole)
    await grant(auditor, read, readRole)
  }
  await arrange()
  const { microsoft, carriedOut, requestsTo } = recording(emulator.client({ application }))
  const connectionId = randomUUID()
  await records.tenants.ensure(tenant.id, 'Emulated')
  const connection = {
    id: connectionId,
    tenantId: tenant.id,
    name: 'Emulated',
    cloud: 'emulated',
    clientId: application.clientId,
    credentialKind: 'secret' as const,
    feeds: [],
    createdAt: isoTime(systemClock.now()),
    settings: { authorizedDomains: [tenant.domain] },
  }
  await records.connections.create(connection, { kind: 'secret', secret: 'x' })
  return {
    records,
    microsoft,
    readOnly: emulator.client({ application: auditor }),
    tenantId: tenant.id,
    clock: systemClock,
    emulator,
    connectionId,
    clientId: application.clientId,
    domain: tenant.domain,
    onlooker,
    wait: stage.pass,
    async settle(settings) {
      await records.connections.change({ ...connection, settings: { ...connection.settings, ...settings } })
    },
    async reset() {
      await stage.reset()
      await arrange()
      await records.connections.change(connection)
      carriedOut.length = 0
    },
    async strike(fault) {
      await emulator.request('/faults', fault)
    },
    async struck() {
      return Faults.parse(await emulator.request('/faults')).rules.reduce((sum, rule) => sum + rule.struck, 0)
    },
    requestsTo,
    async close() {
      await Promise.all([stage.close(), records.close()])
    },
  }
}
