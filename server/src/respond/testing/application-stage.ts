import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import { DIRECTORY_ROLES } from '#connect/directory-roles.ts'
import type { MicrosoftApi } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'
import type { EmulatedApplication } from '#connect/testing/start-emulator.ts'
import { isoTime, systemClock } from '#domain/clock.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { recording } from './recording.ts'
import type { Trial } from './test-contract.ts'

/** What actions are tried with that go through one application, whatever they are on. */
export interface ApplicationStage extends Omit<Trial<never>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  connectionId: string
  /** The company, and clients of their own with credentials of their own. */
  company: ApiStage
  /** Names break-glass accounts. */
  protect(users: readonly string[]): Promise<void>
  wait(ms: number): Promise<void>
}

const Faults = z.object({ rules: z.array(z.object({ struck: z.number() })) })

/** What an application may do. */
interface Held {
  /** App roles that do no more than read. */
  read: readonly string[]
  write: readonly string[]
  /** By name. */
  directoryRoles?: readonly string[]
  /** What does for reading, by name. */
  readerRoles?: readonly string[]
}

/** Starts the emulator and an embedded store; a second or two. Whoever looks on does so at `api`. */
export async function openApplicationStage(
  api: MicrosoftApi,
  { read, write, directoryRoles = [], readerRoles = [] }: Held,
): Promise<ApplicationStage> {
  const all = [...read, ...write]
  const [stage, records] = await Promise.all([openApiStage(api, all, directoryRoles), openTemporaryRecords()])
  const { emulator } = stage
  const tenant = emulator.tenants[0]!
  const [application, auditor] = tenant.applications as [EmulatedApplication, EmulatedApplication]
  const grant = ({ clientId }: EmulatedApplication, roles: readonly string[], names: readonly string[]) => {
    const held = { roles, directoryRoles: names.map((name) => DIRECTORY_ROLES[name]) }
    return emulator.request(`/applications/${clientId}`, held, 'PATCH' as 'PUT')
  }
  const arrange = async () => {
    await grant(application, all, directoryRoles)
    await grant(auditor, read, readerRoles)
  }
  await arrange()
  const { microsoft, carriedOut } = recording(emulator.client({ application }))
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
  }
  const settings = { authorizedDomains: [tenant.domain] }
  await records.connections.create({ ...connection, settings }, { kind: 'secret', secret: 'x' })
  return {
    records,
    microsoft,
    readOnly: emulator.client({ application: auditor }),
    tenantId: tenant.id,
    clock: systemClock,
    connectionId,
    company: stage,
    async protect(breakGlassUsers) {
      await records.connections.change({
        ...connection,
        settings: { ...settings, breakGlassUsers: [...breakGlassUsers] },
      })
    },
    wait: stage.pass,
    async reset() {
      await stage.reset()
      await arrange()
      await records.connections.change({ ...connection, settings })
      carriedOut.length = 0
    },
    async strike(fault) {
      await emulator.request('/faults', fault)
    },
    async struck() {
      return Faults.parse(await emulator.request('/faults')).rules.reduce((sum, rule) => sum + rule.struck, 0)
    },
    requestsTo: (method, path) => carriedOut.filter((each) => each.method === method && each.url.match(path)).length,
    async close() {
      await Promise.all([stage.close(), records.close()])
    },
  }
}
